	.text
	.file	"patched.c"
	.globl	weigh                           # -- Begin function weigh
	.p2align	4, 0x90
	.type	weigh,@function
weigh:                                  # @weigh
	.cfi_startproc
# %bb.0:
	calll	.L0$pb
	.cfi_adjust_cfa_offset 4
.L0$pb:
	popl	%eax
	.cfi_adjust_cfa_offset -4
.Ltmp0:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp0-.L0$pb), %eax
	movl	4(%esp), %ecx
	andl	$7, %ecx
	movzbl	weights@GOTOFF(%eax,%ecx), %eax
	retl
.Lfunc_end0:
	.size	weigh, .Lfunc_end0-weigh
	.cfi_endproc
                                        # -- End function
	.globl	name                            # -- Begin function name
	.p2align	4, 0x90
	.type	name,@function
name:                                   # @name
	.cfi_startproc
# %bb.0:
	pushl	%ebx
	.cfi_def_cfa_offset 8
	subl	$8, %esp
	.cfi_def_cfa_offset 16
	.cfi_offset %ebx, -8
	calll	.L1$pb
	.cfi_adjust_cfa_offset 4
.L1$pb:
	popl	%ebx
	.cfi_adjust_cfa_offset -4
.Ltmp1:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp1-.L1$pb), %ebx
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	28(%esp)
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$24, %esp
	.cfi_adjust_cfa_offset -24
	popl	%ebx
	.cfi_def_cfa_offset 4
	retl
.Lfunc_end1:
	.size	name, .Lfunc_end1-name
	.cfi_endproc
                                        # -- End function
	.globl	other                           # -- Begin function other
	.p2align	4, 0x90
	.type	other,@function
other:                                  # @other
	.cfi_startproc
# %bb.0:
	pushl	%ebx
	.cfi_def_cfa_offset 8
	subl	$8, %esp
	.cfi_def_cfa_offset 16
	.cfi_offset %ebx, -8
	calll	.L2$pb
	.cfi_adjust_cfa_offset 4
.L2$pb:
	popl	%ebx
	.cfi_adjust_cfa_offset -4
.Ltmp2:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp2-.L2$pb), %ebx
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.1@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	28(%esp)
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$24, %esp
	.cfi_adjust_cfa_offset -24
	popl	%ebx
	.cfi_def_cfa_offset 4
	retl
.Lfunc_end2:
	.size	other, .Lfunc_end2-other
	.cfi_endproc
                                        # -- End function
	.globl	length                          # -- Begin function length
	.p2align	4, 0x90
	.type	length,@function
length:                                 # @length
	.cfi_startproc
# %bb.0:
	movl	4(%esp), %eax
	movl	8(%eax), %eax
	retl
.Lfunc_end3:
	.size	length, .Lfunc_end3-length
	.cfi_endproc
                                        # -- End function
	.globl	count                           # -- Begin function count
	.p2align	4, 0x90
	.type	count,@function
count:                                  # @count
	.cfi_startproc
# %bb.0:
	pushl	%esi
	.cfi_def_cfa_offset 8
	.cfi_offset %esi, -8
	calll	.L4$pb
	.cfi_adjust_cfa_offset 4
.L4$pb:
	popl	%ecx
	.cfi_adjust_cfa_offset -4
.Ltmp3:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp3-.L4$pb), %ecx
	movl	sent@GOTOFF(%ecx), %eax
	addl	8(%esp), %eax
	movl	limit@GOT(%ecx), %esi
	xorl	%edx, %edx
	cmpl	(%esi), %eax
	setg	%dl
	addl	lost@GOTOFF(%ecx), %edx
	movl	%eax, sent@GOTOFF(%ecx)
	movl	%edx, lost@GOTOFF(%ecx)
	subl	%edx, %eax
	popl	%esi
	.cfi_def_cfa_offset 4
	retl
.Lfunc_end4:
	.size	count, .Lfunc_end4-count
	.cfi_endproc
                                        # -- End function
	.section	.rodata.cst4,"aM",@progbits,4
	.p2align	2, 0x0                          # -- Begin function scale
