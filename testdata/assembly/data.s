# Every directive that writes data, and every kind of symbol: compared with what the GNU assembler makes of it.
	.file	"data.c"
	.data
	.globl	numbers
	.type	numbers, @object
	.size	numbers, .Lend-numbers
	.balign	32
numbers:
	.byte	1, 0x7f, -1, 'a', '\n', 3+4*2, (1<<6)|3, ~0
	.value	0x1234, -2
	.short	7
	.hword	8
	.2byte	9
	.word	10
	.long	0x12345678, -3, 0b101, 017
	.int	11
	.4byte	12
	.quad	0x123456789abcdef0, -4
	.8byte	13
	.octa	0x112233445566778899aabbccddeeff00
	.float	1.5, -0.1
	.single	0f3.25
	.double	2.5, 1e100, 0.1
	.uleb128 624485, 0
	.sleb128 -123456, 63, -64, 64
	.ascii	"no end", "two"
	.asciz	"zero\tbehind"
	.string	"a\001\"\\\x41z", "b"
	.string16 "wide"
	.string32 "wider"
	.zero	3
	.skip	5, 0x11
	.space	2
	.fill	3, 2, 0x1234
	.fill	2
	.p2align 3, 0xaa
	.byte	1
	.p2align 4,,3
	.byte	2
	.align	8
	.org	numbers+400, 0x77
	.byte	numbers.inside-numbers
	.long	.Lend-numbers, (.Lend-numbers)/2, 5 == 5, 7 > 8, 7 % 4, 1 && 0, 3 || 0, 3 ! 1
numbers.inside = numbers + 8
.Lend:
	.local	hidden_data
	.comm	hidden_data,40,32
	.comm	common_data,24,8
	.lcomm	more_hidden,12
	.weak	weak_data
	.hidden	weak_data
	.type	weak_data, @object
	.size	weak_data, 8
weak_data:
	.quad	numbers+16
	.protected	protected_data
	.globl	protected_data
	.type	protected_data, STT_OBJECT
protected_data:
	.quad	outside-8, 0
	.size	protected_data, .-protected_data
	.internal	unique_data
	.type	unique_data, @gnu_unique_object
unique_data:
	.long	outside - ., numbers - . + 4
	.long	.Ltext - .
	.size	unique_data, 8
	.set	alias_of_unique, unique_data
	.globl	alias_of_unique
	.equ	constant, 0x55
	.globl	constant
	.byte	constant
	later = .
	.subsection 2
	.ascii	"third"
	.subsection 1
	.ascii	"second"
	.previous
	.ascii	"third too"
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:	.string	"text"
	.section	.rodata.cst16,"aM",@progbits,16
	.align 16
.LC1:	.quad	1, 2
	.pushsection .tdata,"awT",@progbits
	.globl	thread_data
	.type	thread_data, @object
	.size	thread_data, 4
thread_data:
	.long	5
	.popsection
	.section	.tbss,"awT",@nobits
	.align 4
thread_zero:
	.zero	12
	.section	.bss.big,"aw",@nobits
	.type	big, @object
	.size	big, 1099511627776
big:	.zero	1099511627776
	.section	.data.rel.ro.local,"aw"
	.align 8
	.quad	.LC0, .LC0+2
	.section	.data.comdat,"awG",@progbits,signature,comdat
	.weak	signature
signature:
	.quad	1
	.section	.init_array,"aw"
	.align 8
	.quad	f
	.section	.unique,"a",@progbits,unique,1
	.byte	1
	.section	.debug_info,"",@progbits
	.long	.Ltext
	.text
.Ltext:
	.globl	f
	.type	f, @function
f:	ret
	.size	f, .-f
	.type	g, %function
g:	ret
	.size	g, .-g
	.set	also_f, f
	.symver f,f@VERSION_1
	.ident	"GCC: none"
	.section	.note.GNU-stack,"",@progbits
