int limits[3] = { 1, 2, 3 };
int f(int x) { return x + 5; }
int g(int x) { return limits[x]; }
