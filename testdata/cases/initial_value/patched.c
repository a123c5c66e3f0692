int limit = 11;
int f(void) { return limit; }
