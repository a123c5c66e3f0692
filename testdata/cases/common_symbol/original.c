int grown[4]; int aligned[4]; int placed; int same;
int f(void) { return grown[0] + aligned[0] + placed + same; }
