	.text
	movl $7, %eax
	nop
	call early
	.globl entry
entry:
	movl $2, %eax
	call x
	ret
local_label:
	movl $9, %eax
	ret
	.globl last
last:
	jmp local_label
