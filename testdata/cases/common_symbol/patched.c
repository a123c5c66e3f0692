int grown[5]; int aligned[4] __attribute__((aligned(64))); int placed = 1; int same;
int f(void) { return grown[0] + aligned[0] + placed + same; }
