	.text
	.balign 16
	.type __pfx_f, @function
__pfx_f:
	.fill 16, 1, 0x90
	.size __pfx_f, .-__pfx_f
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
