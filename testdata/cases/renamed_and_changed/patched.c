int out(int);
__attribute__((noinline)) static int behind(int n) { return out(n) + 2; }
int f(int x) { return behind(x) * 3; }
