int each(int (*)(int), int);
int f(int x) { int cmp(int y) { return y * x + 1; } return each(cmp, x); }
int g(int x) { int cmp(int y) { return y - x * 2; } return each(cmp, x + 1); }
