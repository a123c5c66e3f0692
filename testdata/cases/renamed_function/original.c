int out(int); void say(const char *);
__attribute__((noinline)) static int walk(int n) { say("walk"); return n > 1 ? walk(n - 1) * out(n) + walk(n - 2) : out(n); }
int f(int x) { return walk(x) + 1; }
