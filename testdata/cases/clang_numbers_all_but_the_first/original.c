int out(int);
int f(int x) { { static int n = 1; out(n += x); } { static int n = 2; out(n -= x); } return 0; }
int g(int x) { static int n = 1; return n++; }
