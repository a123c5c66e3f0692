__asm__(".pushsection .rodata\n.balign 8\n.Lone: .quad .Ltwo, 1\n.Ltwo: .quad .Lthree, 2\n.Lthree: .quad .Lone, 3\n.popsection");
const void *f(void) { const void *p; __asm__("movq $.Lone, %0" : "=r"(p)); return p; }
const void *g(int x) { return (const void *)(long)x; }
