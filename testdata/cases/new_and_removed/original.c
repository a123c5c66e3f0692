int gone(int x) { return x * 2; }
int stays(int x) { return x * 3; }
