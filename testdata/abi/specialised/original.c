volatile int out;

static __attribute__((noinline)) int scale(int n, int mode)
{
	out = n;
	if (mode > 9)
		out = 99;
	return n * mode;
}

int one(int n, int m)
{
	return scale(n, m & 7);
}

int two(int n, int m)
{
	return scale(n + 2, (m & 3) + 1);
}
