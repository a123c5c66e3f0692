int out(int); void say(const char *);
__attribute__((noinline)) static int stroll(int n) { say("walk"); return n > 1 ? stroll(n - 1) * out(n) + stroll(n - 2) : out(n); }
int f(int x) { return stroll(x) + 1; }
