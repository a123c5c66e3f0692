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
	.file	"patched.c"
	.text
	.align	1
	.p2align 2,,3
	.global	weigh
	.syntax unified
	.thumb
	.thumb_func
	.type	weigh, %function
weigh:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r3, .L3
	and	r0, r0, #7
.LPIC0:
	add	r3, pc
	ldrb	r0, [r3, r0]	@ zero_extendqisi2
	bx	lr
.L4:
	.align	2
.L3:
	.word	.LANCHOR0-(.LPIC0+4)
	.size	weigh, .-weigh
	.section	.rodata.str1.4,"aMS",%progbits,1
	.align	2
.LC0:
	.ascii	"packet\000"
	.text
	.align	1
	.p2align 2,,3
	.global	name
	.syntax unified
	.thumb
	.thumb_func
	.type	name, %function
name:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r1, .L6
.LPIC1:
	add	r1, pc
	b	out(PLT)
.L7:
	.align	2
.L6:
	.word	.LC0-(.LPIC1+4)
	.size	name, .-name
	.section	.rodata.str1.4
	.align	2
.LC1:
	.ascii	"chain\000"
	.text
	.align	1
	.p2align 2,,3
	.global	other
	.syntax unified
	.thumb
	.thumb_func
	.type	other, %function
other:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r1, .L9
.LPIC2:
	add	r1, pc
	b	out(PLT)
.L10:
	.align	2
.L9:
	.word	.LC1-(.LPIC2+4)
	.size	other, .-other
	.align	1
	.p2align 2,,3
	.global	length
	.syntax unified
	.thumb
	.thumb_func
	.type	length, %function
length:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r0, [r0, #8]
	bx	lr
	.size	length, .-length
	.align	1
	.p2align 2,,3
	.global	count
	.syntax unified
	.thumb
	.thumb_func
	.type	count, %function
count:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r2, .L13
	ldr	r1, .L13+4
.LPIC3:
	add	r2, pc
	ldr	ip, .L13+8
.LPIC5:
	add	r1, pc
	ldr	r3, [r2]
	add	r0, r0, r3
	str	r0, [r2]
	ldr	r3, [r2, #4]
	ldr	r1, [r1, ip]
	ldr	r1, [r1]
	cmp	r0, r1
	it	gt
	addgt	r3, r3, #1
	str	r3, [r2, #4]
	subs	r0, r0, r3
	bx	lr
.L14:
	.align	2
.L13:
	.word	.LANCHOR1-(.LPIC3+4)
	.word	_GLOBAL_OFFSET_TABLE_-(.LPIC5+4)
	.word	limit(GOT)
	.size	count, .-count
	.align	1
	.p2align 2,,3
	.global	scale
	.syntax unified
	.thumb
	.thumb_func
	.type	scale, %function
scale:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	vmov.f64	d7, #1.125e+0
	vmul.f64	d0, d0, d7
	bx	lr
	.size	scale, .-scale
	.align	1
	.p2align 2,,3
	.global	shift
	.syntax unified
	.thumb
	.thumb_func
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
	.align	1
	.p2align 2,,3
	.global	choose
	.syntax unified
	.thumb
	.thumb_func
	.type	choose, %function
choose:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	push	{r3, lr}
	cmp	r0, #7
	bhi	.L17
	tbb	[pc, r0]
.L20:
	.byte	(.L27-.L20)/2
	.byte	(.L26-.L20)/2
	.byte	(.L25-.L20)/2
	.byte	(.L24-.L20)/2
	.byte	(.L23-.L20)/2
	.byte	(.L22-.L20)/2
	.byte	(.L21-.L20)/2
	.byte	(.L19-.L20)/2
	.p2align 1
.L21:
	ldr	r1, .L30
	movs	r0, #6
.LPIC14:
	add	r1, pc
	bl	out(PLT)
	orr	r0, r0, #8
.L17:
	pop	{r3, pc}
.L19:
	ldr	r1, .L30+4
	movs	r0, #3
.LPIC15:
	add	r1, pc
	bl	out(PLT)
	and	r0, r0, #7
	pop	{r3, pc}
.L27:
	ldr	r1, .L30+8
	movs	r0, #1
	pop	{r3, lr}
.LPIC8:
	add	r1, pc
	b	out(PLT)
.L26:
	ldr	r1, .L30+12
	movs	r0, #7
.LPIC9:
	add	r1, pc
	bl	out(PLT)
	adds	r0, r0, #3
	pop	{r3, pc}
.L25:
	ldr	r1, .L30+16
	movs	r0, #4
.LPIC10:
	add	r1, pc
	bl	out(PLT)
	add	r0, r0, r0, lsl #2
	pop	{r3, pc}
.L24:
	ldr	r1, .L30+20
	movs	r0, #2
.LPIC11:
	add	r1, pc
	bl	out(PLT)
	subs	r0, r0, #1
	pop	{r3, pc}
.L23:
	ldr	r1, .L30+24
	movs	r0, #9
.LPIC12:
	add	r1, pc
	bl	out(PLT)
	movw	r3, #21846
	movt	r3, 21845
	smull	r2, r3, r3, r0
	sub	r0, r3, r0, asr #31
	pop	{r3, pc}
.L22:
	ldr	r1, .L30+28
	movs	r0, #5
.LPIC13:
	add	r1, pc
	bl	out(PLT)
	eor	r0, r0, #6
	pop	{r3, pc}
.L31:
	.align	2
.L30:
	.word	.LC8-(.LPIC14+4)
	.word	.LC9-(.LPIC15+4)
	.word	.LC2-(.LPIC8+4)
	.word	.LC3-(.LPIC9+4)
	.word	.LC4-(.LPIC10+4)
	.word	.LC5-(.LPIC11+4)
	.word	.LC6-(.LPIC12+4)
	.word	.LC7-(.LPIC13+4)
	.size	choose, .-choose
	.section	.rodata.str1.4
	.align	2
.LC10:
	.ascii	"late\000"
	.text
	.align	1
	.p2align 2,,3
	.global	leave
	.syntax unified
	.thumb
	.thumb_func
	.type	leave, %function
leave:
	@ args = 0, pretend = 0, frame = 0
	@ frame_needed = 0, uses_anonymous_args = 0
	@ link register save eliminated.
	ldr	r3, .L35
	ldr	r1, .L35+4
.LPIC16:
	add	r3, pc
	ldr	r3, [r3, r1]
	ldr	r3, [r3]
	cmp	r3, r0
	ble	.L34
	adds	r0, r0, #1
	b	choose(PLT)
.L34:
	ldr	r1, .L35+8
.LPIC17:
	add	r1, pc
	b	out(PLT)
.L36:
	.align	2
.L35:
	.word	_GLOBAL_OFFSET_TABLE_-(.LPIC16+4)
	.word	limit(GOT)
	.word	.LC10-(.LPIC17+4)
	.size	leave, .-leave
	.section	.rodata
	.align	2
	.set	.LANCHOR0,. + 0
	.type	weights, %object
	.size	weights, 8
weights:
	.ascii	"\001\002\003\004\005\006\007\011"
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
