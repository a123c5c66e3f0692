#define BUG(flags) __asm__ volatile("1: ud2\n.pushsection __bug_table,\"aw\"\n.long 1b - ., %c0 - .\n.word %c1, %c2\n.popsection" : : "i"("file.c"), "i"(__LINE__), "i"(flags))
void f(int x) { if (x) BUG(1); }
void g(int x) { if (x) BUG(1); }
