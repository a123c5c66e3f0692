int f(int x) { __asm__ volatile("1: nopl 8(%%rax,%%rax)\n.pushsection __jump_table,\"aw\"\n.long 7\n.long 1b - .\n.popsection" : :); return x; }
