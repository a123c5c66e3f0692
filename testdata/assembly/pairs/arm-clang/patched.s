	.text
	.syntax unified
	.eabi_attribute	67, "2.09"	@ Tag_conformance
	.eabi_attribute	6, 10	@ Tag_CPU_arch
	.eabi_attribute	7, 65	@ Tag_CPU_arch_profile
	.eabi_attribute	8, 1	@ Tag_ARM_ISA_use
	.eabi_attribute	9, 2	@ Tag_THUMB_ISA_use
	.fpu	vfpv3-d16
	.eabi_attribute	34, 1	@ Tag_CPU_unaligned_access
	.eabi_attribute	15, 1	@ Tag_ABI_PCS_RW_data
	.eabi_attribute	16, 1	@ Tag_ABI_PCS_RO_data
	.eabi_attribute	17, 2	@ Tag_ABI_PCS_GOT_use
	.eabi_attribute	20, 1	@ Tag_ABI_FP_denormal
	.eabi_attribute	21, 0	@ Tag_ABI_FP_exceptions
	.eabi_attribute	23, 3	@ Tag_ABI_FP_number_model
	.eabi_attribute	24, 1	@ Tag_ABI_align_needed
	.eabi_attribute	25, 1	@ Tag_ABI_align_preserved
	.eabi_attribute	28, 1	@ Tag_ABI_VFP_args
	.eabi_attribute	38, 1	@ Tag_ABI_FP_16bit_format
	.eabi_attribute	18, 4	@ Tag_ABI_PCS_wchar_t
	.eabi_attribute	26, 2	@ Tag_ABI_enum_size
	.eabi_attribute	14, 0	@ Tag_ABI_PCS_R9_use
	.file	"patched.c"
	.globl	weigh                           @ -- Begin function weigh
	.p2align	2
	.type	weigh,%function
	.code	32                              @ @weigh
weigh:
	.fnstart
@ %bb.0:
	ldr	r1, .LCPI0_0
	and	r0, r0, #7
.LPC0_0:
	add	r1, pc, r1
	ldrb	r0, [r1, r0]
	bx	lr
	.p2align	2
@ %bb.1:
.LCPI0_0:
	.long	weights-(.LPC0_0+8)
.Lfunc_end0:
	.size	weigh, .Lfunc_end0-weigh
	.cantunwind
	.fnend
                                        @ -- End function
	.globl	name                            @ -- Begin function name
	.p2align	2
	.type	name,%function
	.code	32                              @ @name
name:
	.fnstart
@ %bb.0:
	ldr	r1, .LCPI1_0
.LPC1_0:
	add	r1, pc, r1
	b	out
	.p2align	2
@ %bb.1:
.LCPI1_0:
	.long	.L.str-(.LPC1_0+8)
.Lfunc_end1:
	.size	name, .Lfunc_end1-name
	.cantunwind
	.fnend
                                        @ -- End function
	.globl	other                           @ -- Begin function other
	.p2align	2
	.type	other,%function
	.code	32                              @ @other
other:
	.fnstart
@ %bb.0:
	ldr	r1, .LCPI2_0
.LPC2_0:
	add	r1, pc, r1
	b	out
	.p2align	2
@ %bb.1:
.LCPI2_0:
	.long	.L.str.1-(.LPC2_0+8)
.Lfunc_end2:
	.size	other, .Lfunc_end2-other
	.cantunwind
	.fnend
                                        @ -- End function
	.globl	length                          @ -- Begin function length
	.p2align	2
	.type	length,%function
	.code	32                              @ @length
length:
	.fnstart
