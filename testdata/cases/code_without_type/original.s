	.text
	movl $1, %eax
	nop
	call early
	.globl entry
entry:
	movl $2, %eax
	call x
	ret
local_label:
	movl $3, %eax
	ret
	.globl last
last:
	jmp local_label
