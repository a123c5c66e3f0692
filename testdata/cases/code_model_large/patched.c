int out(int); int in(int);
extern int kept, given; static int own, mine; static const char *const names[] = {"one", "two", "three", "four", "five"};
int *where(int x) { return x ? &own : &mine; }
__attribute__((noinline)) static int local(int x) { return out(x) * 3; }
int early(int x) { return out(x) ? in(x) : 3; }
int same(int x) { return in(x) + own + kept + local(x) + names[x & 3][0]; }
int reads(int x) { return in(x) + mine; }
int calls(int x) { return out(x) + 1; }
int chooses(int x) { switch (x) { case 0: return out(4); case 1: return in(7); case 2: return out(1); case 3: return in(9); case 4: return out(0); default: return 8; } }
