int out(int);
__attribute__((noinline)) int one(int n) { return out(n) + 1; }
__attribute__((noinline)) int two(int n) { return out(n) + 1; }
int f(int x) { return one(x) * two(x + 1); }
