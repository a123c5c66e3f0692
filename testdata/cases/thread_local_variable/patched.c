static __thread int one, two; __thread int limit = 4;
int f(void) { return two; }
int g(void) { return two; }
int *h(void) { return &one; } int *i(void) { return &two; }
