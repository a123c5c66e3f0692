static int b = 2, a = 1, c = 3;
int order(int x) { b = x; a = x * 3; return c; }
void same(int x) { b = x; }
void other(int x) { b += x; a -= 2; c++; }
