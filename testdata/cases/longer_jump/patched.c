void step(int);
int f(int n) { for (int i = 0; i < n; i++) { step(1); step(2); step(3); step(4); step(5); step(6); step(7); step(8); step(9); step(10); step(11); step(12); step(13); } return n; }
int g(int n) { for (int i = 0; i < n; i++) { step(77); } return n; }
