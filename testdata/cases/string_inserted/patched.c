int printf(const char *, ...);
int f(int x) { return printf("value %d\n", x) + printf("a string in front"); }
int g(int x) { return printf("other %d\n", x); }
int h(int x) { return printf("third %d\n", x); }
