int out(int);
__attribute__((noinline)) static int helper(int x) { return out(x + 2) * 2; }
int entry2(int x) { return helper(x) + 1; }
