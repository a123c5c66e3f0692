int out(int *);
static __thread int own, mine; extern __thread int far; __thread int shared;
static __thread int added;
int early(int x) { return out(&added) + x; }
int *where(int x) { return x ? &own : &mine; }
int same(int x) { return out(&own) + far + shared + x; }
int reads(int x) { return out(&mine) + x; }
