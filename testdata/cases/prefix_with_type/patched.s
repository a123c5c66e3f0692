	.text
	.balign 16
	.type __cfi_f, @function
__cfi_f:
	.fill 11, 1, 0x90
	movl $4369, %eax
	.size __cfi_f, .-__cfi_f
	.globl f
	.type f, @function
f:
	call x
	ret
	.size f, .-f
	.balign 16
	.type __cfi_g, @function
__cfi_g:
	.fill 11, 1, 0x90
	movl $13107, %eax
	.size __cfi_g, .-__cfi_g
	.globl g
	.type g, @function
g:
	call y
	ret
	.size g, .-g
