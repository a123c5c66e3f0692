int f(int x) {
  switch (x) {
  case 0: return 7; case 1: return 13; case 2: return 99;
  case 3: return 5; case 4: return 77; case 5: return 31;
  }
  return 0;
}
int g(int x) { return x + 1; }
