int f(void) { return 5; }
int g(void) { static int n = 1; return n++; }
