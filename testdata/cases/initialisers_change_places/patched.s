	.text
	.globl whole
	.type whole, @function
whole:
	subq $88, %rsp
	movq %rsp, %rdi
	movl $.LC0, %esi
	movl $4, %ecx
	rep movsq
	movq %rsp, %rdi
	call use
	addq $88, %rsp
	ret
	.size whole, .-whole
	.globl another
	.type another, @function
another:
	movl %edi, %edi
	movl .LC1(,%rdi,4), %eax
	ret
	.size another, .-another
	.section .rodata
	.align 16
.LC1:
	.long 9, 8, 7, 6
	.align 32
.LC0:
	.long 1, 2, 3, 4, 5, 6, 7, 8
	.align 8
	.long 0
