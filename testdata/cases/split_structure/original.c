struct pair { int a, b; };
static struct pair gs;
int f(int x) { gs.a += x; return gs.a; }
int g(int x) { gs.b -= x; return gs.b * 3; }