.LCPI5_0:
	.long	0x3f900000                      # float 1.125
	.text
	.globl	scale
	.p2align	4, 0x90
	.type	scale,@function
scale:                                  # @scale
	.cfi_startproc
# %bb.0:
	calll	.L5$pb
	.cfi_adjust_cfa_offset 4
.L5$pb:
	popl	%eax
	.cfi_adjust_cfa_offset -4
.Ltmp4:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp4-.L5$pb), %eax
	fldl	4(%esp)
	fmuls	.LCPI5_0@GOTOFF(%eax)
	retl
.Lfunc_end5:
	.size	scale, .Lfunc_end5-scale
	.cfi_endproc
                                        # -- End function
	.section	.rodata.cst4,"aM",@progbits,4
	.p2align	2, 0x0                          # -- Begin function shift
.LCPI6_0:
	.long	0x40200000                      # float 2.5
	.text
	.globl	shift
	.p2align	4, 0x90
	.type	shift,@function
shift:                                  # @shift
	.cfi_startproc
# %bb.0:
	calll	.L6$pb
	.cfi_adjust_cfa_offset 4
.L6$pb:
	popl	%eax
	.cfi_adjust_cfa_offset -4
.Ltmp5:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp5-.L6$pb), %eax
	fldl	4(%esp)
	fadds	.LCPI6_0@GOTOFF(%eax)
	retl
.Lfunc_end6:
	.size	shift, .Lfunc_end6-shift
	.cfi_endproc
                                        # -- End function
	.globl	choose                          # -- Begin function choose
	.p2align	4, 0x90
	.type	choose,@function
choose:                                 # @choose
	.cfi_startproc
# %bb.0:
	pushl	%ebx
	.cfi_def_cfa_offset 8
	subl	$8, %esp
	.cfi_def_cfa_offset 16
	.cfi_offset %ebx, -8
	calll	.L7$pb
	.cfi_adjust_cfa_offset 4
.L7$pb:
	popl	%ebx
	.cfi_adjust_cfa_offset -4
.Ltmp6:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp6-.L7$pb), %ebx
	movl	16(%esp), %eax
	cmpl	$7, %eax
	ja	.LBB7_10
# %bb.1:
	movl	.LJTI7_0@GOTOFF(%ebx,%eax,4), %eax
	addl	%ebx, %eax
	jmpl	*%eax
.LBB7_2:
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.2@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	$1
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$24, %esp
	.cfi_adjust_cfa_offset -24
	popl	%ebx
	.cfi_def_cfa_offset 4
	retl
.LBB7_3:
	.cfi_def_cfa_offset 16
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.3@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	$7
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$16, %esp
	.cfi_adjust_cfa_offset -16
	addl	$3, %eax
	jmp	.LBB7_10
.LBB7_4:
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.4@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	$4
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$16, %esp
	.cfi_adjust_cfa_offset -16
	leal	(%eax,%eax,4), %eax
	jmp	.LBB7_10
.LBB7_5:
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.5@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	$2
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$16, %esp
	.cfi_adjust_cfa_offset -16
	decl	%eax
	jmp	.LBB7_10
.LBB7_6:
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.6@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	$9
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$16, %esp
	.cfi_adjust_cfa_offset -16
	movl	$1431655766, %ecx               # imm = 0x55555556
	imull	%ecx
	movl	%edx, %eax
	shrl	$31, %eax
	addl	%edx, %eax
	jmp	.LBB7_10
.LBB7_7:
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.7@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	$5
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$16, %esp
	.cfi_adjust_cfa_offset -16
	xorl	$6, %eax
	jmp	.LBB7_10
.LBB7_8:
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.8@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	$6
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$16, %esp
	.cfi_adjust_cfa_offset -16
	orl	$8, %eax
	jmp	.LBB7_10
.LBB7_9:
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	leal	.L.str.9@GOTOFF(%ebx), %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	$3
	.cfi_adjust_cfa_offset 4
	calll	out@PLT
	addl	$16, %esp
	.cfi_adjust_cfa_offset -16
	andl	$7, %eax
