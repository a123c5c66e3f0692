static int count = 1, limit = 2, other = 3, list[8] = {3};
void set(int value) { limit = value; }
int get(void) { return limit; }
void both(int value) { limit = value; other = value; }
int pick(int i) { return list[i]; }
int *where(int i) { list[i]++; return list + i; }
int step(void) { return count++; }
