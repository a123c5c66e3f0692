	.file	"original.c"
	.text
	.p2align 4
	.globl	weigh
	.type	weigh, @function
weigh:
.LFB0:
	.cfi_startproc
	andl	$7, %edi
	leaq	weights(%rip), %rax
	movzbl	(%rax,%rdi), %eax
	ret
	.cfi_endproc
.LFE0:
	.size	weigh, .-weigh
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"packet"
	.text
	.p2align 4
	.globl	name
	.type	name, @function
name:
.LFB1:
	.cfi_startproc
	leaq	.LC0(%rip), %rsi
	jmp	out@PLT
	.cfi_endproc
.LFE1:
	.size	name, .-name
	.section	.rodata.str1.1
.LC1:
	.string	"queue"
	.text
	.p2align 4
	.globl	other
	.type	other, @function
other:
.LFB2:
	.cfi_startproc
	leaq	.LC1(%rip), %rsi
	jmp	out@PLT
	.cfi_endproc
.LFE2:
	.size	other, .-other
	.p2align 4
	.globl	length
	.type	length, @function
length:
.LFB3:
	.cfi_startproc
	movl	4(%rdi), %eax
	ret
	.cfi_endproc
.LFE3:
	.size	length, .-length
	.p2align 4
	.globl	count
	.type	count, @function
count:
.LFB4:
	.cfi_startproc
	movl	sent(%rip), %eax
	xorl	%edx, %edx
	addl	%edi, %eax
	cmpl	limit(%rip), %eax
	setg	%dl
	addl	lost(%rip), %edx
	movl	%eax, sent(%rip)
	movl	%edx, lost(%rip)
	subl	%edx, %eax
	ret
	.cfi_endproc
.LFE4:
	.size	count, .-count
	.p2align 4
	.globl	scale
	.type	scale, @function
scale:
.LFB5:
	.cfi_startproc
	mulsd	.LC2(%rip), %xmm0
	ret
	.cfi_endproc
.LFE5:
	.size	scale, .-scale
	.p2align 4
	.globl	shift
	.type	shift, @function
shift:
.LFB6:
	.cfi_startproc
	addsd	.LC3(%rip), %xmm0
	ret
	.cfi_endproc
.LFE6:
	.size	shift, .-shift
	.section	.rodata.str1.1
.LC4:
	.string	"a"
.LC5:
	.string	"b"
.LC6:
	.string	"c"
.LC7:
	.string	"d"
.LC8:
	.string	"e"
.LC9:
	.string	"f"
.LC10:
	.string	"g"
.LC11:
	.string	"h"
	.section	.text.unlikely,"ax",@progbits
.LCOLDB12:
	.text
.LHOTB12:
	.p2align 4
	.globl	choose
	.type	choose, @function
choose:
.LFB7:
	.cfi_startproc
	subq	$8, %rsp
	.cfi_def_cfa_offset 16
	cmpl	$7, %edi
	ja	.L20
	leaq	.L12(%rip), %rdx
	movl	%edi, %edi
	movslq	(%rdx,%rdi,4), %rax
	addq	%rdx, %rax
	jmp	*%rax
	.section	.rodata
	.align 4
	.align 4
.L12:
	.long	.L19-.L12
	.long	.L18-.L12
	.long	.L17-.L12
	.long	.L16-.L12
	.long	.L15-.L12
	.long	.L14-.L12
	.long	.L13-.L12
	.long	.L11-.L12
	.text
	.p2align 4,,10
	.p2align 3
.L13:
	leaq	.LC10(%rip), %rsi
	movl	$6, %edi
	call	out@PLT
	orl	$8, %eax
.L9:
	addq	$8, %rsp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	ret
	.p2align 4,,10
	.p2align 3
.L11:
	.cfi_restore_state
	leaq	.LC11(%rip), %rsi
	movl	$3, %edi
	call	out@PLT
	addq	$8, %rsp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	andl	$7, %eax
	ret
	.p2align 4,,10
	.p2align 3
.L19:
	.cfi_restore_state
	leaq	.LC4(%rip), %rsi
	movl	$1, %edi
	addq	$8, %rsp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	jmp	out@PLT
	.p2align 4,,10
	.p2align 3
.L18:
	.cfi_restore_state
	leaq	.LC5(%rip), %rsi
	movl	$7, %edi
	call	out@PLT
	addq	$8, %rsp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	addl	$3, %eax
	ret
	.p2align 4,,10
	.p2align 3
.L17:
	.cfi_restore_state
	leaq	.LC6(%rip), %rsi
	movl	$4, %edi
	call	out@PLT
	addq	$8, %rsp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	leal	(%rax,%rax,4), %eax
	ret
	.p2align 4,,10
	.p2align 3
.L16:
	.cfi_restore_state
	leaq	.LC7(%rip), %rsi
	movl	$2, %edi
	call	out@PLT
	addq	$8, %rsp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	subl	$1, %eax
	ret
	.p2align 4,,10
	.p2align 3
.L15:
	.cfi_restore_state
	leaq	.LC8(%rip), %rsi
	movl	$9, %edi
	call	out@PLT
	addq	$8, %rsp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	movl	%eax, %edx
	cltq
	imulq	$1431655766, %rax, %rax
	sarl	$31, %edx
	shrq	$32, %rax
	subl	%edx, %eax
	ret
	.p2align 4,,10
	.p2align 3
.L14:
	.cfi_restore_state
	leaq	.LC9(%rip), %rsi
	movl	$5, %edi
	call	out@PLT
	addq	$8, %rsp
	.cfi_def_cfa_offset 8
	xorl	$6, %eax
	ret
	.cfi_endproc
	.section	.text.unlikely
	.cfi_startproc
	.type	choose.cold, @function
choose.cold:
.LFSB7:
.L20:
	.cfi_def_cfa_offset 16
	movl	%edi, %eax
	jmp	.L9
	.cfi_endproc
.LFE7:
	.text
	.size	choose, .-choose
	.section	.text.unlikely
	.size	choose.cold, .-choose.cold
.LCOLDE12:
	.text
.LHOTE12:
	.section	.rodata.str1.1
.LC13:
	.string	"late"
	.text
	.p2align 4
	.globl	leave
	.type	leave, @function
leave:
.LFB8:
	.cfi_startproc
	cmpl	%edi, limit(%rip)
	jl	.L24
	addl	$1, %edi
	jmp	choose
	.p2align 4,,10
	.p2align 3
.L24:
	leaq	.LC13(%rip), %rsi
	jmp	out@PLT
	.cfi_endproc
.LFE8:
	.size	leave, .-leave
	.local	lost
	.comm	lost,4,4
	.local	sent
	.comm	sent,4,4
	.section	.rodata
	.align 8
	.type	weights, @object
	.size	weights, 8
weights:
	.ascii	"\001\002\003\004\005\006\007\b"
	.section	.rodata.cst8,"aM",@progbits,8
	.align 8
.LC2:
	.long	0
	.long	1072758784
	.align 8
.LC3:
	.long	0
	.long	1074003968
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
