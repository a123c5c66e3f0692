	.file	"original.c"
	.text
	.p2align 4
	.globl	weigh
	.type	weigh, @function
weigh:
.LFB0:
	.cfi_startproc
	call	__x86.get_pc_thunk.dx
	addl	$_GLOBAL_OFFSET_TABLE_, %edx
	movl	4(%esp), %eax
	andl	$7, %eax
	movzbl	weights@GOTOFF(%edx,%eax), %eax
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
	pushl	%ebx
	.cfi_def_cfa_offset 8
	.cfi_offset 3, -8
	call	__x86.get_pc_thunk.bx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	subl	$16, %esp
	.cfi_def_cfa_offset 24
	leal	.LC0@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	28(%esp)
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$24, %esp
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
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
	pushl	%ebx
	.cfi_def_cfa_offset 8
	.cfi_offset 3, -8
	call	__x86.get_pc_thunk.bx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	subl	$16, %esp
	.cfi_def_cfa_offset 24
	leal	.LC1@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	28(%esp)
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$24, %esp
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.cfi_endproc
.LFE2:
	.size	other, .-other
	.p2align 4
	.globl	length
	.type	length, @function
length:
.LFB3:
	.cfi_startproc
	movl	4(%esp), %eax
	movl	4(%eax), %eax
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
	call	__x86.get_pc_thunk.dx
	addl	$_GLOBAL_OFFSET_TABLE_, %edx
	movl	limit@GOT(%edx), %ecx
	movl	sent@GOTOFF(%edx), %eax
	addl	4(%esp), %eax
	cmpl	(%ecx), %eax
	movl	%eax, sent@GOTOFF(%edx)
	setg	%cl
	movzbl	%cl, %ecx
	addl	lost@GOTOFF(%edx), %ecx
	movl	%ecx, lost@GOTOFF(%edx)
	subl	%ecx, %eax
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
	call	__x86.get_pc_thunk.ax
	addl	$_GLOBAL_OFFSET_TABLE_, %eax
	flds	.LC2@GOTOFF(%eax)
	fmull	4(%esp)
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
	call	__x86.get_pc_thunk.ax
	addl	$_GLOBAL_OFFSET_TABLE_, %eax
	flds	.LC3@GOTOFF(%eax)
	faddl	4(%esp)
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
	.text
	.p2align 4
	.globl	choose
	.type	choose, @function
choose:
.LFB7:
	.cfi_startproc
	pushl	%ebx
	.cfi_def_cfa_offset 8
	.cfi_offset 3, -8
	call	__x86.get_pc_thunk.bx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	subl	$8, %esp
	.cfi_def_cfa_offset 16
	movl	16(%esp), %eax
	cmpl	$7, %eax
	ja	.L11
	movl	.L14@GOTOFF(%ebx,%eax,4), %edx
	addl	%ebx, %edx
	jmp	*%edx
	.section	.rodata
	.align 4
	.align 4
.L14:
	.long	.L21@GOTOFF
	.long	.L20@GOTOFF
	.long	.L19@GOTOFF
	.long	.L18@GOTOFF
	.long	.L17@GOTOFF
	.long	.L16@GOTOFF
	.long	.L15@GOTOFF
	.long	.L13@GOTOFF
	.text
	.p2align 4,,10
	.p2align 3
.L15:
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC10@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	$6
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	orl	$8, %eax
.L11:
	addl	$8, %esp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.p2align 4,,10
	.p2align 3
.L13:
	.cfi_restore_state
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC11@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	$3
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	addl	$8, %esp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	andl	$7, %eax
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.p2align 4,,10
	.p2align 3
.L21:
	.cfi_restore_state
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC4@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	$1
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	addl	$8, %esp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.p2align 4,,10
	.p2align 3
.L20:
	.cfi_restore_state
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC5@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	$7
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	addl	$8, %esp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	addl	$3, %eax
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.p2align 4,,10
	.p2align 3
.L19:
	.cfi_restore_state
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC6@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	$4
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	addl	$8, %esp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	leal	(%eax,%eax,4), %eax
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.p2align 4,,10
	.p2align 3
