int out(int);
__attribute__((noinline)) static int odd(int n);
__attribute__((noinline)) static int even(int n) { return n ? odd(out(n)) + 1 : 1; }
__attribute__((noinline)) static int odd(int n) { return n ? even(out(n + 1)) + 2 : 0; }
int f(int x) { return even(x); }
int g(int x) { return odd(x); }
