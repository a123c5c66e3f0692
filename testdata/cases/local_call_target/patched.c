__attribute__((noinline)) static int two(int x) { __asm__ volatile("nop" : "+r"(x)); return x + 2; }
__attribute__((noinline)) static int one(int x) { __asm__ volatile("nop" : "+r"(x)); return x + 1; }
int f(int x) { return one(x) * 3; }
int g(int x) { return one(x) * 5; }
