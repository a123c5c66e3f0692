int real(int x) { return x; }
