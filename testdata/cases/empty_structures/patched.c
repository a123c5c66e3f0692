struct key {}; int init(void *, struct key *); int out(int);
#define INIT(x) ({ static struct key __key; init(x, &__key); })
static int state;
static char flag;
static char more;
int early(void) { static int n; return n++ + more++; }
int f(int *x) { INIT(x); return state++; }
int g(int *x) { INIT(x); INIT(x + 1); return flag++; }
int h(int *x) { return out(state += 2); }
