void report(int) __attribute__((cold)); int work(int);
int f(int x) { if (__builtin_expect(x < 0, 0)) { report(1); report(3); x = -x; } return work(x); }
int g(int x) { return work(x + 1); }
