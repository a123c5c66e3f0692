	.arch armv7-a
	.fpu vfpv3-d16
	.eabi_attribute 28, 1
	.eabi_attribute 20, 1
	.eabi_attribute 21, 1
	.eabi_attribute 23, 3
	.eabi_attribute 24, 1
	.eabi_attribute 25, 1
	.eabi_attribute 26, 2
	.eabi_attribute 30, 2
	.eabi_attribute 34, 1
	.eabi_attribute 18, 4
	.file	"original.c"
	.text
	.align	2
	.global	weigh
	.syntax unified
	.arm
	.type	weigh, %function
weigh:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r3, .L3
	and	r0, r0, #7
.LPIC0:
	add	r3, pc, r3
	ldrb	r0, [r3, r0]	@ zero_extendqisi2
	bx	lr
.L4:
	.align	2
.L3:
	.word	.LANCHOR0-(.LPIC0+8)
	.size	weigh, .-weigh
	.section	.rodata.str1.4,"aMS",%progbits,1
	.align	2
.LC0:
	.ascii	"packet\000"
	.text
	.align	2
	.global	name
	.syntax unified
	.arm
	.type	name, %function
name:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r1, .L6
.LPIC1:
	add	r1, pc, r1
	b	out(PLT)
.L7:
	.align	2
.L6:
	.word	.LC0-(.LPIC1+8)
	.size	name, .-name
	.section	.rodata.str1.4
	.align	2
.LC1:
	.ascii	"queue\000"
	.text
	.align	2
	.global	other
	.syntax unified
	.arm
	.type	other, %function
other:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r1, .L9
.LPIC2:
	add	r1, pc, r1
	b	out(PLT)
.L10:
	.align	2
.L9:
	.word	.LC1-(.LPIC2+8)
	.size	other, .-other
	.align	2
	.global	length
	.syntax unified
	.arm
	.type	length, %function
length:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r0, [r0, #4]
	bx	lr
	.size	length, .-length
	.align	2
	.global	count
	.syntax unified
	.arm
	.type	count, %function
count:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r2, .L13
	ldr	r1, .L13+4
.LPIC3:
	add	r2, pc, r2
	ldr	ip, .L13+8
.LPIC5:
	add	r1, pc, r1
	ldr	r3, [r2]
	add	r3, r0, r3
	str	r3, [r2]
	ldr	r0, [r2, #4]
	ldr	r1, [r1, ip]
	ldr	r1, [r1]
	cmp	r3, r1
	addgt	r0, r0, #1
	str	r0, [r2, #4]
	sub	r0, r3, r0
	bx	lr
.L14:
	.align	2
.L13:
	.word	.LANCHOR1-(.LPIC3+8)
	.word	_GLOBAL_OFFSET_TABLE_-(.LPIC5+8)
	.word	limit(GOT)
	.size	count, .-count
	.align	2
	.global	scale
	.syntax unified
	.arm
	.type	scale, %function
scale:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	vmov.f64	d7, #1.0625e+0
	vmul.f64	d0, d0, d7
	bx	lr
	.size	scale, .-scale
	.align	2
	.global	shift
	.syntax unified
	.arm
	.type	shift, %function
shift:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	vmov.f64	d7, #2.5e+0
	vadd.f64	d0, d0, d7
	bx	lr
	.size	shift, .-shift
	.section	.rodata.str1.4
	.align	2
.LC2:
	.ascii	"a\000"
	.align	2
.LC3:
	.ascii	"b\000"
	.align	2
.LC4:
	.ascii	"c\000"
	.align	2
.LC5:
	.ascii	"d\000"
	.align	2
.LC6:
	.ascii	"e\000"
	.align	2
.LC7:
	.ascii	"f\000"
	.align	2
.LC8:
	.ascii	"g\000"
	.align	2
.LC9:
	.ascii	"h\000"
	.text
	.align	2
	.global	choose
	.syntax unified
	.arm
	.type	choose, %function
choose:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	push	{r4, lr}
	cmp	r0, #7
	addls	pc, pc, r0, asl #2
	b	.L17
.L20:
	b	.L27
	b	.L26
	b	.L25
	b	.L24
	b	.L23
	b	.L22
	b	.L21
	b	.L19
	.p2align 1
.L19:
	ldr	r1, .L30
	mov	r0, #3
.LPIC15:
	add	r1, pc, r1
	bl	out(PLT)
	and	r0, r0, #7
.L17:
	pop	{r4, pc}
.L27:
	ldr	r1, .L30+4
	mov	r0, #1
	pop	{r4, lr}
.LPIC8:
	add	r1, pc, r1
	b	out(PLT)
.L26:
	ldr	r1, .L30+8
	mov	r0, #7
.LPIC9:
	add	r1, pc, r1
	bl	out(PLT)
	add	r0, r0, #3
	pop	{r4, pc}
.L25:
	ldr	r1, .L30+12
	mov	r0, #4
.LPIC10:
	add	r1, pc, r1
	bl	out(PLT)
	add	r0, r0, r0, lsl #2
	pop	{r4, pc}
.L24:
	ldr	r1, .L30+16
	mov	r0, #2
.LPIC11:
	add	r1, pc, r1
	bl	out(PLT)
	sub	r0, r0, #1
	pop	{r4, pc}
.L23:
	ldr	r1, .L30+20
	mov	r0, #9
.LPIC12:
	add	r1, pc, r1
	bl	out(PLT)
	movw	r3, #21846
	movt	r3, 21845
	smull	r2, r3, r3, r0
	sub	r0, r3, r0, asr #31
	pop	{r4, pc}
.L22:
	ldr	r1, .L30+24
	mov	r0, #5
.LPIC13:
	add	r1, pc, r1
	bl	out(PLT)
	eor	r0, r0, #6
	pop	{r4, pc}
.L21:
	ldr	r1, .L30+28
	mov	r0, #6
.LPIC14:
	add	r1, pc, r1
	bl	out(PLT)
	orr	r0, r0, #8
	pop	{r4, pc}
.L31:
	.align	2
.L30:
	.word	.LC9-(.LPIC15+8)
	.word	.LC2-(.LPIC8+8)
	.word	.LC3-(.LPIC9+8)
	.word	.LC4-(.LPIC10+8)
	.word	.LC5-(.LPIC11+8)
	.word	.LC6-(.LPIC12+8)
	.word	.LC7-(.LPIC13+8)
	.word	.LC8-(.LPIC14+8)
	.size	choose, .-choose
	.section	.rodata.str1.4
	.align	2
.LC10:
	.ascii	"late\000"
	.text
	.align	2
	.global	leave
	.syntax unified
	.arm
	.type	leave, %function
leave:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r3, .L35
	ldr	r1, .L35+4
.LPIC16:
	add	r3, pc, r3
	ldr	r3, [r3, r1]
	ldr	r3, [r3]
	cmp	r3, r0
	blt	.L34
	add	r0, r0, #1
	b	choose(PLT)
.L34:
	ldr	r1, .L35+8
.LPIC17:
	add	r1, pc, r1
	b	out(PLT)
.L36:
	.align	2
.L35:
	.word	_GLOBAL_OFFSET_TABLE_-(.LPIC16+8)
	.word	limit(GOT)
	.word	.LC10-(.LPIC17+8)
	.size	leave, .-leave
	.section	.rodata
	.align	2
	.set	.LANCHOR0,. + 0
	.type	weights, %object
	.size	weights, 8
weights:
	.ascii	"\001\002\003\004\005\006\007\010"
	.bss
	.align	2
	.set	.LANCHOR1,. + 0
	.type	sent, %object
	.size	sent, 4
sent:
	.space	4
	.type	lost, %object
	.size	lost, 4
lost:
	.space	4
	.ident	"GCC: (Debian 12.2.0-14) 12.2.0"
	.section	.note.GNU-stack,"",%progbits
