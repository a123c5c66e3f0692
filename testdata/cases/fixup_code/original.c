#define LOAD(error) __asm__ volatile("1: movl (%1), %0\n2:\n.pushsection .fixup,\"ax\"\n3: movl $" error ", %0\n jmp 2b\n.popsection\n.pushsection __ex_table,\"a\"\n.balign 4\n.long 1b - ., 3b - ., handler - .\n.popsection" : "=&r"(x) : "r"(p))
int f(int *p) { int x; LOAD("-14"); return x; }
int g(int *p) { int x; LOAD("-14"); return x + 1; }
