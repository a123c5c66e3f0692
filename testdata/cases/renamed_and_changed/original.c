int out(int);
__attribute__((noinline)) static int before(int n) { return out(n) + 1; }
int f(int x) { return before(x) * 3; }
