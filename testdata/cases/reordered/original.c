int printf(const char *, ...);
static int calls;
int a(int x) { return printf("a %d", x); }
int b(int x) { calls++; return a(x) + 2; }
int c(int x) { return b(x) + calls; }
