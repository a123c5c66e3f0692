int out(int);
__attribute__((noinline)) int eins(int n) { return out(n) + 1; }
__attribute__((noinline)) int zwei(int n) { return out(n) + 1; }
int f(int x) { return eins(x) * zwei(x + 1); }
