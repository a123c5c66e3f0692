int f(int *p) {
  int error = 0;
  __asm__ volatile("1: movl $0, (%1)\n2:\n.pushsection __ex_table,\"a\"\n.long 1b - ., 2b - ., 1\n.popsection" : "+r"(error) : "r"(p));
  return error;
}
int g(int x) { return x; }
