struct big { int a, b, unused[20]; }; int sink(int);
__attribute__((noinline)) static int sum(const struct big *p) { return sink(p->a + 2) + sink(3); }
int f(const struct big *p) { return sum(p) + 1; }
int g(const struct big *p) { return sum(p) + 2; }
