int f(int x) { return x + 1; }
__attribute__((aligned(64))) int g(int x) { return x + 2; }
