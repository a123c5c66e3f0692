__asm__(".globl number\n.set number, 8\n.globl same\n.set same, 9");
int f(int x) { return x; }
