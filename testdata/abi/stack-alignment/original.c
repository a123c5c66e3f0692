volatile int out;

static __attribute__((noinline)) void leaf(int n)
{
	out = n;
}

void user(void)
{
	leaf(out);
	leaf(out);
	out = 4;
}
