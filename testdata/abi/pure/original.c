int data[8];

static __attribute__((noinline)) int look(int n)
{
	int s = 0;

	for (int i = 0; i < n; i++)
		s += data[i & 7] ^ i;
	return s;
}

int user(int n)
{
	return look(n) + look(n);
}
