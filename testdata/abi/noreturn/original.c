volatile int out;
void stop(void) __attribute__((noreturn));

static __attribute__((noinline)) void fail(int n)
{
	out = n;
	stop();
}

int user(int n)
{
	if (n < 0)
		fail(n);
	return n + 1;
}
