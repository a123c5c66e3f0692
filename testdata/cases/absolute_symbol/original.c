__asm__(".globl magic\n.set magic, 0x1234"); extern char magic[];
int f(int x) { int y; __asm__("movl $magic, %0" : "=r"(y)); return x + y; }
int g(int x) { return x; }
