	.text
	.globl a.llvm.111
	.type a.llvm.111, @function
a.llvm.111:
	movl $1, %eax
	call x
	ret
	.size a.llvm.111, .-a.llvm.111
	.globl only_a.llvm.111
	.type only_a.llvm.111, @function
only_a.llvm.111:
	call a.llvm.111
	ret
	.size only_a.llvm.111, .-only_a.llvm.111
	.globl a.llvm.222
	.type a.llvm.222, @function
a.llvm.222:
	movl $2, %eax
	call x
	ret
	.size a.llvm.222, .-a.llvm.222
	.globl only_b.llvm.222
	.type only_b.llvm.222, @function
only_b.llvm.222:
	call a.llvm.222
	ret
	.size only_b.llvm.222, .-only_b.llvm.222
