typedef int v4 __attribute__((vector_size(16))); typedef int v8 __attribute__((vector_size(32)));
v4 narrow(v4 x) { return x + (v4){1, 2, 3, 4}; }
v4 same(v4 x) { return x ^ (v4){7, 2, 3, 4}; }
v8 wide(v8 x) { return x + (v8){5, 2, 3, 4, 5, 6, 7, 8}; }
float scalar(float x) { return x * 3.25f; }
double unchanged(double x) { return x * 3.25; }
