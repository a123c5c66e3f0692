__asm__(".text\n.balign 8\n.type table,%object\n.globl table\ntable: .byte 1, 2, 3, 4, 5, 0x90, 0x66, 0x90\n.size table,8\n.byte 0xc3\n.balign 4");
int f(void) { return 1; }
