	.text
	.balign 16
	.type __pfx_h, @function
__pfx_h:
	.fill 16, 1, 0x90
	.size __pfx_h, .-__pfx_h
	.local h
	.type h, @function
h:
	call x
	call y
	ret
	.size h, .-h
	.globl g
	.type g, @function
g:
	call h
	ret
	.size g, .-g