.LBB7_10:
	addl	$8, %esp
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_def_cfa_offset 4
	retl
.Lfunc_end7:
	.size	choose, .Lfunc_end7-choose
	.cfi_endproc
	.section	.rodata,"a",@progbits
	.p2align	2, 0x0
.LJTI7_0:
	.long	.LBB7_2@GOTOFF
	.long	.LBB7_3@GOTOFF
	.long	.LBB7_4@GOTOFF
	.long	.LBB7_5@GOTOFF
	.long	.LBB7_6@GOTOFF
	.long	.LBB7_7@GOTOFF
	.long	.LBB7_8@GOTOFF
	.long	.LBB7_9@GOTOFF
                                        # -- End function
	.text
	.globl	leave                           # -- Begin function leave
	.p2align	4, 0x90
	.type	leave,@function
leave:                                  # @leave
	.cfi_startproc
# %bb.0:
	pushl	%ebx
	.cfi_def_cfa_offset 8
	subl	$8, %esp
	.cfi_def_cfa_offset 16
	.cfi_offset %ebx, -8
	calll	.L8$pb
	.cfi_adjust_cfa_offset 4
.L8$pb:
	popl	%ebx
	.cfi_adjust_cfa_offset -4
.Ltmp7:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp7-.L8$pb), %ebx
	movl	16(%esp), %eax
	movl	limit@GOT(%ebx), %ecx
	cmpl	%eax, (%ecx)
	jle	.LBB8_1
# %bb.2:
	incl	%eax
	movl	%eax, (%esp)
	calll	choose@PLT
	jmp	.LBB8_3
.LBB8_1:
	leal	.L.str.10@GOTOFF(%ebx), %ecx
	movl	%ecx, 4(%esp)
	movl	%eax, (%esp)
	calll	out@PLT
.LBB8_3:
	addl	$8, %esp
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_def_cfa_offset 4
	retl
.Lfunc_end8:
	.size	leave, .Lfunc_end8-leave
	.cfi_endproc
                                        # -- End function
	.type	weights,@object                 # @weights
	.section	.rodata.cst8,"aM",@progbits,8
weights:
	.ascii	"\001\002\003\004\005\006\007\t"
	.size	weights, 8

	.type	.L.str,@object                  # @.str
	.section	.rodata.str1.1,"aMS",@progbits,1
.L.str:
	.asciz	"packet"
	.size	.L.str, 7

	.type	.L.str.1,@object                # @.str.1
.L.str.1:
	.asciz	"chain"
	.size	.L.str.1, 6

	.type	sent,@object                    # @sent
	.local	sent
	.comm	sent,4,4
	.type	lost,@object                    # @lost
	.local	lost
	.comm	lost,4,4
	.type	.L.str.2,@object                # @.str.2
.L.str.2:
	.asciz	"a"
	.size	.L.str.2, 2

	.type	.L.str.3,@object                # @.str.3
.L.str.3:
	.asciz	"b"
	.size	.L.str.3, 2

	.type	.L.str.4,@object                # @.str.4
.L.str.4:
	.asciz	"c"
	.size	.L.str.4, 2

	.type	.L.str.5,@object                # @.str.5
.L.str.5:
	.asciz	"d"
	.size	.L.str.5, 2

	.type	.L.str.6,@object                # @.str.6
.L.str.6:
	.asciz	"e"
	.size	.L.str.6, 2

	.type	.L.str.7,@object                # @.str.7
.L.str.7:
	.asciz	"f"
	.size	.L.str.7, 2

	.type	.L.str.8,@object                # @.str.8
.L.str.8:
	.asciz	"g"
	.size	.L.str.8, 2

	.type	.L.str.9,@object                # @.str.9
.L.str.9:
	.asciz	"h"
	.size	.L.str.9, 2

	.type	.L.str.10,@object               # @.str.10
.L.str.10:
	.asciz	"late"
	.size	.L.str.10, 5

	.ident	"Debian clang version 16.0.6 (15~deb12u1)"
	.section	".note.GNU-stack","",@progbits
	.addrsig
