	.text
	.globl f
	.type f, @function
f:
	call x
	ret
	.size f, .-f
	.globl g
	.type g, @function
g:
	call x
	ret
	.size g, .-g
