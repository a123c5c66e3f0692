__asm__(".text\n.syntax unified\n.globl f\n.type f,%function\n.balign 4\n.thumb\n.thumb_func\nf: bx lr\n bx lr\n.size f,.-f");
int g(int x) { return x; }
