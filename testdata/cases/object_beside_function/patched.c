int limits[3] = { 1, 2, 4 };
int f(int x) { return x + 6; }
int g(int x) { return limits[x]; }
