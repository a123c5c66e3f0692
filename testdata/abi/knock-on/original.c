volatile int out;

static int inner(int n)
{
	out = n * 3;
	out = n * 4;
	out = n * 5;
	out = n * 6;
	out = n * 7;
	out = n * 8;
	out = n * 9;
	return n + out;
}

static int outer(int n)
{
	out = n ^ 9;
	out = n ^ 10;
	out = n ^ 11;
	out = n ^ 12;
	out = n ^ 13;
	out = n ^ 14;
	return inner(n) * out;
}

int one(int n)
{
	return outer(n) + 1;
}

int two(int n)
{
	return outer(n + out) + 2;
}

int three(int n)
{
	return outer(n * out) + 7;
}
