int g(void) { static int n = 1; return n++; }
int h(void) { static int n = 1; return n += 2; }
