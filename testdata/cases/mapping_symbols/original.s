	.text
	.globl f
	.type f, @function
f:
	movl $1, %eax
$x.1:
	call x
$d.2:
	ret
	.size f, .-f
	.globl g
	.type g, @function
g:
	call f
$x.3:
	ret
	.size g, .-g
