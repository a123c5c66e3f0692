int outside(int);
int f(int x) { return outside(x * 3) + outside(x + 1); }
int g(int x) { return outside(x * 3) + outside(x + 2); }
