int out(int);
int early(void) { static int n = 1; return n += 3; }
static inline __attribute__((always_inline)) int tick(int x) { static int n = 1; n += x; return n; }
int f(int x) { return out(tick(x)); }
int g(int x) { return out(tick(x + 1)) * 2; }
int h(void) { static int n = 1; return n++; }
