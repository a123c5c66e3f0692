	.text
	.globl whole
	.type whole, @function
whole:
	subq $88, %rsp
	movq %rsp, %rdi
	movl $.LC0, %esi
	movl $9, %ecx
	rep movsq
	movq %rsp, %rdi
	call use
	addq $88, %rsp
	ret
	.size whole, .-whole
	.section .rodata
	.align 32
.LC0:
	.long 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
