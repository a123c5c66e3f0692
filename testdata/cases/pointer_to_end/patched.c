extern const int limit;
static const int table[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const int *const ends[] = { table, table + 7 };
int f(void) { int sum = 0; for (const int *p = table; p != table + 8; p++) sum += *p * limit; return sum; }
const int *g(int i) { return ends[i]; }
