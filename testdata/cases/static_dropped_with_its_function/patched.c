int out(int);
__attribute__((noinline)) static int come(void) { static int n = 4; return n += 2; }
int f(int x) { return out(x + 1); }
int g(int x) { return out(come()); }
