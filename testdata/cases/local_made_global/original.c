int out(int);
__attribute__((noinline)) static int f(int n) { return out(n) + 1; }
static int v = 5;
int g(int x) { return f(x) * v++; }
int use(int x) { return f(x); }
