int out(int);
__attribute__((noinline)) static int f(int x) { return out(x) + 1; }
int a(int x) { return f(x) * 2; }
