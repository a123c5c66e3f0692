static int one(int x) { return x + 1; }
static int two(int x) { return x + 2; }
int (*const table[])(int) = {two, one};
