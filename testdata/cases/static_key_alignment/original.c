long key;
__asm__(".section .text.keys,\"ax\"\n.globl earlier, f\n.type earlier,@function\nearlier: movl $1, %eax\n xorl %edx, %edx\n ret\n.size earlier,.-earlier\n"
        ".type f,@function\nf: addl $3, %edi\n1: .byte 0x0f,0x1f,0x44,0x00,0x00\n movl %edi, %eax\n ret\n2: xorl %eax, %eax\n ret\n.size f,.-f\n"
        ".section __jump_table,\"aw\"\n.balign 8\n.long 1b - ., 2b - .\n.dc.a key - .\n.text");
