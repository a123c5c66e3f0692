int out(int *);
static __thread int own, mine; extern __thread int far; __thread int shared;
int *where(int x) { return x ? &own : &mine; }
int same(int x) { return out(&own) + far + shared + x; }
int reads(int x) { return out(&own) + x; }
