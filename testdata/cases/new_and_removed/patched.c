int stays(int x) { return x * 3; }
int comes(int x) { return x * 5; }
