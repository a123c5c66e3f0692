int out(int);
static char own[200], mine[200]; int big[50] = {1, 2, 3}; const long table[40] = {4, 5, 6}; int little;
void *where(int x) { return x ? own : mine; }
int same(int x) { return out(own[x] + big[x] + little) + (int)table[x]; }
int reads(int x) { return out(own[x + 1]); }
