struct flags { unsigned a : 2, b : 2, c : 1, d : 20; };
unsigned get(struct flags *f) { return f->b; }
int work(int);
int test(struct flags *f) { if (f->c) return work(1); return 0; }
unsigned first(struct flags *f) { return f->a; }
