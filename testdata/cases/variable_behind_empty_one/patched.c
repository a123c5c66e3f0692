struct key {}; int init(void *, struct key *);
static struct key key;
static int b;
int f(void) { b++; return init(&b, &key); }
int g(void) { b++; return init(&b, &key); }
