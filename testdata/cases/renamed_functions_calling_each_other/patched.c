int out(int);
__attribute__((noinline)) static int sharp(int n);
__attribute__((noinline)) static int flat(int n) { return n ? sharp(out(n)) + 1 : 1; }
__attribute__((noinline)) static int sharp(int n) { return n ? flat(out(n + 1)) + 2 : 0; }
int f(int x) { return flat(x); }
int g(int x) { return sharp(x); }
