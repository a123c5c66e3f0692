struct key {}; int init(void *, struct key *);
static struct key key;
static int a;
static int b;
int f(void) { a++; return init(&a, &key); }
int g(void) { b++; return init(&b, &key); }
