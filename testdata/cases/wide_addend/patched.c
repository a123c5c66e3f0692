char table[8];
__asm__(".data\n.globl pointer\n.type pointer,@object\n.size pointer,8\n.balign 8\npointer: .quad table + 0x200000000\n.text");
