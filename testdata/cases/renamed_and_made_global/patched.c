int out(int);
__attribute__((noinline)) int show(int n) { return out(n) + 1; }
int f(int x) { return show(x) * 3; }
