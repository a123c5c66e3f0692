int out(int); int say(const char *, ...); void take(const int *, double);
int f(int x) { switch (x) { case 0: return 11; case 1: return 5; case 2: return 93; case 3: return 4; case 4: return 8; } return 0; }
void g(int x) { int copy[24] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6}; take(copy, 2.5 * x); take((const int[]){4, 5, 6}, 1); }
int h(int x) { switch (x) { case 0: return say("a"); case 1: out(3); break; case 2: return say("b %s", __func__); case 3: out(5); return 3; case 4: out(1); case 5: out(4); break; } return out(x); }
