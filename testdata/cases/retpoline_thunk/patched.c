int out(int); extern int (*const one)(int), (*const two)(int);
int early(int (*f)(int)) { return f(3) + out(1); }
int same(int (*f)(int), int x) { return f(x) + f(x + 1); }
int other(int a, int (*f)(int), int (*g)(int)) { return g(a) * 3; }
int table(int x) { return two(x) + 4; }
int tail(int (*f)(int), int x) { return f(x + 9); }
