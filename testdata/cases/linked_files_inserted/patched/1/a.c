int out(int);
__attribute__((noinline)) static int helper(int x) { return out(x + 1) * 1; }
int entry1(int x) { return helper(x) + 1; }
