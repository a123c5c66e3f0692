volatile int out;

static __attribute__((noinline)) int note(int n, int unused)
{
	out = n;
	return n * 7;
}

int user(int n, int m)
{
	return note(n, m * 5) + note(n + 1, m);
}
