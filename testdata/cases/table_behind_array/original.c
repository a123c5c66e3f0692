void a(int), b(int), c(int);
__asm__(".pushsection .rodata\n.balign 8\n.type values,%object\n.size values,16\nvalues: .quad 4, 5\n.popsection"); extern const long values[2];
int g(int i) { return values[i & 1]; }
int f(int x) {
  switch (x) {
  case 0: a(1); break; case 1: b(2); break; case 2: c(3); break;
  case 3: a(x + 4); break; case 4: b(x + 5); break; case 5: c(x * 6); break; case 6: a(7); b(7); break; case 7: c(8); a(8); break;
  }
  return x;
}
