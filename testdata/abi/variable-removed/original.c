static int limit = 7;
volatile int out;

int user(int n)
{
	out = n;
	return n * limit;
}
