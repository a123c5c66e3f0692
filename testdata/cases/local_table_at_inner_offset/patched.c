int f(int i) { static const int table[8] = {1, 2, 3, 4, 5, 6, 7, 9}; return table[(i & 3) + 4]; }
int g(int i) { static const int table[8] = {9, 2, 3, 4, 5, 6, 7, 8}; return table[(i & 3) + 4]; }
