@ Instructions that compilers seldom make of C, of both instruction sets: T32 where it is assembled with THUMB defined.
	.syntax unified
	.arch armv8.2-a
	.fpu neon-fp-armv8
.ifdef THUMB
	.thumb
.else
	.arm
.endif
	adc r0, r1, r2
	adcs r0, r1, r2
	add r0, r1, r2, lsl #3
	adds r0, r1, r2, asr #2
	and r0, r1, #0xff
	ands r0, r1, r2
	bic r3, r4, #1
	bics r3, r4, r5, ror #3
	cmn r3, #4
	cmn r3, r4
	cmp r3, r4, lsl #2
	eor r3, r4, r5
	eors r3, r4, #7
	mov r3, r4, rrx
	movs r3, r4, rrx
	mvn r3, r4, lsl #1
	mvns r3, #1
	orr r3, r4, r5, lsr #7
	rsb r3, r4, #0
	rsbs r3, r4, r5
	sbc r3, r4, r5
	sbcs r3, r4, #5
	sub sp, sp, #8
	subs r3, r4, r5
	teq r3, #1
	teq r3, r4
	tst r3, #1
	tst r3, r4, lsl #1
	movw r3, #0x1234
	movt r3, #0x5678
	lsl r3, r4, r5
	lsrs r3, r4, r5
	asr r3, r4, #7
	ror r3, r4, r5
	mul r3, r4, r5
	mla r3, r4, r5, r6
	mls r3, r4, r5, r6
	umull r3, r4, r5, r6
	umlal r3, r4, r5, r6
	smull r3, r4, r5, r6
	smlal r3, r4, r5, r6
	umaal r3, r4, r5, r6
	smlabb r3, r4, r5, r6
	smlatt r3, r4, r5, r6
	smlawb r3, r4, r5, r6
	smulwt r3, r4, r5
	smulbt r3, r4, r5
	smlalbb r3, r4, r5, r6
	smlad r3, r4, r5, r6
	smladx r3, r4, r5, r6
	smuad r3, r4, r5
	smlsd r3, r4, r5, r6
	smusd r3, r4, r5
	smlald r3, r4, r5, r6
	smlsld r3, r4, r5, r6
	smmla r3, r4, r5, r6
	smmlsr r3, r4, r5, r6
	smmul r3, r4, r5
	sdiv r3, r4, r5
	udiv r3, r4, r5
	usad8 r3, r4, r5
	usada8 r3, r4, r5, r6
	sadd8 r3, r4, r5
	uadd16 r3, r4, r5
	qadd8 r3, r4, r5
	uqsub16 r3, r4, r5
	shadd8 r3, r4, r5
	uhasx r3, r4, r5
	ssax r3, r4, r5
	sel r3, r4, r5
	qadd r3, r4, r5
	qdsub r3, r4, r5
	ssat r3, #7, r4
	usat r3, #7, r4, lsl #3
	ssat16 r3, #7, r4
	usat16 r3, #7, r4
	pkhbt r3, r4, r5
	pkhtb r3, r4, r5, asr #3
	sxtab r3, r4, r5
	uxtab16 r3, r4, r5, ror #8
	sxtah r3, r4, r5
	sxtb16 r3, r4
	uxth r3, r4
	sxtb r10, r4
	rev r3, r4
	rev16 r10, r4
	revsh r3, r4
	rbit r3, r4
	clz r3, r4
	bfi r3, r4, #2, #5
	bfc r3, #2, #5
	sbfx r3, r4, #2, #5
	ubfx r3, r4, #2, #5
	crc32b r3, r4, r5
	crc32cw r3, r4, r5
	ldr r3, [r4, r5, lsl #2]
	ldr r3, [r4], #4
	ldr r3, [r4, #4]!
	ldrb r3, [r4, #-4]
	strb r3, [r4], #1
	ldrh r3, [r4, r5]
	strh r3, [r4, #2]!
	ldrsb r3, [r4, r5]
	ldrsh r10, [r4, #2]
	ldrd r4, r5, [r6, #8]
	ldrd r4, r5, [r6], #8
	strd r4, r5, [r6, #8]!
	ldrt r3, [r4]
	strbt r3, [r4]
	ldrht r3, [r4]
	ldm r3, {r4, r5, r6}
	ldm r3!, {r4, r5}
	ldmdb r3, {r4, r5}
	stm r3, {r4, r10}
	stm r3!, {r4, r5}
	stmdb r3!, {r4, r10}
	push {r3, r4, lr}
	pop {r3, r4, pc}
	push {r10}
	pop {r10}
	ldrex r3, [r4]
	strex r3, r4, [r5]
	ldrexb r3, [r4]
	strexb r3, r4, [r5]
	ldrexh r3, [r4]
	ldrexd r4, r5, [r6]
	strexd r3, r4, r5, [r6]
	strexh r3, r4, [r5]
	lda r3, [r4]
	stl r3, [r4]
	ldaex r3, [r4]
	stlex r3, r4, [r5]
	ldaexd r4, r5, [r6]
	stlexd r3, r4, r5, [r6]
	stlb r3, [r4]
	clrex
	dmb ish
	dsb sy
	isb
	pld [r3]
	pld [r3, r4, lsl #2]
	pldw [r3, #8]
	pli [r3]
	nop
	yield
	wfe
	sev
	svc #0
	bkpt #1
	udf #7
	mrs r3, cpsr
	msr cpsr_f, r3
	msr cpsr_fs, r3
	mrc p15, 0, r3, c13, c0, 3
	mcr p15, 0, r3, c7, c10, 5
	mrrc p15, 0, r3, r4, c2
	mcrr p15, 0, r3, r4, c2
	ldc p14, c5, [r3], #4
	stc p14, c5, [r3, #8]
	cdp p7, 1, c2, c3, c4, 5
	b .
	beq .
	bl .
	blx r3
	bx lr
	bx r3
	vmov s3, r4
	vmov r3, s4
	vmov d3, r4, r5
	vmov r3, r4, d5
	vmov s3, s4, r5, r6
	vmov r3, r4, s6, s7
	vmov.32 d3[1], r4
	vmov.u8 r3, d4[3]
	vmov.16 d3[2], r4
	vdup.32 q3, r4
	vdup.8 d3, r4
	vdup.16 q3, d4[1]
	vmrs APSR_nzcv, fpscr
	vmrs r3, fpscr
	vmsr fpscr, r3
	vadd.f64 d3, d4, d5
	vadd.f32 s3, s4, s5
	vsub.f64 d3, d4, d17
	vmul.f32 s3, s4, s5
	vnmul.f64 d3, d4, d5
	vmla.f64 d3, d4, d5
	vmls.f32 s3, s4, s5
	vnmla.f64 d3, d4, d5
	vfma.f64 d3, d4, d5
	vfms.f32 s3, s4, s5
	vfnma.f64 d3, d4, d5
	vdiv.f64 d3, d4, d5
	vdiv.f32 s3, s4, s5
	vsqrt.f64 d3, d4
	vabs.f32 s3, s4
	vneg.f64 d3, d4
	vmov.f64 d3, d4
	vmov.f32 s3, s4
	vmov.f64 d3, #1.0
	vmov.f32 s3, #2.0
	vcmp.f64 d3, d4
	vcmpe.f32 s3, s4
	vcmp.f64 d3, #0.0
	vcvt.f64.f32 d3, s4
	vcvt.f32.f64 s3, d4
	vcvt.s32.f64 s3, d4
	vcvt.f64.u32 d3, s4
	vcvtr.s32.f32 s3, s4
	vcvt.f32.s32 s3, s3, #4
	vcvt.s16.f64 d3, d3, #4
	vcvtb.f32.f16 s3, s4
	vcvtt.f16.f32 s3, s4
	vcvtb.f64.f16 d3, s4
	vcvta.s32.f64 s3, d4
	vrinta.f64 d3, d4
	vrintx.f32 s3, s4
	vselge.f64 d3, d4, d5
	vseleq.f32 s3, s4, s5
	vmaxnm.f64 d3, d4, d5
	vminnm.f32 s3, s4, s5
	vldr d3, [r4, #8]
	vldr s3, [r4]
	vstr d3, [r4, #8]
	vstr s3, [r4]
	vldm r3, {d4-d7}
	vldm r3!, {s4-s7}
	vldm r3, {s5-s8}
	vstm r3, {d4-d7}
	vstmdb r3!, {d4-d5}
	vpush {d8-d10}
	vpop {d8-d10}
	vpush {s16-s18}
	vadd.i32 q3, q4, q5
	vadd.i16 d3, d4, d5
	vsub.i64 q3, q4, q5
	vqadd.s8 d3, d4, d5
	vhadd.u16 q3, q4, q5
	vrhadd.s32 d3, d4, d5
	vand q3, q4, q5
	vbic d3, d4, d5
	vorr q3, q4, q5
	vorn d3, d4, d5
	veor q3, q4, q5
	vbsl q3, q4, q5
	vbit d3, d4, d5
	vbif q3, q4, q5
	vmul.i32 q3, q4, q5
	vmul.p8 d3, d4, d5
	vmla.i32 q3, q4, q5
	vmls.i16 d3, d4, d5
	vmla.f32 q3, q4, q5
	vfma.f32 q3, q4, q5
	vfms.f32 d3, d4, d5
	vaba.s8 q3, q4, q5
	vabd.u16 d3, d4, d5
	vmax.s32 q3, q4, q5
	vmin.u8 d3, d4, d5
	vpadd.i32 d3, d4, d5
	vpmax.s16 d3, d4, d5
	vpadd.f32 d3, d4, d5
	vceq.i32 q3, q4, q5
	vcge.s16 d3, d4, d5
	vcgt.f32 q3, q4, q5
	vacge.f32 d3, d4, d5
	vtst.8 q3, q4, q5
	vqdmulh.s16 q3, q4, q5
	vqrdmulh.s32 d3, d4, d5
	vrecps.f32 q3, q4, q5
	vrsqrts.f32 d3, d4, d5
	vshl.s32 q3, q4, q5
	vqrshl.u8 d3, d4, d5
	vshl.i32 q3, q4, #3
	vshr.s16 d3, d4, #3
	vsra.u32 q3, q4, #3
	vrsra.s8 d3, d4, #3
	vsli.32 q3, q4, #3
	vsri.16 d3, d4, #3
	vqshl.s32 q3, q4, #3
	vqshlu.s16 d3, d4, #3
	vshrn.i32 d3, q4, #3
	vqrshrun.s16 d3, q4, #3
	vshll.s16 q3, d4, #3
	vmovl.u8 q3, d4
	vmovn.i32 d3, q4
	vqmovun.s16 d3, q4
	vcvt.f32.s32 q3, q4, #3
	vcvt.s32.f32 q3, q4
	vcvt.f32.f16 q3, d4
	vcvt.f16.f32 d3, q4
	vmov.i32 q3, #1
	vmvn.i16 d3, #2
	vorr.i32 q3, #1
	vbic.i16 d3, #2
	vmov.i64 d3, #0xff
	vaddl.s16 q3, d4, d5
	vaddw.u8 q3, q4, d5
	vsubhn.i32 d3, q4, q5
	vraddhn.i16 d3, q4, q5
	vabal.s8 q3, d4, d5
	vabdl.u16 q3, d4, d5
	vmull.s32 q3, d4, d5
	vmlal.s16 q3, d4, d5
	vqdmlal.s16 q3, d4, d5
	vqdmull.s32 q3, d4, d5
	vmull.p8 q3, d4, d5
	vmla.i16 q3, q4, d5[1]
	vmul.f32 d3, d4, d5[1]
	vmull.s16 q3, d4, d5[2]
	vmlsl.u32 q3, d4, d5[1]
	vqdmulh.s16 q3, q4, d5[1]
	vext.8 q3, q4, q5, #3
	vtbl.8 d3, {d4, d5}, d6
	vtbx.8 d3, {d4, d5, d6}, d7
	vrev64.32 q3, q4
	vrev16.8 d3, d4
	vswp q3, q4
	vtrn.32 d3, d4
	vuzp.8 q3, q4
	vzip.16 q3, q4
	vpaddl.s8 q3, q4
	vpadal.u16 d3, d4
	vcls.s16 q3, q4
	vclz.i32 d3, d4
	vcnt.8 q3, q4
	vmvn d3, d4
	vabs.s32 q3, q4
	vneg.f32 d3, d4
	vqabs.s8 q3, q4
	vceq.i32 q3, q4, #0
	vclt.f32 d3, d4, #0
	vrecpe.u32 q3, q4
	vrsqrte.f32 d3, d4
	vld1.32 {d3}, [r4]
	vld1.8 {d3-d6}, [r4]!
	vld1.16 {d3-d5}, [r4], r5
	vld1.64 {d3-d4}, [r4]
	vst1.8 {d3}, [r4]
	vst1.32 {d3-d6}, [r4]!
	vld2.16 {d3-d4}, [r4]
	vld2.16 {d3, d5}, [r4]
	vld2.8 {d3-d6}, [r4]
	vld3.8 {d3-d5}, [r4]
	vst3.8 {d3, d5, d7}, [r4]
	vld4.16 {d3-d6}, [r4]!
	vst4.32 {d3, d5, d7, d9}, [r4]
	vld1.8 {d3[2]}, [r4]
	vld2.16 {d3[1], d5[1]}, [r4]
	vst3.8 {d3[1], d4[1], d5[1]}, [r4]!
	vst4.32 {d3[0], d5[0], d7[0], d9[0]}, [r4]
	vld1.16 {d3[]}, [r4]
	vld1.8 {d3[], d4[]}, [r4]
	vld2.8 {d3[], d5[]}, [r4]
	vld3.16 {d3[], d4[], d5[]}, [r4]
	vld4.8 {d3[], d4[], d5[], d6[]}, [r4], r5
.ifdef THUMB
	orn r3, r4, r5
	orns r3, r4, #1
	addw r3, r4, #0x123
	subw r3, r4, #0x123
	tbb [r3, r4]
	tbh [r3, r4, lsl #1]
	cbz r3, 1f
	cbnz r4, 1f
1:	adds r3, r4, #1
	adds r3, #200
	subs r3, r4, r5
	muls r3, r4, r3
	adcs r3, r4
	sbcs r3, r4
	negs r3, r4
	mvns r3, r4
	bics r3, r4
	rors r3, r4
	lsls r3, r4
	lsls r3, r4, #2
	cmn r3, r4
	cmp r10, r3
	add r3, r10
	mov r10, r3
	add sp, #16
	add r3, sp, #16
	adr r3, 1b
	strex r3, r4, [r5, #4]
	nop.w
	udf.w #3
.else
	rsc r3, r4, r5
	rscs r3, r4, #1
	add r3, r4, r5, lsl r6
	movs r3, r4, asr r5
	cmp r3, r4, ror r5
	mul r10, r4, r5
	muls r3, r4, r5
	mlas r3, r4, r5, r6
	umulls r3, r4, r5, r6
	smlals r3, r4, r5, r6
	ldr r3, [r4, -r5, asr #2]!
	str r3, [r4], -r5
	ldrh r3, [r4], -r5
	ldrd r4, r5, [r6, r7]
	strd r4, r5, [r6], -r7
	ldmib r3, {r4, r5}
	stmda r3!, {r4, r5}
	addeq r3, r4, r5
	movne r3, #7
	ldrcs r3, [r4]
	strcc r3, [r4]
	muleq r3, r4, r5
	pophi {r3, r4}
	bleq .
	vaddgt.f64 d3, d4, d5
	vldrle d3, [r4]
	movweq r3, #4
	cmpne r3, #4
	addseq r3, r4, #1
.endif
