__asm__(".text\n.syntax unified\n.arch armv7-a\n.thumb\n.globl f, g\n.type f,%function\n.thumb_func\nf: cmp r0, #3\n it ne\n movne r0, r1\n bx lr\n.size f,.-f\n"
        ".type g,%function\n.thumb_func\ng: cmp r0, #3\n it eq\n beq.w 1f\n mov r0, r1\n1: bx lr\n.size g,.-g");
