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
	call f
	ret
	.size g, .-g
