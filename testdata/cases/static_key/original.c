#ifdef __riscv
#define C ""
#else
#define C "c"
#endif
#if defined(__x86_64__) || defined(__i386__)
#define NOP ".byte 0x0f,0x1f,0x44,0x00,0x00"
#elif defined(__thumb__)
#define NOP "nop.w"
#else
#define NOP "nop"
#endif
struct key { int enabled; }; struct key key_a, key_b;
int f(int x) {
  __asm__ goto("1: " NOP "\n.pushsection __jump_table,\"aw\"\n.balign 8\n.long 1b - ., %l[on] - .\n.dc.a %" C "0 - .\n.popsection" : : "i"(&key_a) : : on);
  return x;
on:
  return x + 1;
}
