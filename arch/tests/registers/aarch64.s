// Instructions that compilers seldom make of C.
	.arch armv8.6-a+crypto+sha3+sha2+sm4+fp16+dotprod+rcpc+lse+memtag+rng+bf16+i8mm+profile
	.text
	adr x3, .
	adrp x4, .
	add x1, sp, #16
	adds w1, w2, #1
	sub sp, sp, #32
	subs xzr, x3, #7
	and sp, x3, #0xff
	ands w3, w4, #0xf0
	tst x5, #1
	movk x3, #7, lsl #16
	movn w4, #3
	bfi x3, x4, #3, #5
	bfxil w3, w4, #3, #5
	sbfx x3, x4, #2, #4
	ubfiz w3, w4, #2, #4
	extr x3, x4, x5, #7
	ror w3, w4, #3
	bic x3, x4, x5, lsl #2
	bics w3, w4, w5
	orn x3, x4, x5
	mvn w3, w4
	eon x3, x4, x5
	add x3, x4, w5, sxtw #2
	adds x3, sp, x5
	sub sp, x4, x5, uxtx
	adc x3, x4, x5
	sbcs w3, w4, w5
	ngc x3, x4
	ccmp x3, x4, #1, eq
	ccmn w3, #5, #2, ne
	csel x3, x4, x5, lt
	csinc w3, w4, w5, gt
	csinv x3, x4, x5, hi
	csneg w3, w4, w5, ls
	cset x3, vs
	udiv x3, x4, x5
	sdiv w3, w4, w5
	lsl x3, x4, x5
	asr w3, w4, w5
	crc32b w3, w4, w5
	crc32cx w3, w4, x5
	rbit x3, x4
	rev16 w3, w4
	rev32 x3, x4
	clz w3, w4
	cls x3, x4
	madd x3, x4, x5, x6
	msub w3, w4, w5, w6
	smaddl x3, w4, w5, x6
	umsubl x3, w4, w5, x6
	smulh x3, x4, x5
	umulh x3, x4, x5
	smull x3, w4, w5
	pacga x3, x4, x5
	pacia x3, x4
	autdb x3, sp
	paciza x3
	xpaci x3
	xpacd x4
	paciasp
	autiasp
	pacibsp
	autibsp
	paciaz
	autibz
	pacia1716
	autib1716
	xpaclri
	bti c
	nop
	yield
	wfe
	sev
	esb
	csdb
	dmb ish
	dsb sy
	isb
	clrex
	sb
	b .
	bl .
	b.eq .
	cbz x3, .
	cbnz w4, .
	tbz x5, #40, .
	tbnz w6, #4, .
	br x3
	blr x4
	ret
	ret x5
	braa x3, x4
	blrab x3, sp
	braaz x3
	retaa
	brk #1
	hlt #2
	mrs x3, tpidr_el0
	msr tpidr_el0, x3
	mrs x3, nzcv
	msr nzcv, x4
	mrs x5, fpcr
	msr fpsr, x5
	mrs x6, cntvct_el0
	msr daifset, #2
	cfinv
	axflag
	xaflag
	dc civac, x3
	dc zva, x4
	ic ivau, x5
	tlbi vmalle1
	ldr x3, .
	ldrsw x3, .
	ldr s3, .
	ldr q3, .
	prfm pldl1keep, .
	ldr x3, [x4, #8]
	ldr w3, [sp, #8]
	ldrsb x3, [x4, #1]
	ldrsh w3, [x4, x5, lsl #1]
	ldrsw x3, [x4, w5, uxtw #2]
	ldr x3, [x4], #8
	ldr x3, [x4, #8]!
	ldrb w3, [x4], #1
	str x3, [x4], #8
	str w3, [x4, #-4]!
	strh w3, [x4, #2]
	strb wzr, [x4, x5]
	ldur x3, [x4, #-3]
	stur w3, [x4, #-3]
	ldtr x3, [x4]
	sttr w3, [x4]
	ldtrsb x3, [x4]
	prfm pldl1keep, [x4, #8]
	prfum pldl1keep, [x4, #-1]
	ldr q3, [x4, #16]
	ldr d3, [x4], #8
	ldr b3, [x4, x5]
	str s3, [x4, #4]!
	str q3, [sp], #16
	ldur h3, [x4, #-1]
	stur q3, [x4, #-1]
	ldp x3, x4, [sp], #16
	ldp w3, w4, [x5, #8]
	ldp x3, x4, [x5, #16]!
	ldpsw x3, x4, [x5]
	ldnp x3, x4, [x5]
	stp x29, x30, [sp, #-32]!
	stp x3, x4, [x5], #16
	stnp w3, w4, [x5]
	ldp q3, q4, [x5], #32
	ldp s3, s4, [x5]
	stp d3, d4, [sp, #-16]!
	ldxr x3, [x4]
	stxr w3, x4, [x5]
	ldaxrb w3, [x4]
	stlxrh w3, w4, [x5]
	ldxp x3, x4, [x5]
	stxp w3, x4, x5, [x6]
	ldar x3, [x4]
	stlr w3, [x4]
	ldlar w3, [x4]
	stllrb w3, [x4]
	cas x3, x4, [x5]
	casal w3, w4, [x5]
	casb w3, w4, [x5]
	casp x4, x5, x6, x7, [x8]
	caspal w4, w5, w6, w7, [x8]
	ldadd x3, x4, [x5]
	ldaddal w3, w4, [x5]
	ldclr x3, x4, [x5]
	ldeorb w3, w4, [x5]
	ldseth w3, w4, [x5]
	ldsmax x3, x4, [x5]
	ldumin w3, w4, [x5]
	stadd x3, [x5]
	stset w3, [x5]
	swp x3, x4, [x5]
	swpalb w3, w4, [x5]
	ldapr x3, [x4]
	ldapur w3, [x4, #1]
	ldapursw x3, [x4, #4]
	stlur x3, [x4, #8]
	ldraa x3, [x4, #8]
	ldrab x3, [x4, #8]!
	ld1 {v3.16b}, [x4]
	ld1 {v3.8h, v4.8h}, [x4], #32
	ld1 {v3.4s, v4.4s, v5.4s}, [x4], x5
	ld1 {v3.2d, v4.2d, v5.2d, v6.2d}, [x4]
	ld2 {v3.4s, v4.4s}, [x4]
	ld3 {v3.8b, v4.8b, v5.8b}, [x4], #24
	ld4 {v30.8b, v31.8b, v0.8b, v1.8b}, [x4], x6
	st1 {v3.16b}, [x4], #16
	st2 {v3.4s, v4.4s}, [x4]
	st3 {v3.8b, v4.8b, v5.8b}, [x4], x5
	st4 {v3.2d, v4.2d, v5.2d, v6.2d}, [sp]
	ld1 {v3.s}[1], [x4]
	ld1 {v3.b}[9], [x4], #1
	ld2 {v3.d, v4.d}[1], [x4], x5
	ld3 {v3.h, v4.h, v5.h}[2], [x4]
	ld4 {v3.b, v4.b, v5.b, v6.b}[3], [x4], #4
	ld1r {v3.4s}, [x4]
	ld2r {v3.4s, v4.4s}, [x4], #8
	ld4r {v3.4s, v4.4s, v5.4s, v6.4s}, [x4], x5
	st1 {v3.d}[1], [x4], #8
	st2 {v3.s, v4.s}[1], [x4]
	st4 {v3.b, v4.b, v5.b, v6.b}[3], [x4], x5
	fmov d3, #1.0
	fmov s3, s4
	fmov x3, d4
	fmov d3, x4
	fmov x3, v4.d[1]
	fmov v3.d[1], x4
	fmov w3, s4
	fmov h3, w4
	fcvt d3, s4
	fabs d3, d4
	fneg s3, s4
	fsqrt d3, d4
	frintx d3, d4
	fadd d3, d4, d5
	fnmul s3, s4, s5
	fmaxnm d3, d4, d5
	fmadd d3, d4, d5, d6
	fnmsub s3, s4, s5, s6
	fcmp d3, d4
	fcmpe s3, #0.0
	fccmp d3, d4, #1, eq
	fccmpe s3, s4, #1, ne
	fcsel d3, d4, d5, mi
	scvtf d3, x4
	ucvtf s3, w4, #3
	fcvtzs x3, d4
	fcvtzu w3, s4, #5
	fcvtas w3, d4
	fcvtmu x3, s4
	fjcvtzs w3, d4
	movi v3.4s, #1
	movi d3, #0xff
	mvni v3.4s, #1, msl #8
	orr v3.4s, #1
	bic v3.8h, #2, lsl #8
	fmov v3.2d, #1.0
	dup v3.4s, w4
	dup v3.4s, v4.s[1]
	mov s3, v4.s[1]
	ins v3.s[1], w4
	ins v3.s[1], v4.s[2]
	umov w3, v4.b[3]
	smov x3, v4.h[3]
	mov x3, v4.d[1]
	add v3.4s, v4.4s, v5.4s
	add d3, d4, d5
	sub v3.16b, v4.16b, v5.16b
	mul v3.4s, v4.4s, v5.4s
	mla v3.4s, v4.4s, v5.4s
	mls v3.4s, v4.4s, v5.4s
	saba v3.4s, v4.4s, v5.4s
	uaba v3.4s, v4.4s, v5.4s
	sabd v3.4s, v4.4s, v5.4s
	and v3.16b, v4.16b, v5.16b
	orr v3.16b, v4.16b, v5.16b
	eor v3.16b, v4.16b, v5.16b
	bsl v3.16b, v4.16b, v5.16b
	bit v3.16b, v4.16b, v5.16b
	bif v3.16b, v4.16b, v5.16b
	cmeq v3.4s, v4.4s, v5.4s
	cmgt d3, d4, d5
	cmtst v3.4s, v4.4s, v5.4s
	sqadd s3, s4, s5
	uqsub v3.4s, v4.4s, v5.4s
	sshl v3.4s, v4.4s, v5.4s
	smaxp v3.4s, v4.4s, v5.4s
	addp v3.4s, v4.4s, v5.4s
	addp d3, v4.2d
	pmul v3.16b, v4.16b, v5.16b
	sqdmulh v3.4s, v4.4s, v5.4s
	fadd v3.4s, v4.4s, v5.4s
	fmla v3.4s, v4.4s, v5.4s
	fmls v3.2d, v4.2d, v5.2d
	fmulx d3, d4, d5
	frecps v3.4s, v4.4s, v5.4s
	facge v3.4s, v4.4s, v5.4s
	facgt d3, d4, d5
	fcmeq v3.4s, v4.4s, v5.4s
	fabd s3, s4, s5
	fmaxnmp v3.4s, v4.4s, v5.4s
	fadd v3.8h, v4.8h, v5.8h
	fmla v3.8h, v4.8h, v5.8h
	fmls v3.4h, v4.4h, v5.4h
	sdot v3.4s, v4.16b, v5.16b
	udot v3.2s, v4.8b, v5.8b
	sqrdmlah v3.4s, v4.4s, v5.4s
	sqrdmlsh s3, s4, s5
	fcmla v3.4s, v4.4s, v5.4s, #90
	fcadd v3.4s, v4.4s, v5.4s, #90
	abs v3.4s, v4.4s
	neg d3, d4
	not v3.16b, v4.16b
	cnt v3.16b, v4.16b
	rev64 v3.4s, v4.4s
	clz v3.4s, v4.4s
	saddlp v3.2d, v4.4s
	sadalp v3.2d, v4.4s
	uadalp v3.2d, v4.4s
	suqadd v3.4s, v4.4s
	usqadd s3, s4
	sqabs v3.4s, v4.4s
	cmeq v3.4s, v4.4s, #0
	fcmgt d3, d4, #0.0
	xtn v3.4h, v4.4s
	xtn2 v3.8h, v4.4s
	sqxtn h3, s4
	sqxtn2 v3.8h, v4.4s
	sqxtun2 v3.8h, v4.4s
	shll v3.4s, v4.4h, #16
	shll2 v3.4s, v4.8h, #16
	fcvtn v3.2s, v4.2d
	fcvtn2 v3.4s, v4.2d
	fcvtl v3.2d, v4.2s
	fcvtl2 v3.2d, v4.4s
	fcvtxn s3, d4
	fcvtxn2 v3.4s, v4.2d
	frintn v3.4s, v4.4s
	fcvtzs v3.4s, v4.4s
	scvtf v3.4s, v4.4s
	scvtf d3, d4
	frecpe v3.4s, v4.4s
	fsqrt v3.8h, v4.8h
	addv s3, v4.4s
	saddlv d3, v4.4s
	umaxv b3, v4.16b
	fmaxnmv s3, v4.4s
	faddp d3, v4.2d
	saddl v3.2d, v4.2s, v5.2s
	uaddw v3.2d, v4.2d, v5.2s
	ssubl2 v3.2d, v4.4s, v5.4s
	smull v3.2d, v4.2s, v5.2s
	smlal v3.2d, v4.2s, v5.2s
	umlsl2 v3.2d, v4.4s, v5.4s
	sqdmull d3, s4, s5
	sqdmlal d3, s4, s5
	sqdmlsl v3.2d, v4.2s, v5.2s
	sabal v3.2d, v4.2s, v5.2s
	sabdl v3.2d, v4.2s, v5.2s
	addhn v3.2s, v4.2d, v5.2d
	addhn2 v3.4s, v4.2d, v5.2d
	rsubhn2 v3.4s, v4.2d, v5.2d
	pmull v3.8h, v4.8b, v5.8b
	pmull2 v3.1q, v4.2d, v5.2d
	mul v3.4s, v4.4s, v5.s[1]
	mul v3.8h, v4.8h, v5.h[7]
	mla v3.4s, v4.4s, v5.s[1]
	mls v3.8h, v4.8h, v5.h[5]
	smull v3.4s, v4.4h, v5.h[1]
	smlal v3.2d, v4.2s, v5.s[1]
	sqdmull d3, s4, v5.s[1]
	sqdmlal d3, s4, v5.s[1]
	sqdmulh v3.4s, v4.4s, v25.s[1]
	sqrdmulh h3, h4, v5.h[1]
	sqrdmlah v3.4s, v4.4s, v5.s[1]
	fmul v3.4s, v4.4s, v25.s[1]
	fmul d3, d4, v25.d[1]
	fmla v3.2d, v4.2d, v25.d[1]
	fmls s3, s4, v25.s[1]
	fmulx v3.4s, v4.4s, v5.s[1]
	sdot v3.4s, v4.16b, v5.4b[1]
	sshr v3.4s, v4.4s, #3
	ssra v3.4s, v4.4s, #3
	usra d3, d4, #3
	srsra v3.4s, v4.4s, #3
	shl v3.4s, v4.4s, #3
	sli v3.4s, v4.4s, #3
	sri d3, d4, #3
	sqshl s3, s4, #3
	sqshlu v3.4s, v4.4s, #3
	shrn v3.2s, v4.2d, #3
	shrn2 v3.4s, v4.2d, #3
	sqrshrn s3, d4, #3
	uqshrn2 v3.4s, v4.2d, #3
	sqshrun2 v3.4s, v4.2d, #3
	sshll v3.2d, v4.2s, #3
	ushll2 v3.2d, v4.4s, #3
	scvtf v3.4s, v4.4s, #3
	fcvtzu d3, d4, #3
	tbl v3.16b, {v4.16b}, v5.16b
	tbl v3.16b, {v4.16b, v5.16b, v6.16b}, v7.16b
	tbx v3.8b, {v4.16b, v5.16b}, v7.8b
	zip1 v3.4s, v4.4s, v5.4s
	uzp2 v3.4s, v4.4s, v5.4s
	trn1 v3.4s, v4.4s, v5.4s
	ext v3.16b, v4.16b, v5.16b, #3
	aese v3.16b, v4.16b
	aesd v3.16b, v4.16b
	aesmc v3.16b, v4.16b
	aesimc v3.16b, v4.16b
	sha1c q3, s4, v5.4s
	sha1h s3, s4
	sha1su0 v3.4s, v4.4s, v5.4s
	sha1su1 v3.4s, v4.4s
	sha256h q3, q4, v5.4s
	sha256su0 v3.4s, v4.4s
	sha256su1 v3.4s, v4.4s, v5.4s
	svc #0
	hvc #0
