int out(int);
__attribute__((noinline)) static int hide(int n) { return out(n) + 1; }
int f(int x) { return hide(x) * 3; }
