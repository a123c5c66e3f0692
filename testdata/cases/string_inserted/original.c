int printf(const char *, ...);
int f(int x) { return printf("value %d\n", x); }
int g(int x) { return printf("other %d\n", x); }
int h(int x) { return printf("third %d\n", x); }
