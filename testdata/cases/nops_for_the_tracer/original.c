int out(int);
int same(int x) { return out(x) + 1; }
int untraced(int x) { return out(x) + 2; }
int changed(int x) { return out(x) + 3; }
