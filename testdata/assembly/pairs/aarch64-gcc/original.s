	.arch armv8-a
	.file	"original.c"
	.text
	.align	2
	.p2align 4,,11
	.global	weigh
	.type	weigh, %function
weigh:
.LFB0:
	.cfi_startproc
	and	w0, w0, 7
	adrp	x1, .LANCHOR0
	add	x1, x1, :lo12:.LANCHOR0
	ldrb	w0, [x1, w0, sxtw]
	ret
	.cfi_endproc
.LFE0:
	.size	weigh, .-weigh
	.section	.rodata.str1.8,"aMS",@progbits,1
	.align	3
.LC0:
	.string	"packet"
	.text
	.align	2
	.p2align 4,,11
	.global	name
	.type	name, %function
name:
.LFB1:
	.cfi_startproc
	adrp	x1, .LC0
	add	x1, x1, :lo12:.LC0
	b	out
	.cfi_endproc
.LFE1:
	.size	name, .-name
	.section	.rodata.str1.8
	.align	3
.LC1:
	.string	"queue"
	.text
	.align	2
	.p2align 4,,11
	.global	other
	.type	other, %function
other:
.LFB2:
	.cfi_startproc
	adrp	x1, .LC1
	add	x1, x1, :lo12:.LC1
	b	out
	.cfi_endproc
.LFE2:
	.size	other, .-other
	.align	2
	.p2align 4,,11
	.global	length
	.type	length, %function
length:
.LFB3:
	.cfi_startproc
	ldr	w0, [x0, 4]
	ret
	.cfi_endproc
.LFE3:
	.size	length, .-length
	.align	2
	.p2align 4,,11
	.global	count
	.type	count, %function
count:
.LFB4:
	.cfi_startproc
	adrp	x1, :got:limit
	ldr	x1, [x1, :got_lo12:limit]
	adrp	x2, .LANCHOR1
	add	x3, x2, :lo12:.LANCHOR1
	ldr	w5, [x2, #:lo12:.LANCHOR1]
	ldr	w4, [x1]
	add	w0, w0, w5
	ldr	w1, [x3, 4]
	cmp	w0, w4
	str	w0, [x2, #:lo12:.LANCHOR1]
	cinc	w1, w1, gt
	str	w1, [x3, 4]
	sub	w0, w0, w1
	ret
	.cfi_endproc
.LFE4:
	.size	count, .-count
	.align	2
	.p2align 4,,11
	.global	scale
	.type	scale, %function
scale:
.LFB5:
	.cfi_startproc
	fmov	d1, 1.0625e+0
	fmul	d0, d0, d1
	ret
	.cfi_endproc
.LFE5:
	.size	scale, .-scale
	.align	2
	.p2align 4,,11
	.global	shift
	.type	shift, %function
shift:
.LFB6:
	.cfi_startproc
	fmov	d1, 2.5e+0
	fadd	d0, d0, d1
	ret
	.cfi_endproc
.LFE6:
	.size	shift, .-shift
	.section	.rodata.str1.8
	.align	3
.LC2:
	.string	"a"
	.align	3
.LC3:
	.string	"b"
	.align	3
.LC4:
	.string	"c"
	.align	3
.LC5:
	.string	"d"
	.align	3
.LC6:
	.string	"e"
	.align	3
.LC7:
	.string	"f"
	.align	3
.LC8:
	.string	"g"
	.align	3
.LC9:
	.string	"h"
	.text
	.align	2
	.p2align 4,,11
	.global	choose
	.type	choose, %function
choose:
.LFB7:
	.cfi_startproc
	stp	x29, x30, [sp, -16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	mov	x29, sp
	cmp	w0, 4
	beq	.L10
	mov	w1, w0
	bgt	.L11
	cmp	w0, 2
	beq	.L12
	cmp	w0, 3
	bne	.L22
	adrp	x1, .LC5
	mov	w0, 2
	add	x1, x1, :lo12:.LC5
	bl	out
	sub	w0, w0, #1
.L9:
	ldp	x29, x30, [sp], 16
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	ret
	.p2align 2,,3
.L11:
	.cfi_restore_state
	cmp	w0, 6
	beq	.L17
	cmp	w0, 7
	bne	.L23
	adrp	x1, .LC9
	mov	w0, 3
	add	x1, x1, :lo12:.LC9
	bl	out
	ldp	x29, x30, [sp], 16
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	and	w0, w0, 7
	ret
.L23:
	.cfi_restore_state
	cmp	w0, 5
	bne	.L21
	adrp	x1, .LC7
	add	x1, x1, :lo12:.LC7
	bl	out
	eor	w0, w0, 6
	ldp	x29, x30, [sp], 16
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	ret
	.p2align 2,,3
.L22:
	.cfi_restore_state
	cbz	w0, .L14
	cmp	w0, 1
	bne	.L21
	adrp	x1, .LC3
	mov	w0, 7
	add	x1, x1, :lo12:.LC3
	bl	out
	ldp	x29, x30, [sp], 16
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	add	w0, w0, 3
	ret
	.p2align 2,,3
.L12:
	.cfi_restore_state
	adrp	x1, .LC4
	mov	w0, 4
	add	x1, x1, :lo12:.LC4
	bl	out
	ldp	x29, x30, [sp], 16
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	add	w0, w0, w0, lsl 2
	ret
	.p2align 2,,3
.L17:
	.cfi_restore_state
	adrp	x1, .LC8
	add	x1, x1, :lo12:.LC8
	bl	out
	orr	w0, w0, 8
	ldp	x29, x30, [sp], 16
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	ret
	.p2align 2,,3
.L14:
	.cfi_restore_state
	ldp	x29, x30, [sp], 16
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	adrp	x1, .LC2
	mov	w0, 1
	add	x1, x1, :lo12:.LC2
	b	out
	.p2align 2,,3
.L10:
	.cfi_restore_state
	adrp	x1, .LC6
	mov	w0, 9
	add	x1, x1, :lo12:.LC6
	bl	out
	mov	w1, 21846
	movk	w1, 0x5555, lsl 16
	ldp	x29, x30, [sp], 16
	.cfi_remember_state
	.cfi_restore 30
	.cfi_restore 29
	.cfi_def_cfa_offset 0
	smull	x1, w0, w1
	lsr	x1, x1, 32
	sub	w0, w1, w0, asr 31
	ret
.L21:
	.cfi_restore_state
	mov	w0, w1
	b	.L9
	.cfi_endproc
.LFE7:
	.size	choose, .-choose
	.section	.rodata.str1.8
	.align	3
.LC10:
	.string	"late"
	.text
	.align	2
	.p2align 4,,11
	.global	leave
	.type	leave, %function
leave:
.LFB8:
	.cfi_startproc
	adrp	x2, :got:limit
	ldr	x2, [x2, :got_lo12:limit]
	ldr	w2, [x2]
	cmp	w2, w0
	blt	.L26
	add	w0, w0, 1
	b	choose
	.p2align 2,,3
.L26:
	adrp	x1, .LC10
	add	x1, x1, :lo12:.LC10
	b	out
	.cfi_endproc
.LFE8:
	.size	leave, .-leave
	.section	.rodata
	.align	3
	.set	.LANCHOR0,. + 0
	.type	weights, %object
	.size	weights, 8
weights:
	.ascii	"\001\002\003\004\005\006\007\b"
	.bss
	.align	2
	.set	.LANCHOR1,. + 0
	.type	sent, %object
	.size	sent, 4
sent:
	.zero	4
	.type	lost, %object
	.size	lost, 4
lost:
	.zero	4
	.ident	"GCC: (Debian 12.2.0-14) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
