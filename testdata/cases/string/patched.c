int printf(const char *, ...);
int f(int x) { return printf("Value %d\n", x); }
int g(int x) { return printf("other %d\n", x); }
