	.text
	.local f
	.type f, @function
f:
	call x
	call y
	ret
	.size f, .-f
	.globl g
	.type g, @function
g:
	call f
	ret
	.size g, .-g
