static const char *const names[] = {"one", "too", "three"};
const char *f(int i) { return names[i]; }
