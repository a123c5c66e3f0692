	.text
	.globl long_way
	.type long_way,@function
long_way:
	call 1f
1:	popl %ebx
	testl %eax, %eax
	je 2f
	addl $_GLOBAL_OFFSET_TABLE_+(.-1b), %ebx
	leal here@GOTOFF(%ebx), %eax
	.skip 100, 0x90
	ret
2:	movl there@GOT(%ebx), %eax
	ret
	.size long_way,.-long_way
	.globl astray
	.type astray,@function
astray:
	call 1f
1:	popl %ebx
2:	addl $_GLOBAL_OFFSET_TABLE_+(.-1b), %ebx
	leal here@GOTOFF(%ebx), %eax
	ret
	.size astray,.-astray
	.local here
	.comm here,4,4
