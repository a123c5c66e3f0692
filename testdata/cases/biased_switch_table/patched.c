static const char names[4][8] = {"one", "two", "three", "four"};
const char *name(int i) { return names[i & 3]; }
int f(unsigned x) {
  switch (x) { case 0x26fea0: return 7; case 0x26fea1: return 13; case 0x26fea2: return 98; case 0x26fea3: return 5; case 0x26fea4: return 77; case 0x26fea5: return 31; case 0x26fea6: return 2; }
  return 0;
}
int g(unsigned x) { return x * 3; }
