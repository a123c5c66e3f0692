void *get(unsigned long size) __attribute__((malloc));
volatile int out;

static __attribute__((noinline)) int *fresh(int n)
{
	out = n;
	return get(n);
}

int user(int *q, int n, int **r)
{
	int *p = fresh(n);

	*q = 1;
	*p = 2;
	*r = p;
	return *q;
}
