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
	.globl middle
	.type middle, @function
middle:
	movl %edi, %edi
	movl .LC1(,%rdi,4), %eax
	ret
	.size middle, .-middle
	.section .rodata
	.align 32
.LC0:
	.long 1, 2, 3, 0
.LC1:
	.long 4, 5, 6, 7, 8
