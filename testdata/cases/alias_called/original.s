	.text
	.globl f
	.type f, @function
f:
	call x
	call y
	ret
	.size f, .-f
	.set alias, f
	.globl alias
	.globl g
	.type g, @function
g:
	call alias
	ret
	.size g, .-g
