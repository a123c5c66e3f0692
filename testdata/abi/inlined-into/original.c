volatile int out;

static int triple(int n)
{
	return n * 3 + 1;
}

int one(int n)
{
	out = n;
	return triple(n);
}

int two(int n)
{
	return triple(n + out);
}
