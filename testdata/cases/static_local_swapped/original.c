int f(void) { static int n = 1; return n++; }
int g(void) { return 5; }
