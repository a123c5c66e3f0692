volatile int out;
int slow(int n);

static int work(int n, int *p)
{
	if (n < 3)
		return 0;
	out = n;
	for (int i = 0; i < n; i++) {
		p[i] = slow(p[i] + i);
		out = p[i];
		if (p[i] > 5)
			p[i] = slow(p[i]) * 3;
	}
	out = n * 3;
	slow(n);
	slow(n * 2);
	return n + out;
}

int one(int n, int *p)
{
	return work(n, p) + 1;
}

int two(int n, int *p)
{
	return work(n + 1, p) + 2;
}

int three(int n, int *p)
{
	return work(n + 2, p) + 5;
}
