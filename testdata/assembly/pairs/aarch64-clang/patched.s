	.text
	.file	"patched.c"
	.globl	weigh                           // -- Begin function weigh
	.p2align	2
	.type	weigh,@function
weigh:                                  // @weigh
	.cfi_startproc
// %bb.0:
                                        // kill: def $w0 killed $w0 def $x0
	and	x8, x0, #0x7
	adrp	x9, weights
	add	x9, x9, :lo12:weights
	ldrb	w0, [x9, x8]
	ret
.Lfunc_end0:
	.size	weigh, .Lfunc_end0-weigh
	.cfi_endproc
                                        // -- End function
	.globl	name                            // -- Begin function name
	.p2align	2
	.type	name,@function
name:                                   // @name
	.cfi_startproc
// %bb.0:
	adrp	x1, .L.str
	add	x1, x1, :lo12:.L.str
	b	out
.Lfunc_end1:
	.size	name, .Lfunc_end1-name
	.cfi_endproc
                                        // -- End function
	.globl	other                           // -- Begin function other
	.p2align	2
	.type	other,@function
other:                                  // @other
	.cfi_startproc
// %bb.0:
	adrp	x1, .L.str.1
	add	x1, x1, :lo12:.L.str.1
	b	out
.Lfunc_end2:
	.size	other, .Lfunc_end2-other
	.cfi_endproc
                                        // -- End function
	.globl	length                          // -- Begin function length
	.p2align	2
	.type	length,@function
length:                                 // @length
	.cfi_startproc
