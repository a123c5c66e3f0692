long a;
int b;

static __attribute__((noinline)) void put(int v)
{
	a = v * 3;
}

int user(int n)
{
	int before = b;

	put(n);
	return before + b;
}

void other(int n)
{
	put(n + 7);
}
