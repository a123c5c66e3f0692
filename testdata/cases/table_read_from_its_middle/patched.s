	.text
	.globl whole
	.type whole, @function
whole:
	subq $136, %rsp
	movq %rsp, %rdi
	movl $.LC0, %esi
	movl $16, %ecx
	rep movsq
	movq %rsp, %rdi
	call use
	addq $136, %rsp
	ret
	.size whole, .-whole
	.globl middle
	.type middle, @function
middle:
	movl %edi, %edi
	movl .LC0+64(,%rdi,4), %eax
	ret
	.size middle, .-middle
	.globl other
	.type other, @function
other:
	movl %edi, %edi
	jmp *.L4(,%rdi,8)
.L5:
	movl $1, %eax
	ret
.L6:
	movl $2, %eax
	ret
	.size other, .-other
	.section .rodata
	.align 32
.LC0:
	.long 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
	.long 17, 18, 19, 20, 21, 99, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32
	.align 8
.L4:
	.quad .L5
	.quad .L6
