int out(int);
__attribute__((noinline)) static int count(int n) { static int calls = 3; return out(n) + calls++; }
int f(int x) { return count(x) * 3; }
