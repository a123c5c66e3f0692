int out(int);
static char own[200], mine[200]; int big[50] = {1, 2, 7}; const long table[40] = {4, 9, 6}; int little;
void *where(int x) { return x ? own : mine; }
static char added[300];
int early(int x) { return out(added[x]++); }
int same(int x) { return out(own[x] + big[x] + little) + (int)table[x]; }
int reads(int x) { return out(mine[x + 1]); }
