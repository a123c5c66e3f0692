/* The other file of one.c. */
extern int first(int);
extern int recursive(int);

__attribute__((noinline)) static int helper(int x) { return x * 5 + first(x); }

int second(int x) { return helper(x) + recursive(x); }
int feeble(int x) { return x + 8; }
int alone(int x) { return x; }
