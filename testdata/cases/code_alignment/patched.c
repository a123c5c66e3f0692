int f(int x) { return x + 1; }
__attribute__((aligned(128))) int g(int x) { return x + 2; }
