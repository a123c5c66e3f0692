# Statements whose registers and numbers machine code tells too; none is a branch.
	.text
f:
	movl	$12, %esi
	movl	$13, %esi
	movq	$12, %rsi
	movl	$12, %edx
	mov	$12, %r8d
	movabsq	$4660, %rdi
	movabsq	$81985529216486895, %rdi
	movw	$12, %si
	movb	$12, %sil
	movb	$12, %ah
	movl	$12, 8(%rsp)
	movq	$-3, (%rsp)
	movl	$12, -16(%rsp,%rax,4)
	movl	$12, 8(%rdi)
	movl	$0x1f, 0x20(%rdi,%rsi,8)
	movb	$1, flag(%rip)
	movl	$text, %edi
	movq	$text+4, %rdi
	movq	%rdi, %rax
	movl	%edi, %eax
	movw	%di, %ax
	movb	%dil, %al
	movb	%ah, %bl
	movq	8(%rdi), %rax
	movq	(%rdi), %rax
	movl	16(%rdi), %eax
	movl	%eax, 24(%rbp)
	movl	%eax, 24(%rsp)
	movl	text(,%rdi,4), %eax
	movq	text(%rip), %rax
	movq	%gs:40, %rax
	movq	%fs:8(%rdi), %rax
	movl	%gs:(%rdi), %eax
	movq	%rax, %xmm0
	movq	%xmm1, %rax
	movd	%xmm1, %eax
	movaps	%xmm1, %xmm0
	movups	(%rdi), %xmm9
	movups	%xmm9, 16(%rsi)
	movdqa	%xmm1, %xmm0
	vmovdqu	32(%rdi), %ymm3
	vmovups	%zmm1, %zmm2{%k1}
	vmovups	%zmm1, %zmm2{%k1}{z}
	vmovups	%zmm1, 64(%rdi){%k1}
	movzbl	%dil, %eax
	movzbl	3(%rdi), %eax
	movzwl	%si, %ecx
	movsbl	%dil, %eax
	movsbq	%dil, %rax
	movswl	%di, %eax
	movslq	%edi, %rax
	movslq	4(%rdi), %rax
	movzbw	%dil, %ax
	leaq	8(%rdi,%rsi,4), %rax
	leaq	(%rdi,%rsi), %rax
	leal	1(%rdi), %eax
	leaw	1(%rdi), %ax
	leaq	text(%rip), %rdi
	leaq	8(%rsp), %rdi
	addl	$24, %eax
	addq	$200, %rdi
	addq	%rsi, %rax
	addl	$1, 8(%rdi)
	addl	%eax, text(%rip)
	subq	$24, %rsp
	subq	$200, %rsp
	subl	%esi, %edi
	subq	%rdx, %rdx
	andl	$15, %eax
	andb	$1, %al
	orl	%esi, 4(%rdi)
	orb	$2, 4(%rdi)
	xorl	%eax, %eax
	xorl	%ecx, %eax
	xorb	%al, %al
	xorq	$5, (%rdi)
	incl	%ecx
	decq	8(%rdi)
	negl	%eax
	notl	%eax
	notq	(%rsi)
	adcl	$0, %edx
	sbbl	%eax, %eax
	sbbq	%rsi, 8(%rdi)
	shll	$3, %edx
	shlq	%cl, %rdx
	shrl	%eax
	shrq	$5, 8(%rdi)
	sarl	$31, %eax
	sall	%cl, 8(%rdi)
	rolw	$8, %ax
	rorl	%cl, %eax
	cmpl	$5, %edi
	cmpl	$5, 8(%rdi)
	cmpq	%rsi, %rdi
	cmpb	$7, text(%rip)
	cmpl	%eax, %gs:16
	testl	%edi, %edi
	testb	$4, 2(%rdi)
	testb	%al, %al
	pushq	%rbx
	pushq	$12
	pushq	8(%rsp)
	pushq	text(%rip)
	popq	%rbp
	popq	8(%rdi)
	popw	%ax
	mulq	%rcx
	imulq	$3, %rsi, %rax
	idivl	%esi
	cqto
	cpuid
	rdtsc
	cmoveq	%rsi, %rax
	sete	%al
	xchgq	%rdx, %rax
	lock cmpxchgq	%rsi, (%rdi)
	lock addl	$1, 4(%rdi)
	rep stosq
	syscall
	leave
	addsd	%xmm1, %xmm0
	vaddps	%ymm2, %ymm1, %ymm0
	enter	$16, $0
	movq	%cr3, %rax
	movq	%mm1, %rax
	faddp	%st, %st(1)
	.size f, .-f