@ %bb.0:
	ldr	r0, [r0, #8]
	bx	lr
.Lfunc_end3:
	.size	length, .Lfunc_end3-length
	.cantunwind
	.fnend
                                        @ -- End function
	.globl	count                           @ -- Begin function count
	.p2align	2
	.type	count,%function
	.code	32                              @ @count
count:
	.fnstart
@ %bb.0:
	ldr	r1, .LCPI4_0
	ldr	r12, .LCPI4_1
	ldr	r3, .LCPI4_2
.LPC4_0:
	add	r1, pc, r1
.LPC4_1:
	add	r12, pc, r12
.LPC4_2:
	ldr	r3, [pc, r3]
	ldr	r3, [r3]
	ldr	r2, .LCPI4_3
.LPC4_3:
	ldr	r2, [pc, r2]
	add	r0, r2, r0
	str	r0, [r1]
	ldr	r1, .LCPI4_4
	cmp	r0, r3
.LPC4_4:
	ldr	r1, [pc, r1]
	addgt	r1, r1, #1
	str	r1, [r12]
	sub	r0, r0, r1
	bx	lr
	.p2align	2
@ %bb.1:
.LCPI4_0:
	.long	sent-(.LPC4_0+8)
.LCPI4_1:
	.long	lost-(.LPC4_1+8)
.LCPI4_2:
.Ltmp0:
	.long	limit(GOT_PREL)-((.LPC4_2+8)-.Ltmp0)
.LCPI4_3:
	.long	sent-(.LPC4_3+8)
.LCPI4_4:
	.long	lost-(.LPC4_4+8)
.Lfunc_end4:
	.size	count, .Lfunc_end4-count
	.cantunwind
	.fnend
                                        @ -- End function
	.globl	scale                           @ -- Begin function scale
	.p2align	2
	.type	scale,%function
	.code	32                              @ @scale
scale:
	.fnstart
@ %bb.0:
	vmov.f64	d1, #1.125000e+00
	vmul.f64	d0, d0, d1
	bx	lr
.Lfunc_end5:
	.size	scale, .Lfunc_end5-scale
	.cantunwind
	.fnend
                                        @ -- End function
	.globl	shift                           @ -- Begin function shift
	.p2align	2
	.type	shift,%function
	.code	32                              @ @shift
shift:
	.fnstart
@ %bb.0:
	vmov.f64	d1, #2.500000e+00
	vadd.f64	d0, d0, d1
	bx	lr
.Lfunc_end6:
	.size	shift, .Lfunc_end6-shift
	.cantunwind
	.fnend
                                        @ -- End function
	.globl	choose                          @ -- Begin function choose
	.p2align	2
	.type	choose,%function
	.code	32                              @ @choose
choose:
	.fnstart
@ %bb.0:
	.save	{r11, lr}
	push	{r11, lr}
	cmp	r0, #7
	bhi	.LBB7_11
@ %bb.1:
	adr	r1, .LJTI7_0
	ldr	r0, [r1, r0, lsl #2]
	add	pc, r1, r0
@ %bb.2:
	.p2align	2
.LJTI7_0:
	.long	.LBB7_3-.LJTI7_0
	.long	.LBB7_4-.LJTI7_0
	.long	.LBB7_5-.LJTI7_0
	.long	.LBB7_6-.LJTI7_0
	.long	.LBB7_7-.LJTI7_0
	.long	.LBB7_8-.LJTI7_0
	.long	.LBB7_9-.LJTI7_0
	.long	.LBB7_10-.LJTI7_0
.LBB7_3:
	ldr	r1, .LCPI7_0
	mov	r0, #1
.LPC7_0:
	add	r1, pc, r1
	pop	{r11, lr}
	b	out
.LBB7_4:
	ldr	r1, .LCPI7_1
	mov	r0, #7
.LPC7_1:
	add	r1, pc, r1
	bl	out
	add	r0, r0, #3
	pop	{r11, pc}
.LBB7_5:
	ldr	r1, .LCPI7_2
	mov	r0, #4
.LPC7_2:
	add	r1, pc, r1
	bl	out
	add	r0, r0, r0, lsl #2
	pop	{r11, pc}
.LBB7_6:
	ldr	r1, .LCPI7_3
	mov	r0, #2
.LPC7_3:
	add	r1, pc, r1
	bl	out
	sub	r0, r0, #1
	pop	{r11, pc}
.LBB7_7:
	ldr	r1, .LCPI7_4
	mov	r0, #9
.LPC7_4:
	add	r1, pc, r1
	bl	out
	movw	r1, #21846
	movt	r1, #21845
	smmul	r0, r0, r1
	add	r0, r0, r0, lsr #31
	pop	{r11, pc}
.LBB7_8:
	ldr	r1, .LCPI7_5
	mov	r0, #5
.LPC7_5:
	add	r1, pc, r1
	bl	out
	eor	r0, r0, #6
	pop	{r11, pc}
.LBB7_9:
	ldr	r1, .LCPI7_6
	mov	r0, #6
.LPC7_6:
	add	r1, pc, r1
	bl	out
	orr	r0, r0, #8
	pop	{r11, pc}
.LBB7_10:
	ldr	r1, .LCPI7_7
	mov	r0, #3
.LPC7_7:
	add	r1, pc, r1
	bl	out
	and	r0, r0, #7
.LBB7_11:
	pop	{r11, pc}
	.p2align	2
@ %bb.12:
.LCPI7_0:
	.long	.L.str.2-(.LPC7_0+8)
.LCPI7_1:
	.long	.L.str.3-(.LPC7_1+8)
.LCPI7_2:
	.long	.L.str.4-(.LPC7_2+8)
.LCPI7_3:
	.long	.L.str.5-(.LPC7_3+8)
.LCPI7_4:
	.long	.L.str.6-(.LPC7_4+8)
.LCPI7_5:
	.long	.L.str.7-(.LPC7_5+8)
.LCPI7_6:
	.long	.L.str.8-(.LPC7_6+8)
.LCPI7_7:
	.long	.L.str.9-(.LPC7_7+8)
.Lfunc_end7:
	.size	choose, .Lfunc_end7-choose
	.cantunwind
	.fnend
                                        @ -- End function
	.globl	leave                           @ -- Begin function leave
	.p2align	2
	.type	leave,%function
	.code	32                              @ @leave
leave:
	.fnstart
@ %bb.0:
	ldr	r1, .LCPI8_0
.LPC8_0:
	ldr	r1, [pc, r1]
	ldr	r1, [r1]
	cmp	r1, r0
	ble	.LBB8_2
@ %bb.1:
	add	r0, r0, #1
	b	choose
.LBB8_2:
	ldr	r1, .LCPI8_1
.LPC8_1:
	add	r1, pc, r1
	b	out
	.p2align	2
@ %bb.3:
.LCPI8_0:
.Ltmp1:
	.long	limit(GOT_PREL)-((.LPC8_0+8)-.Ltmp1)
.LCPI8_1:
	.long	.L.str.10-(.LPC8_1+8)
.Lfunc_end8:
	.size	leave, .Lfunc_end8-leave
	.cantunwind
	.fnend
                                        @ -- End function
	.type	weights,%object                 @ @weights
	.section	.rodata.cst8,"aM",%progbits,8
weights:
	.ascii	"\001\002\003\004\005\006\007\t"
	.size	weights, 8

	.type	.L.str,%object                  @ @.str
	.section	.rodata.str1.1,"aMS",%progbits,1
.L.str:
	.asciz	"packet"
	.size	.L.str, 7

	.type	.L.str.1,%object                @ @.str.1
.L.str.1:
	.asciz	"chain"
	.size	.L.str.1, 6

	.type	sent,%object                    @ @sent
	.local	sent
	.comm	sent,4,4
	.type	lost,%object                    @ @lost
	.local	lost
	.comm	lost,4,4
	.type	.L.str.2,%object                @ @.str.2
.L.str.2:
	.asciz	"a"
	.size	.L.str.2, 2

	.type	.L.str.3,%object                @ @.str.3
.L.str.3:
	.asciz	"b"
	.size	.L.str.3, 2

	.type	.L.str.4,%object                @ @.str.4
.L.str.4:
	.asciz	"c"
	.size	.L.str.4, 2

	.type	.L.str.5,%object                @ @.str.5
.L.str.5:
	.asciz	"d"
	.size	.L.str.5, 2

	.type	.L.str.6,%object                @ @.str.6
.L.str.6:
	.asciz	"e"
	.size	.L.str.6, 2

	.type	.L.str.7,%object                @ @.str.7
.L.str.7:
	.asciz	"f"
	.size	.L.str.7, 2

	.type	.L.str.8,%object                @ @.str.8
.L.str.8:
	.asciz	"g"
	.size	.L.str.8, 2

	.type	.L.str.9,%object                @ @.str.9
.L.str.9:
	.asciz	"h"
	.size	.L.str.9, 2

	.type	.L.str.10,%object               @ @.str.10
.L.str.10:
	.asciz	"late"
	.size	.L.str.10, 5

	.ident	"Debian clang version 16.0.6 (15~deb12u1)"
	.section	".note.GNU-stack","",%progbits
	.addrsig
	.eabi_attribute	30, 1	@ Tag_ABI_optimization_goals
