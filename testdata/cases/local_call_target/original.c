__attribute__((noinline)) static int one(int x) { __asm__ volatile("nop" : "+r"(x)); return x + 1; }
__attribute__((noinline)) static int two(int x) { __asm__ volatile("nop" : "+r"(x)); return x + 2; }
int f(int x) { return one(x) * 3; }
int g(int x) { return two(x) * 5; }
