	.text
	.globl f.lto_priv.0
	.type f.lto_priv.0, @function
f.lto_priv.0:
	call x
	ret
	.size f.lto_priv.0, .-f.lto_priv.0
	.globl g
	.type g, @function
g:
	call f.lto_priv.0
	ret
	.size g, .-g
