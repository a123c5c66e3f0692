int out(int);
int same(int x) { switch (x) { case 0: return out(4); case 1: return out(7); case 2: return out(1); case 3: return out(9); case 4: return out(0); default: return 8; } }
__attribute__((nocf_check)) int unmarked(int x) { return out(x) + 1; }
int pointed(int (*f)(int) __attribute__((nocf_check)), int x) { return f(x) + 2; }
