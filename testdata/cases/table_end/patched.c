static int more[4] = {2}; static int values[8] = {1};
int *f(void) { return values + 8; }
int *g(void) { return more; }
