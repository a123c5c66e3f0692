volatile int out;

static __attribute__((noinline)) int one(int n)
{
	out = n;
	out = n + 2;
	return n * 9;
}

static __attribute__((noinline)) int two(int n)
{
	out = n;
	out = n + 2;
	return n * 9;
}

int user(int n)
{
	return one(n) + 1;
}

int other(int n)
{
	return two(n) + 2;
}
