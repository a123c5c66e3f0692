#line 1 "source.c"
struct first { int a; }; struct other { int a; };
int f(struct first *p) { return p->a; }
int g(struct first *p) { return p->a * 3; }
