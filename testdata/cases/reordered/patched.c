int printf(const char *, ...);
static int calls;
int a(int), b(int);
int c(int x) { return b(x) + calls; }
int b(int x) { calls++; return a(x) + 2; }
int a(int x) { return printf("a %d", x); }
