int out(int);
__attribute__((noinline)) int f(int n) { return out(n) + 1; }
int v = 5;
int g(int x) { return f(x) * v++; }
int use(int x) { return f(x); }
