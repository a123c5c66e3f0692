int out(int); extern int (*const one)(int), (*const two)(int);
int same(int (*f)(int), int x) { return f(x) + f(x + 1); }
int other(int a, int (*f)(int), int (*g)(int)) { return f(a) * 3; }
int table(int x) { return one(x) + 4; }
int tail(int (*f)(int), int x) { return f(x + 9); }
