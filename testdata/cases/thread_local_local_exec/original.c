int out(int *);
static __thread int own, mine; __thread int shared;
int *where(int x) { return x ? &own : &mine; }
int same(int x) { return out(&own) + shared + x; }
int reads(int x) { return out(&own) + x; }