// %bb.0:
	ldr	w0, [x0, #8]
	ret
.Lfunc_end3:
	.size	length, .Lfunc_end3-length
	.cfi_endproc
                                        // -- End function
	.globl	count                           // -- Begin function count
	.p2align	2
	.type	count,@function
count:                                  // @count
	.cfi_startproc
// %bb.0:
	adrp	x9, :got:limit
	adrp	x8, sent
	adrp	x10, lost
	ldr	x9, [x9, :got_lo12:limit]
	ldr	w11, [x8, :lo12:sent]
	ldr	w12, [x10, :lo12:lost]
	ldr	w9, [x9]
	add	w11, w11, w0
	cmp	w11, w9
	cinc	w9, w12, gt
	str	w11, [x8, :lo12:sent]
	sub	w0, w11, w9
	str	w9, [x10, :lo12:lost]
	ret
.Lfunc_end4:
	.size	count, .Lfunc_end4-count
	.cfi_endproc
                                        // -- End function
	.globl	scale                           // -- Begin function scale
	.p2align	2
	.type	scale,@function
scale:                                  // @scale
	.cfi_startproc
// %bb.0:
	fmov	d1, #1.12500000
	fmul	d0, d0, d1
	ret
.Lfunc_end5:
	.size	scale, .Lfunc_end5-scale
	.cfi_endproc
                                        // -- End function
	.globl	shift                           // -- Begin function shift
	.p2align	2
	.type	shift,@function
shift:                                  // @shift
	.cfi_startproc
// %bb.0:
	fmov	d1, #2.50000000
	fadd	d0, d0, d1
	ret
.Lfunc_end6:
	.size	shift, .Lfunc_end6-shift
	.cfi_endproc
                                        // -- End function
	.globl	choose                          // -- Begin function choose
	.p2align	2
	.type	choose,@function
choose:                                 // @choose
	.cfi_startproc
// %bb.0:
	stp	x29, x30, [sp, #-16]!           // 16-byte Folded Spill
	.cfi_def_cfa_offset 16
	mov	x29, sp
	.cfi_def_cfa w29, 16
	.cfi_offset w30, -8
	.cfi_offset w29, -16
	.cfi_remember_state
	cmp	w0, #7
	b.hi	.LBB7_10
// %bb.1:
	mov	w8, w0
	adrp	x9, .LJTI7_0
	add	x9, x9, :lo12:.LJTI7_0
	adr	x10, .LBB7_2
	ldrb	w11, [x9, x8]
	add	x10, x10, x11, lsl #2
	br	x10
.LBB7_2:
	adrp	x1, .L.str.2
	add	x1, x1, :lo12:.L.str.2
	mov	w0, #1
	.cfi_def_cfa wsp, 16
	ldp	x29, x30, [sp], #16             // 16-byte Folded Reload
	.cfi_def_cfa_offset 0
	.cfi_restore w30
	.cfi_restore w29
	b	out
.LBB7_3:
	.cfi_restore_state
	.cfi_remember_state
	adrp	x1, .L.str.3
	add	x1, x1, :lo12:.L.str.3
	mov	w0, #7
	bl	out
	add	w0, w0, #3
	.cfi_def_cfa wsp, 16
	ldp	x29, x30, [sp], #16             // 16-byte Folded Reload
	.cfi_def_cfa_offset 0
	.cfi_restore w30
	.cfi_restore w29
	ret
.LBB7_4:
	.cfi_restore_state
	.cfi_remember_state
	adrp	x1, .L.str.4
	add	x1, x1, :lo12:.L.str.4
	mov	w0, #4
	bl	out
	add	w0, w0, w0, lsl #2
	.cfi_def_cfa wsp, 16
	ldp	x29, x30, [sp], #16             // 16-byte Folded Reload
	.cfi_def_cfa_offset 0
	.cfi_restore w30
	.cfi_restore w29
	ret
.LBB7_5:
	.cfi_restore_state
	.cfi_remember_state
	adrp	x1, .L.str.5
	add	x1, x1, :lo12:.L.str.5
	mov	w0, #2
	bl	out
	sub	w0, w0, #1
	.cfi_def_cfa wsp, 16
	ldp	x29, x30, [sp], #16             // 16-byte Folded Reload
	.cfi_def_cfa_offset 0
	.cfi_restore w30
	.cfi_restore w29
	ret
.LBB7_6:
	.cfi_restore_state
	.cfi_remember_state
	adrp	x1, .L.str.6
	add	x1, x1, :lo12:.L.str.6
	mov	w0, #9
	bl	out
	mov	w8, #21846
	movk	w8, #21845, lsl #16
	smull	x8, w0, w8
	lsr	x9, x8, #63
	lsr	x8, x8, #32
	add	w0, w8, w9
	.cfi_def_cfa wsp, 16
	ldp	x29, x30, [sp], #16             // 16-byte Folded Reload
	.cfi_def_cfa_offset 0
	.cfi_restore w30
	.cfi_restore w29
	ret
.LBB7_7:
	.cfi_restore_state
	.cfi_remember_state
	adrp	x1, .L.str.7
	add	x1, x1, :lo12:.L.str.7
	mov	w0, #5
	bl	out
	eor	w0, w0, #0x6
	.cfi_def_cfa wsp, 16
	ldp	x29, x30, [sp], #16             // 16-byte Folded Reload
	.cfi_def_cfa_offset 0
	.cfi_restore w30
	.cfi_restore w29
	ret
.LBB7_8:
	.cfi_restore_state
	.cfi_remember_state
	adrp	x1, .L.str.8
	add	x1, x1, :lo12:.L.str.8
	mov	w0, #6
	bl	out
	orr	w0, w0, #0x8
	.cfi_def_cfa wsp, 16
	ldp	x29, x30, [sp], #16             // 16-byte Folded Reload
	.cfi_def_cfa_offset 0
	.cfi_restore w30
	.cfi_restore w29
	ret
.LBB7_9:
	.cfi_restore_state
	adrp	x1, .L.str.9
	add	x1, x1, :lo12:.L.str.9
	mov	w0, #3
	bl	out
	and	w0, w0, #0x7
.LBB7_10:
	.cfi_def_cfa wsp, 16
	ldp	x29, x30, [sp], #16             // 16-byte Folded Reload
	.cfi_def_cfa_offset 0
	.cfi_restore w30
	.cfi_restore w29
	ret
.Lfunc_end7:
	.size	choose, .Lfunc_end7-choose
	.cfi_endproc
	.section	.rodata,"a",@progbits
.LJTI7_0:
	.byte	(.LBB7_2-.LBB7_2)>>2
	.byte	(.LBB7_3-.LBB7_2)>>2
	.byte	(.LBB7_4-.LBB7_2)>>2
	.byte	(.LBB7_5-.LBB7_2)>>2
	.byte	(.LBB7_6-.LBB7_2)>>2
	.byte	(.LBB7_7-.LBB7_2)>>2
	.byte	(.LBB7_8-.LBB7_2)>>2
	.byte	(.LBB7_9-.LBB7_2)>>2
                                        // -- End function
	.text
	.globl	leave                           // -- Begin function leave
	.p2align	2
	.type	leave,@function
leave:                                  // @leave
	.cfi_startproc
// %bb.0:
	adrp	x8, :got:limit
	ldr	x8, [x8, :got_lo12:limit]
	ldr	w8, [x8]
	cmp	w8, w0
	b.le	.LBB8_2
// %bb.1:
	add	w0, w0, #1
	b	choose
.LBB8_2:
	adrp	x1, .L.str.10
	add	x1, x1, :lo12:.L.str.10
	b	out
.Lfunc_end8:
	.size	leave, .Lfunc_end8-leave
	.cfi_endproc
                                        // -- End function
	.type	weights,@object                 // @weights
	.section	.rodata.cst8,"aM",@progbits,8
weights:
	.ascii	"\001\002\003\004\005\006\007\t"
	.size	weights, 8

	.type	.L.str,@object                  // @.str
	.section	.rodata.str1.1,"aMS",@progbits,1
.L.str:
	.asciz	"packet"
	.size	.L.str, 7

	.type	.L.str.1,@object                // @.str.1
.L.str.1:
	.asciz	"chain"
	.size	.L.str.1, 6

	.type	sent,@object                    // @sent
	.local	sent
	.comm	sent,4,4
	.type	lost,@object                    // @lost
	.local	lost
	.comm	lost,4,4
	.type	.L.str.2,@object                // @.str.2
.L.str.2:
	.asciz	"a"
	.size	.L.str.2, 2

	.type	.L.str.3,@object                // @.str.3
.L.str.3:
	.asciz	"b"
	.size	.L.str.3, 2

	.type	.L.str.4,@object                // @.str.4
.L.str.4:
	.asciz	"c"
	.size	.L.str.4, 2

	.type	.L.str.5,@object                // @.str.5
.L.str.5:
	.asciz	"d"
	.size	.L.str.5, 2

	.type	.L.str.6,@object                // @.str.6
.L.str.6:
	.asciz	"e"
	.size	.L.str.6, 2

	.type	.L.str.7,@object                // @.str.7
.L.str.7:
	.asciz	"f"
	.size	.L.str.7, 2

	.type	.L.str.8,@object                // @.str.8
.L.str.8:
	.asciz	"g"
	.size	.L.str.8, 2

	.type	.L.str.9,@object                // @.str.9
.L.str.9:
	.asciz	"h"
	.size	.L.str.9, 2

	.type	.L.str.10,@object               // @.str.10
.L.str.10:
	.asciz	"late"
	.size	.L.str.10, 5

	.ident	"Debian clang version 16.0.6 (15~deb12u1)"
	.section	".note.GNU-stack","",@progbits
	.addrsig
