/* What `info`, `show` and `callgraph` are tested with, together with two.c. */
extern int outside(int);
extern int second(int);
extern void fail(const char *, int) __attribute__((cold));

int counter = 3;
int zeros[100];
static int hidden_state;
const int table[4] = { 1, 2, 3, 4 };
_Thread_local int of_thread = 5;
int perhaps;

__attribute__((noinline)) static int helper(int x)
{
	hidden_state += x;
	return outside(x) * counter + hidden_state;
}

int first(int x)
{
	if (__builtin_expect(x < 0, 0)) {
		fail("first: x is negative", x);
		zeros[1] = x;
	}
	return helper(x) + second(x);
}

int tail(int x)
{
	return helper(x + 1);
}

int recursive(int x)
{
	return x <= 0 ? 0 : recursive(x - 1) * 3 + outside(x);
}

int pointed(int x)
{
	return table[x & 3];
}

__attribute__((weak)) int feeble(int x)
{
	return x + 7;
}

int uses_feeble(int x)
{
	return feeble(x) + 1;
}

struct operations {
	int (*open)(int);
	int (*close)(int);
	const char *name;
};
const struct operations operations = { pointed, tail, "the operations" };

int indirect(const struct operations *ops, int x)
{
	return ops->open(x) + ops->close(x);
}

int (*address(void))(int)
{
	return recursive;
}

const struct operations *chosen(void)
{
	return &operations;
}

int several(int x)
{
	switch (x) {
	case 0: return outside(1);
	case 1: return outside(4) + 2;
	case 2: return outside(9) ^ 3;
	case 3: return outside(16) - 4;
	case 4: return outside(25) * 5;
	case 5: return outside(36) | 6;
	case 6: return outside(49) & 7;
	}
	return 0;
}

int other_name(int) __attribute__((alias("pointed")));
__attribute__((section(".init.text"))) int starting(void) { return outside(0) + 1; }
__attribute__((section(".exit.text"))) int leaving(void) { return outside(2) + 3; }

static int chosen_at_load(int x) { return x - 1; }
static int (*choose(void))(int) { return chosen_at_load; }
int by_processor(int) __attribute__((ifunc("choose")));
