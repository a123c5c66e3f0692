int out(int); int in(int);
int same(int x) { return out(x) + in(x + 1); }
int calls(int x) { return out(x) + 1; }
int tail(int x) { return out(x + 2); }
