int out(int); int in(int);
int early(int x) { return out(x + 5) + in(x + 6); }
int same(int x) { return out(x) + in(x + 1); }
int calls(int x) { return in(x) + 1; }
int tail(int x) { return in(x + 2); }
