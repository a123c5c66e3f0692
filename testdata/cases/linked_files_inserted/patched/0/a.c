int out(int);
__attribute__((noinline)) static int helper(int x) { return out(x + 9) * 9; }
int entry9(int x) { return helper(x) + 1; }
