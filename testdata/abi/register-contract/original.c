int table[16];
volatile int out;

static __attribute__((noinline)) int pick(int i)
{
	return table[i & 15] + 3;
}

int user(int a, int b, int c)
{
	int r = pick(a);

	out = r;
	return a * 5 + b * 3 + c + r;
}
