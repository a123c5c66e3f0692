# Instructions that compilers seldom use, by hand. LONG stands for what only 64-bit code has.
	.text
	# String instructions, with and without a count.
	movsb
	movsw
	movsl
	stosb
	stosw
	stosl
	lodsb
	lodsw
	lodsl
	cmpsb
	cmpsw
	cmpsl
	scasb
	scasw
	scasl
	rep movsb
	rep movsl
	rep stosb
	rep stosl
	rep lodsb
	repe cmpsb
	repne cmpsl
	repe scasl
	repne scasb
	insb
	insl
	outsb
	outsl
	rep insb
	rep outsl
	# Multiplication and division of all widths.
	mulb %cl
	mulw %cx
	mull %ecx
	imulb %bl
	imulw %bx
	imull %ebx
	imull %ebx,%ecx
	imulw $5,%bx,%cx
	imull $500,%ebx,%ecx
	divb %cl
	divw %cx
	divl %ecx
	idivb %bl
	idivw %bx
	idivl %ebx
	mull (%ecx)
	divl 4(%esi)
	# Shifts.
	shlb %cl,%bl
	shll %cl,%ebx
	shrw %cl,%dx
	sarl %cl,(%edi)
	shll $5,%ebx
	shll %ebx
	roll %cl,%eax
	rorb $3,%ah
	rcll %cl,%edx
	rcrl $1,%edx
	rclw $4,%dx
	shldl %cl,%ebx,%esi
	shrdl $7,%ebx,%esi
	shldw %cl,%bx,%si
	# Exchanges and bits.
	xchgl %ebx,%ecx
	xchgb %bl,%ch
	xchgl %eax,(%edi)
	xaddl %ebx,%ecx
	lock xaddb %bl,(%edi)
	cmpxchgb %bl,%cl
	cmpxchgl %ebx,%ecx
	lock cmpxchgw %bx,(%edi)
	cmpxchg8b (%edi)
	lock cmpxchg8b (%esi)
	btl %ebx,%ecx
	btsl $5,%ecx
	btrl %ebx,(%edi)
	btcw %bx,%cx
	bsfl %ebx,%ecx
	bsrw %bx,%cx
	bswap %ebx
	lzcntl %ebx,%ecx
	tzcntl %ebx,%ecx
	popcntl (%edi),%ecx
	andnl %ebx,%ecx,%edx
	bextrl %ebx,%ecx,%edx
	blsil %ebx,%ecx
	blsrl %ebx,%ecx
	blsmskl %ebx,%ecx
	bzhil %ebx,%ecx,%edx
	pdepl %ebx,%ecx,%esi
	pextl %ebx,%ecx,%esi
	mulxl %ebx,%ecx,%esi
	rorxl $3,%ebx,%ecx
	sarxl %ebx,%ecx,%esi
	shlxl %ebx,%ecx,%esi
	shrxl %ebx,(%edi),%esi
	adcxl %ebx,%ecx
	adoxl %ebx,%ecx
	crc32b %bl,%ecx
	crc32l %ebx,%ecx
	movbel (%edi),%ecx
	movbew %cx,(%edi)
	# Conditions.
	cmovol %ebx,%ecx
	cmovael (%edi),%ecx
	cmovbew %bx,%cx
	cmovgl %ebx,%ecx
	cmovpl %ebx,%ecx
	seto %bl
	setb %bh
	setne (%edi)
	setle %cl
	setp %dl
	jo .
	jb .
	je .
	jbe .
	js .
	jp .
	jl .
	jle .
	jecxz .
	loop .
	loope .
	loopne .
	call .
	jmp .
	# Arithmetic in all operand forms.
	adcl %ebx,%ecx
	adcb (%edi),%cl
	adcl $5,(%edi)
	sbbl %ebx,%ecx
	sbbl %ecx,%ecx
	sbbw $7,%cx
	addb $5,%ah
	addw %bx,(%edi)
	addl $1000,%eax
	subl %ebx,%ebx
	subb %bl,%bl
	xorl %ebx,%ebx
	xorw %bx,%bx
	xorl %ebx,%ecx
	andl %ebx,(%edi)
	orl $1,%ebx
	orb %bh,%cl
	cmpl %ebx,%ecx
	cmpb $5,(%edi)
	testl %ebx,%ecx
	testb $3,%bl
	incl %ebx
	decb (%edi)
	incw %bx
	negl %ebx
	notl (%edi)
	leal 8(%ebx,%ecx,4),%edx
	leaw 8(%ebx),%dx
	movsbl %bl,%ecx
	movsbw %bl,%cx
	movswl %bx,%ecx
	movzbl %bh,%ecx
	movzwl (%edi),%ecx
	movb %bl,%ch
	movw %bx,%cx
	movl %ebx,%ecx
	movb $5,%bl
	movl $5,(%edi,%esi)
	cbtw
	cwtl
	cwtd
	cltd
	lahf
	sahf
	clc
	stc
	cmc
	cld
	std
	cli
	sti
	xlat
	# Frames.
	enter $16,$0
	enter $16,$1
	leave
	pushw %bx
	popw %bx
	pushw $5
	ret
	ret $8
	lret
	call *(%edi)
	jmp *(%edi)
	# System.
	int3
	int $0x80
	syscall
	sysenter
	sysexit
	cpuid
	rdtsc
	rdtscp
	rdpmc
	rdmsr
	wrmsr
	rdrand %ebx
	rdseed %ebx
	xgetbv
	xsetbv
	xsave (%edi)
	xrstor (%edi)
	fxsave (%edi)
	fxrstor (%edi)
	pause
	lfence
	mfence
	sfence
	clflush (%edi)
	prefetcht0 (%edi)
	prefetchw (%edi)
	hlt
	ud2
	nop
	nopl (%eax)
	endbr64
	endbr32
	inb $5,%al
	inl %dx,%eax
	outb %al,%dx
	outl %eax,$5
	invlpg (%edi)
	wbinvd
	lgdt (%edi)
	sidt (%edi)
	lldt %bx
	str %bx
	smsw %bx
	lmsw %bx
	verr %bx
	lar %bx,%ecx
	lsl %bx,%ecx
	monitor
	mwait
	clac
	stac
	xbegin .
	xend
	xabort $5
	xtest
	iret
	movw %ds,%bx
	movw %bx,%es
	movl %gs:(%ebx),%ecx
	movl %fs:8,%ecx
	pushf
	popf
	# x87.
	flds (%edi)
	fldl (%edi)
	fldt (%edi)
	fld %st(2)
	fld1
	fldz
	fldpi
	filds (%edi)
	fildl (%edi)
	fildll (%edi)
	fsts (%edi)
	fstpl (%edi)
	fstpt (%edi)
	fstp %st(3)
	fistl (%edi)
	fistpll (%edi)
	fisttpl (%edi)
	fadd %st(1),%st
	fadd %st,%st(1)
	faddp
	fsubrp
	fmuls (%edi)
	fmulp %st,%st(2)
	fdivrl (%edi)
	fiaddl (%edi)
	fabs
	fchs
	fsqrt
	fsin
	fptan
	fpatan
	f2xm1
	fyl2x
	fscale
	frndint
	fprem
	fxch %st(1)
	fcom %st(1)
	fcompp
	fucomi %st(1),%st
	fcomip %st(1),%st
	fucompp
	ftst
	fxam
	fcmove %st(1),%st
	fcmovnbe %st(2),%st
	fnstsw %ax
	fnstsw (%edi)
	fnstcw (%edi)
	fldcw (%edi)
	fnstenv (%edi)
	fldenv (%edi)
	fnsave (%edi)
	frstor (%edi)
	fninit
	fnclex
	ffree %st(1)
	fincstp
	fdecstp
	fnop
	fwait
	emms
	# MMX.
	movd %ebx,%mm1
	movq (%edi),%mm1
	paddb %mm2,%mm1
	pxor %mm1,%mm1
	psllw $3,%mm1
	pmovmskb %mm1,%ebx
	movq2dq %mm1,%xmm2
	# SSE, where the destination keeps a part of what it was and where it does not.
	movss %xmm1,%xmm2
	movss (%edi),%xmm2
	movss %xmm1,(%edi)
	movsd %xmm1,%xmm2
	movsd (%edi),%xmm2
	movaps %xmm1,%xmm2
	movups %xmm1,(%edi)
	movdqa (%edi),%xmm2
	movq %xmm1,%xmm2
	movd %ebx,%xmm2
	movd %xmm2,%ebx
	movlps (%edi),%xmm2
	movhps (%edi),%xmm2
	movhps %xmm2,(%edi)
	movlhps %xmm1,%xmm2
	movhlps %xmm1,%xmm2
	movddup %xmm1,%xmm2
	movshdup %xmm1,%xmm2
	addps %xmm1,%xmm2
	addss %xmm1,%xmm2
	subpd (%edi),%xmm2
	mulsd %xmm1,%xmm2
	divss %xmm1,%xmm2
	sqrtps %xmm1,%xmm2
	sqrtss %xmm1,%xmm2
	rcpps %xmm1,%xmm2
	rsqrtss %xmm1,%xmm2
	minps %xmm1,%xmm2
	maxsd %xmm1,%xmm2
	andps %xmm1,%xmm2
	andnpd %xmm1,%xmm2
	orps %xmm1,%xmm2
	xorps %xmm1,%xmm1
	xorps %xmm1,%xmm2
	xorpd %xmm1,%xmm1
	pxor %xmm1,%xmm1
	cmpltps %xmm1,%xmm2
	cmpeqsd %xmm1,%xmm2
	comiss %xmm1,%xmm2
	ucomisd %xmm1,%xmm2
	cvtsi2sd %ebx,%xmm2
	cvtsi2ss (%edi),%xmm2
	cvttsd2si %xmm1,%ebx
	cvtss2si %xmm1,%ebx
	cvtss2sd %xmm1,%xmm2
	cvtsd2ss %xmm1,%xmm2
	cvtps2pd %xmm1,%xmm2
	cvtdq2ps %xmm1,%xmm2
	cvttps2dq %xmm1,%xmm2
	shufps $1,%xmm1,%xmm2
	pshufd $1,%xmm1,%xmm2
	pshufb %xmm1,%xmm2
	pshuflw $1,%xmm1,%xmm2
	unpcklps %xmm1,%xmm2
	punpcklbw %xmm1,%xmm2
	paddd %xmm1,%xmm2
	psubq %xmm1,%xmm2
	psubd %xmm1,%xmm1
	pmulld %xmm1,%xmm2
	pmuludq %xmm1,%xmm2
	pmaddwd %xmm1,%xmm2
	pcmpeqd %xmm1,%xmm2
	pcmpeqd %xmm1,%xmm1
	pcmpgtb %xmm1,%xmm2
	pslld $3,%xmm2
	psrlq %xmm1,%xmm2
	psrldq $3,%xmm2
	pand %xmm1,%xmm2
	pandn %xmm1,%xmm2
	packssdw %xmm1,%xmm2
	pmovsxbw %xmm1,%xmm2
	pmovzxwd %xmm1,%xmm2
	pinsrw $1,%ebx,%xmm2
	pinsrd $1,%ebx,%xmm2
	pextrw $1,%xmm1,%ebx
	pextrd $1,%xmm1,%ebx
	extractps $1,%xmm1,%ebx
	insertps $1,%xmm1,%xmm2
	movmskps %xmm1,%ebx
	pmovmskb %xmm1,%ebx
	blendvps %xmm0,%xmm1,%xmm2
	pblendvb %xmm0,%xmm1,%xmm2
	pblendw $1,%xmm1,%xmm2
	dpps $1,%xmm1,%xmm2
	roundsd $1,%xmm1,%xmm2
	ptest %xmm1,%xmm2
	pcmpistri $1,%xmm1,%xmm2
	pcmpistrm $1,%xmm1,%xmm2
	pcmpestri $1,%xmm1,%xmm2
	pcmpestrm $1,%xmm1,%xmm2
	aesenc %xmm1,%xmm2
	aesimc %xmm1,%xmm2
	aeskeygenassist $1,%xmm1,%xmm2
	pclmulqdq $1,%xmm1,%xmm2
	sha1rnds4 $1,%xmm1,%xmm2
	sha256rnds2 %xmm0,%xmm1,%xmm2
	maskmovdqu %xmm1,%xmm2
	movntps %xmm1,(%edi)
	movnti %ebx,(%edi)
	lddqu (%edi),%xmm2
	ldmxcsr (%edi)
	stmxcsr (%edi)
	# AVX and beyond.
	vaddps %ymm1,%ymm2,%ymm3
	vaddss %xmm1,%xmm2,%xmm3
	vmovss %xmm1,%xmm2,%xmm3
	vmovss (%edi),%xmm3
	vmovaps %ymm1,%ymm2
	vmovups %ymm1,(%edi)
	vmovd %ebx,%xmm3
	vsqrtsd %xmm1,%xmm2,%xmm3
	vcvtsi2sd %ebx,%xmm2,%xmm3
	vxorps %xmm1,%xmm1,%xmm3
	vxorps %ymm1,%ymm2,%ymm3
	vpxor %xmm1,%xmm1,%xmm1
	vpcmpeqd %ymm1,%ymm1,%ymm3
	vbroadcastss (%edi),%ymm3
	vbroadcastsd %xmm1,%ymm3
	vextractf128 $1,%ymm1,%xmm3
	vinsertf128 $1,%xmm1,%ymm2,%ymm3
	vperm2f128 $1,%ymm1,%ymm2,%ymm3
	vpermd %ymm1,%ymm2,%ymm3
	vpermq $1,%ymm1,%ymm3
	vblendvps %ymm1,%ymm2,%ymm3,%ymm4
	vfmadd132ps %ymm1,%ymm2,%ymm3
	vfmadd213sd %xmm1,%xmm2,%xmm3
	vfnmsub231ss (%edi),%xmm2,%xmm3
	vgatherdps %ymm1,(%edi,%ymm2,4),%ymm3
	vmaskmovps (%edi),%ymm2,%ymm3
	vmaskmovps %ymm1,%ymm2,(%edi)
	vpmovzxbw %xmm1,%ymm3
	vpsllvd %ymm1,%ymm2,%ymm3
	vpslld $3,%ymm2,%ymm3
	vptest %ymm1,%ymm2
	vtestps %ymm1,%ymm2
	vucomiss %xmm1,%xmm2
	vcvtph2ps %xmm1,%ymm3
	vcvtps2ph $1,%ymm1,%xmm3
	vpmovmskb %ymm1,%ebx
	vzeroupper
	vzeroall
	vaddps %zmm1,%zmm2,%zmm3
	vaddps %zmm1,%zmm2,%zmm3{%k1}
	vaddps %zmm1,%zmm2,%zmm3{%k1}{z}
	vmovdqu32 (%edi),%zmm3{%k2}{z}
	vmovdqu32 %zmm3,(%edi){%k2}
	vpternlogd $5,%zmm1,%zmm2,%zmm3
	vpcmpd $1,%zmm1,%zmm2,%k3
	vptestmd %zmm1,%zmm2,%k3
	vpbroadcastd %ebx,%zmm3
	kmovw %k1,%ebx
	kmovw %ebx,%k1
	kandw %k1,%k2,%k3
	korw %k1,%k2,%k3
	kxorw %k1,%k1,%k3
	kortestw %k1,%k2
	knotw %k1,%k3
	kshiftlw $1,%k1,%k3
	vpcompressd %zmm1,%zmm2{%k1}
	vpscatterdd %zmm1,(%edi,%zmm2,4){%k1}
	.ifdef LONG
	movsq
	stosq
	lodsq
	cmpsq
	scasq
	rep movsq
	rep stosq
	repne scasq
	movsb (%esi),(%edi)
	mulq %rcx
	imulq %rcx
	imulq $5,%r9,%r10
	divq %rcx
	idivq (%rdi)
	cqto
	cltq
	shlq %cl,%r9
	shrdq %cl,%r9,%r10
	xchgq %r9,%r10
	xaddq %r9,(%r10)
	cmpxchgq %r9,(%r10)
	cmpxchg16b (%r10)
	lock cmpxchg16b (%rdi)
	btq %r9,%r10
	bswap %r9
	popcntq %r9,%r10
	pdepq %r9,%r10,%r11
	mulxq %r9,%r10,%r11
	cmoveq %r9,%r10
	setg %r9b
	setl %sil
	movslq %r9d,%r10
	movabsq $0x123456789abcdef,%r9
	movabsq 0x123456789abcdef,%rax
	leaq 8(%r9,%r10,2),%r11
	leaq 8(%rip),%r11
	pushq %r9
	popq %r9
	pushq $5
	pushq (%r9)
	call *%r9
	jmp *%r9
	jrcxz .
	swapgs
	sysretq
	iretq
	rdfsbase %r9
	wrgsbase %r9
	movq %r9,%xmm9
	movq %xmm9,%r9
	cvtsi2sdq %r9,%xmm9
	cvttsd2siq %xmm9,%r9
	pinsrq $1,%r9,%xmm9
	vaddps %ymm9,%ymm10,%ymm11
	vaddps %zmm17,%zmm18,%zmm19
	vpxord %zmm17,%zmm17,%zmm17
	movq %cr3,%rax
	movq %rax,%cr3
	movq %rax,%dr7
	xsave64 (%rdi)
	vmcall
	vmread %rax,%rbx
	invpcid (%rdi),%rax
	rdpid %r9
	incb %r9b
	movb %r9b,%r10b
	movw %r9w,%r10w
	.else
	aaa
	aas
	aam
	aad
	daa
	das
	pusha
	popa
	pushaw
	popaw
	into
	bound %ebx,(%edi)
	arpl %bx,%cx
	les (%edi),%ebx
	lds (%edi),%ebx
	push %ds
	pop %es
	pushl %ebx
	popl %ebx
	pushl (%edi)
	popl (%edi)
	pushl $5
	call *%ebx
	jmp *%ebx
	incl %esi
	decl %edi
	movl %cr0,%eax
	movl %eax,%cr3
	movl %eax,%dr7
	invpcid (%edi),%eax
	.endif
