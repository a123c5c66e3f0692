int out(int); void hard(int *);
__attribute__((always_inline)) inline static int slow(int x) { static int n = 1; hard(&n); return out(x) + n; }
int f(int x) { return slow(x) + 1; }
