__asm__(".data\n.type single,%object\n.globl single\n.size single,4\nsingle: .long 1\n.text");
int f(int x) { return x; }
