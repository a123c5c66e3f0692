int out(int);
__attribute__((noinline)) static int f(int x) { return out(x) + 2; }
int b(int x) { return f(x) * 3; }
