struct s { long a; long b; };
int work(long);
int number(int x) { return work(16) + x; }
int both(struct s *p) { work(p->b); return work(70); }
long unchanged(struct s *p) { return p->a; }
