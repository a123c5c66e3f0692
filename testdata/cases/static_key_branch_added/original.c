struct key { int enabled; }; struct key key_a;
int f(int x) {
  __asm__ volatile(".balign 8");
  return x;
}
int g(int x) { return x * 3; }
