int out(int); void hard(int *);
__attribute__((noinline)) static int slow(int x) { static int n = 1; hard(&n); return out(x) + n; }
int f(int x) { return slow(x) + 1; }
