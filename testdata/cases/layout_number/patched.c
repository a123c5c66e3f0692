struct s { long a; long x; long b; };
int work(long);
int number(int x) { return work(24) + x; }
int both(struct s *p) { work(p->b); return work(77); }
long unchanged(struct s *p) { return p->a; }
