int out(int, const char *);
__attribute__((noinline)) static int helper(int x) { static int calls = 3; return out(x + 3, "ext3") + calls++; }
__attribute__((noinline)) static int ext3_only(int x) { return helper(x) + out(3, "only"); }
int ext3_entry(int x) { return helper(x) * ext3_only(x); }
