	.text
	.globl f
	.type f, @function
f:
	movabsq $table+0x123456789, %rax
	ret
	.size f, .-f
	.globl g
	.type g, @function
g:
	movabsq $table+0x123456789, %rax
	ret
	.size g, .-g
