void a(int), b(int), c(int);
int before(int x) {
  switch (x) {
  case 0: a(1); break; case 1: b(2); break; case 2: c(3); break;
  case 3: a(x + 4); break; case 4: b(x + 5); break; case 5: c(x * 6); break; case 6: a(7); b(7); break; case 7: c(9); a(9); break;
  }
  return x + 1;
}
int f(int x) {
  switch (x) {
  case 0: a(1); break; case 1: b(2); break; case 2: c(3); break;
  case 3: a(x + 4); break; case 4: b(x + 5); break; case 5: c(x * 6); break; case 7: a(7); b(7); break; case 6: c(8); a(8); break;
  }
  return x;
}
int g(int x) {
  switch (x) {
  case 0: a(1); break; case 1: b(2); break; case 2: c(3); break;
  case 3: a(x + 4); break; case 4: b(x + 5); break; case 5: c(x * 6); break; case 6: a(7); b(7); break; case 7: c(8); a(8); break;
  }
  return x + 2;
}
