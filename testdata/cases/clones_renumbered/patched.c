int sink(int, int);
int front(int x);
__attribute__((noinline)) static int work(int a, int b, int c) { for (int i = 0; i < a; i++) sink(i + b, b); return sink(a, b) + c; }
int early(int x) { return work(x, 700, x) + work(x + 1, 700, x); }
int f(int x) { return work(x, 3, x); }
int g(int x) { return work(x + 1, 44, x); }
