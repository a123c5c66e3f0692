int table[16];
volatile int out;

static __attribute__((noinline)) int sum(int n, int step)
{
	int s = 0;

	for (int i = 0; i < n; i += step)
		s += table[i & 15] * out;
	return s;
}

int user(int n)
{
	return sum(n, 2) + sum(n + 1, 2);
}
