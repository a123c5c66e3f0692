int out(int);
__attribute__((noinline)) static int tally(int n) { static int calls = 3; return out(n) + calls++; }
int f(int x) { return tally(x) * 3; }
