int printf(const char *, ...);
static int calls;
int f(int x) { printf("%d\n", x); return calls++ + x; }