.L18:
	.cfi_restore_state
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC7@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	$2
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	addl	$8, %esp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	subl	$1, %eax
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.p2align 4,,10
	.p2align 3
.L17:
	.cfi_restore_state
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC8@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	$9
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	movl	%eax, %ecx
	movl	$1431655766, %eax
	addl	$8, %esp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	imull	%ecx
	sarl	$31, %ecx
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	movl	%edx, %eax
	subl	%ecx, %eax
	ret
	.p2align 4,,10
	.p2align 3
.L16:
	.cfi_restore_state
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC9@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_def_cfa_offset 28
	pushl	$5
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	addl	$8, %esp
	.cfi_def_cfa_offset 8
	xorl	$6, %eax
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.cfi_endproc
.LFE7:
	.size	choose, .-choose
	.section	.rodata.str1.1
.LC12:
	.string	"late"
	.text
	.p2align 4
	.globl	leave
	.type	leave, @function
leave:
.LFB8:
	.cfi_startproc
	pushl	%ebx
	.cfi_def_cfa_offset 8
	.cfi_offset 3, -8
	call	__x86.get_pc_thunk.bx
	addl	$_GLOBAL_OFFSET_TABLE_, %ebx
	subl	$8, %esp
	.cfi_def_cfa_offset 16
	movl	16(%esp), %eax
	movl	limit@GOT(%ebx), %edx
	cmpl	%eax, (%edx)
	jl	.L28
	subl	$12, %esp
	.cfi_def_cfa_offset 28
	addl	$1, %eax
	pushl	%eax
	.cfi_def_cfa_offset 32
	call	choose@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	addl	$8, %esp
	.cfi_remember_state
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.p2align 4,,10
	.p2align 3
.L28:
	.cfi_restore_state
	subl	$8, %esp
	.cfi_def_cfa_offset 24
	leal	.LC12@GOTOFF(%ebx), %edx
	pushl	%edx
	.cfi_def_cfa_offset 28
	pushl	%eax
	.cfi_def_cfa_offset 32
	call	out@PLT
	addl	$16, %esp
	.cfi_def_cfa_offset 16
	addl	$8, %esp
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_restore 3
	.cfi_def_cfa_offset 4
	ret
	.cfi_endproc
.LFE8:
	.size	leave, .-leave
	.local	lost
	.comm	lost,4,4
	.local	sent
	.comm	sent,4,4
	.section	.rodata
	.align 4
	.type	weights, @object
	.size	weights, 8
weights:
	.ascii	"\001\002\003\004\005\006\007\b"
	.section	.rodata.cst4,"aM",@progbits,4
	.align 4
.LC2:
	.long	1065877504
	.align 4
.LC3:
	.long	1075838976
	.section	.text.__x86.get_pc_thunk.ax,"axG",@progbits,__x86.get_pc_thunk.ax,comdat
	.globl	__x86.get_pc_thunk.ax
	.hidden	__x86.get_pc_thunk.ax
	.type	__x86.get_pc_thunk.ax, @function
__x86.get_pc_thunk.ax:
.LFB9:
	.cfi_startproc
	movl	(%esp), %eax
	ret
	.cfi_endproc
.LFE9:
	.section	.text.__x86.get_pc_thunk.dx,"axG",@progbits,__x86.get_pc_thunk.dx,comdat
	.globl	__x86.get_pc_thunk.dx
	.hidden	__x86.get_pc_thunk.dx
	.type	__x86.get_pc_thunk.dx, @function
__x86.get_pc_thunk.dx:
.LFB10:
	.cfi_startproc
	movl	(%esp), %edx
	ret
	.cfi_endproc
.LFE10:
	.section	.text.__x86.get_pc_thunk.bx,"axG",@progbits,__x86.get_pc_thunk.bx,comdat
	.globl	__x86.get_pc_thunk.bx
	.hidden	__x86.get_pc_thunk.bx
	.type	__x86.get_pc_thunk.bx, @function
__x86.get_pc_thunk.bx:
.LFB11:
	.cfi_startproc
	movl	(%esp), %ebx
	ret
	.cfi_endproc
.LFE11:
	.ident	"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
