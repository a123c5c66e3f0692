int sink(int); void hard(int *, int);
static int slow(int *p, int x) { if (!p) return 0; for (int i = 0; i < x; i++) { hard(p, i); hard(p, x); sink(x); sink(i); hard(p, i * 3); hard(p, x * 7); } return sink(1); }
int f(int *p, int x) { return slow(p, x); }
int g(int *p, int x) { return slow(p, x + 1) + slow(p + 1, x); }
