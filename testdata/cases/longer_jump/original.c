void step(int);
int f(int n) { for (int i = 0; i < n; i++) { step(1); } return n; }
int g(int n) { for (int i = 0; i < n; i++) { step(77); } return n; }
