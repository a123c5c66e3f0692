int out(int);
int early(int x) { return out(x) ? out(3) : 3; }
int same(int x) { return out(x) + 1; }
__attribute__((no_instrument_function)) int untraced(int x) { return out(x) + 2; }
int changed(int x) { return out(x) + 4; }
