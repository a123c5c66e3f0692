	.text
	.globl a.llvm.777
	.type a.llvm.777, @function
a.llvm.777:
	movl $2, %eax
	call x
	ret
	.size a.llvm.777, .-a.llvm.777
	.globl only_b.llvm.777
	.type only_b.llvm.777, @function
only_b.llvm.777:
	call a.llvm.777
	ret
	.size only_b.llvm.777, .-only_b.llvm.777
	.globl a.llvm.555
	.type a.llvm.555, @function
a.llvm.555:
	movl $1, %eax
	call y
	ret
	.size a.llvm.555, .-a.llvm.555
	.globl only_a.llvm.555
	.type only_a.llvm.555, @function
only_a.llvm.555:
	call a.llvm.555
	ret
	.size only_a.llvm.555, .-only_a.llvm.555
