__asm__(".text\n.syntax unified\n.arm\n.globl f, g\n.type f,%function\nf: ldr r0, 1f\n bx lr\n1: .word 0x12345679\n.size f,.-f\n"
        ".type g,%function\ng: ldr r0, 1f\n bx lr\n1: .word 0x12345678\n.size g,.-g");
