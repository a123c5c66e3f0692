	.text
	.globl f
	.type f, @function
f:
	movl $1, %eax
$x.8:
	call x
	ret
	.size f, .-f
	.globl g
	.type g, @function
g:
	call f
$x.3:
	ret
	.size g, .-g
