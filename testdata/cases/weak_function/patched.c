__attribute__((weak)) int hook(int x) { return x + 3; }
int f(int x) { return hook(x) * 2; }
