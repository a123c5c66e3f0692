int out(int);
int f(int x) { static int n = 1; n++; if (__builtin_expect(x == 77, 0)) { out(n--); out(n); __builtin_trap(); } return out(x); }
int g(int x) { static int n = 1; return out(n++); }
