	.text
	.globl f.lto_priv.7
	.type f.lto_priv.7, @function
f.lto_priv.7:
	call x
	ret
	.size f.lto_priv.7, .-f.lto_priv.7
	.globl g
	.type g, @function
g:
	call f.lto_priv.7
	ret
	.size g, .-g
