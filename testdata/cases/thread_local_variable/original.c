static __thread int one, two; __thread int limit = 3;
int f(void) { return one; }
int g(void) { return two; }
int *h(void) { return &one; } int *i(void) { return &two; }
