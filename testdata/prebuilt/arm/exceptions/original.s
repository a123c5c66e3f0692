	.text
	.syntax unified
	.fpu	vfpv3-d16
	.globl	_Z1fi
	.p2align	1
	.type	_Z1fi,%function
	.code	16
	.thumb_func
_Z1fi:
.Lfunc_begin0:
	.fnstart
	.save	{r4, lr}
	push	{r4, lr}
.Ltmp0:
	bl	_Z3mayi
.Ltmp1:
	movs	r0, #0
	pop	{r4, pc}
.LBB0_2:
.Ltmp2:
	cmp	r1, #1
	bne	.LBB0_6
	bl	__cxa_begin_catch
	ldr	r0, [r0]
.Ltmp3:
	bl	_Z7handledi
.Ltmp4:
	mov	r4, r0
	bl	__cxa_end_catch
	mov	r0, r4
	pop	{r4, pc}
.LBB0_5:
.Ltmp5:
	bl	__cxa_end_catch
.LBB0_6:
	bl	__cxa_end_cleanup
.Lfunc_end0:
	.size	_Z1fi, .Lfunc_end0-_Z1fi
	.personality __gxx_personality_v0
	.handlerdata
	.p2align	2
GCC_except_table0:
.Lexception0:
	.byte	255
	.byte	0
	.uleb128 .Lttbase0-.Lttbaseref0
.Lttbaseref0:
	.byte	1
	.uleb128 .Lcst_end0-.Lcst_begin0
.Lcst_begin0:
	.uleb128 .Ltmp0-.Lfunc_begin0
	.uleb128 .Ltmp1-.Ltmp0
	.uleb128 .Ltmp2-.Lfunc_begin0
	.byte	1
	.uleb128 .Ltmp1-.Lfunc_begin0
	.uleb128 .Ltmp3-.Ltmp1
	.byte	0
	.byte	0
	.uleb128 .Ltmp3-.Lfunc_begin0
	.uleb128 .Ltmp4-.Ltmp3
	.uleb128 .Ltmp5-.Lfunc_begin0
	.byte	0
	.uleb128 .Ltmp4-.Lfunc_begin0
	.uleb128 .Lfunc_end0-.Ltmp4
	.byte	0
	.byte	0
.Lcst_end0:
	.byte	1

	.byte	0
	.p2align	2

	.long	_ZTIi(target2)
.Lttbase0:
	.p2align	2
	.fnend

	.globl	_Z1gi
	.p2align	1
	.type	_Z1gi,%function
	.code	16
	.thumb_func
_Z1gi:
.Lfunc_begin1:
	.fnstart
	.save	{r4, lr}
	push	{r4, lr}
.Ltmp6:
	bl	_Z3mayi
.Ltmp7:
	movs	r0, #1
	pop	{r4, pc}
.LBB1_2:
.Ltmp8:
	cmp	r1, #1
	bne	.LBB1_6
	bl	__cxa_begin_catch
	ldr	r0, [r0]
.Ltmp9:
	bl	_Z7handledi
.Ltmp10:
	mov	r4, r0
	bl	__cxa_end_catch
	mov	r0, r4
	pop	{r4, pc}
.LBB1_5:
.Ltmp11:
	bl	__cxa_end_catch
.LBB1_6:
	bl	__cxa_end_cleanup
.Lfunc_end1:
	.size	_Z1gi, .Lfunc_end1-_Z1gi
	.personality __gxx_personality_v0
	.handlerdata
	.p2align	2
GCC_except_table1:
.Lexception1:
	.byte	255
	.byte	0
	.uleb128 .Lttbase1-.Lttbaseref1
.Lttbaseref1:
	.byte	1
	.uleb128 .Lcst_end1-.Lcst_begin1
.Lcst_begin1:
	.uleb128 .Ltmp6-.Lfunc_begin1
	.uleb128 .Ltmp7-.Ltmp6
	.uleb128 .Ltmp8-.Lfunc_begin1
	.byte	1
	.uleb128 .Ltmp7-.Lfunc_begin1
	.uleb128 .Ltmp9-.Ltmp7
	.byte	0
	.byte	0
	.uleb128 .Ltmp9-.Lfunc_begin1
	.uleb128 .Ltmp10-.Ltmp9
	.uleb128 .Ltmp11-.Lfunc_begin1
	.byte	0
	.uleb128 .Ltmp10-.Lfunc_begin1
	.uleb128 .Lfunc_end1-.Ltmp10
	.byte	0
	.byte	0
.Lcst_end1:
	.byte	1

	.byte	0
	.p2align	2

	.long	_ZTIi(target2)
.Lttbase1:
	.p2align	2
	.fnend

	.section	".note.GNU-stack","",%progbits
