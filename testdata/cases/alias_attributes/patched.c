int f(int x) { return x + 1; }
int g(int) __attribute__((alias("f")));
int h(int x) { return x + 2; }
