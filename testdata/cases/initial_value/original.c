int limit = 10;
int f(void) { return limit; }
