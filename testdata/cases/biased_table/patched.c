void show(int);
int g(unsigned long i) { static const int table[6] = {11, 12, 13, 14, 15, 16}; return table[i]; }
int f(unsigned long i) { static const int table[6] = {1, 2, 3, 4, 5, 7}; return table[i - 3]; }
