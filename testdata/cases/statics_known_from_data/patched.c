struct ops { int (*call)(int); int *count; };
int out(int); void use(const struct ops *);
int early(void) { static int n = 1; static struct ops ops = { out, &n }; use(&ops); return 5; }
int f(void) { static int n = 1; static struct ops ops = { out, &n }; use(&ops); return 0; }
int g(void) { static int n = 1; static struct ops ops = { out, &n }; use(&ops); return 2; }
