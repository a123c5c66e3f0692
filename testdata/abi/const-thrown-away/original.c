volatile int out;

static __attribute__((noinline)) int cube(int n)
{
	return n * n * n + 7;
}

int user(int n)
{
	cube(n);
	out = n;
	return n + 1;
}
