	.syntax unified
	.text
	.arm
	.globl f
	.type f,%function
f:	cmp r0, #2
	ldrls r2, .L1
	movw r1, #4660
.L2:	addls r2, pc, r2
	ldrls r0, [r2, r0, lsl #2]
	add r0, r0, r1
	bx lr
.L1:	.word values-(.L2+8)
	.size f,.-f
	.globl g
	.type g,%function
g:	movw r1, #:lower16:others
	movt r1, #:upper16:others
	ldr r0, [r1, r0, lsl #2]
	bx lr
	.size g,.-g
	.section .rodata
	.p2align 2
	.type values,%object
values:	.word 4, 5, 6
	.size values,.-values
	.type others,%object
others:	.word 7, 8, 9, 10
	.size others,.-others
