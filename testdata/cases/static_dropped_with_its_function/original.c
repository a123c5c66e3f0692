int out(int);
__attribute__((noinline)) static int gone(void) { static int n = 4; return n++; }
int f(int x) { return out(gone()); }
int g(int x) { return out(x); }
