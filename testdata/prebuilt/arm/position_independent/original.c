static int a = 1, b = 2, c = 3;
int order(int x) { a = x; b = x * 3; return c; }
void same(int x) { b = x; }
void other(int x) { a += x; b -= 2; c++; }
