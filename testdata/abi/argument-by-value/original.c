struct pair {
	int first, second;
};
volatile int out;

static __attribute__((noinline)) int triple(const struct pair *p)
{
	out = 1;
	return p->first * 3;
}

int user(int n)
{
	struct pair p = { n, 2 };

	return triple(&p) + 1;
}
