volatile int out;

static __attribute__((noinline)) int note(int n)
{
	out = n;
	return n * 7;
}

void user(int n)
{
	note(n);
	note(n + 1);
}
