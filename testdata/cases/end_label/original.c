__asm__(".section .own_table,\"a\"\n.globl table, table_end\ntable: .long 1, 2\ntable_end:\n.text");
int f(int x) { return x; }
