	.text
	.globl f
	.type f, @function
f:
	.byte 0xe8, 0, 0, 0, 0
	ret
	.size f, .-f
	.globl g
	.type g, @function
g:
	call x
	ret
	.size g, .-g
