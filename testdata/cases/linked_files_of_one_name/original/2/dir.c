int out(int, const char *);
__attribute__((noinline)) static int helper(int x) { static int calls = 4; return out(x + 4, "ext4") + calls++; }
__attribute__((noinline)) static int ext4_only(int x) { return helper(x) + out(4, "only"); }
int ext4_entry(int x) { return helper(x) * ext4_only(x); }
