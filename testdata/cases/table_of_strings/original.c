static const char *const names[] = {"one", "two", "three"};
const char *f(int i) { return names[i]; }
