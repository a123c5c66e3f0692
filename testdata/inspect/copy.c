/* What `copy` is tested with: functions that need all kinds of local things. */
extern int outside(int);
extern void fail(const char *, int) __attribute__((cold));

int shared = 11;
static int calls;
static const int primes[] = { 2, 3, 5, 7, 11, 13, 17, 19 };
static const char *const words[] = { "zero", "one", "two", "three" };

__attribute__((noinline)) static int deepest(int x) { return primes[x & 7] * 3; }
__attribute__((noinline)) static int deep(int x) { calls++; return deepest(x) + calls; }
__attribute__((noinline)) int visible(int x) { return x * 31 + shared; }

/* Local functions, static data, a global function and a global variable. */
int needs_much(int x)
{
	static int last;
	int before = last;
	last = x;
	shared++;
	return deep(x) + visible(before) + outside(x);
}

/* A cold part, strings and a name of the function. */
int careful(int x)
{
	if (__builtin_expect(x % 7 == 3, 0)) {
		fail(__func__, x);
		fail("careful: three", x + 1);
	}
	return outside(x + 2) - x;
}

/* A jump table, or a table of values. */
int choose(int x)
{
	switch (x & 15) {
	case 0: return outside(1);
	case 1: return outside(4) + 2;
	case 2: return outside(9) ^ 3;
	case 3: return outside(16) - 4;
	case 4: return outside(25) * 5;
	case 5: return outside(36) | 6;
	case 6: return outside(49) & 7;
	case 9: return deep(x);
	}
	return -x;
}

/* A table of strings. */
int letters(int x)
{
	int sum = 0;
	for (const char *c = words[x & 3]; *c; c++)
		sum = sum * 5 + *c;
	return sum;
}

/* Constants of floating point, and vectors of them. */
double scaled(int x) { return x * 1.0625 + 2.5; }
float summed(const float *a)
{
	float sum = 0.5f;
	for (int i = 0; i < 32; i++)
		sum += a[i] * 1.5f;
	return sum;
}

/* An entry of a table in the text of the function, as the kernel's macros write them. */
int recorded(int x)
{
	asm volatile("1: nop\n\t.pushsection places, \"a\"\n\t.balign 8\n\t.quad 1b, 2f\n\t.popsection\n\t"
		     ".pushsection .rodata.notes, \"aMS\", @progbits, 1\n2:\t.string \"a note\"\n\t.popsection");
	return x + 40;
}

/* Pointers to local functions in local data. */
static int add(int x) { return x + 1; }
static int twice(int x) { return x * 2; }
static int (*const operations[])(int) = { add, twice, visible };
int dispatched(int x) { return operations[(unsigned)x % 3](x); }

/* Called by nobody who sees only this file. */
__attribute__((noinline, used)) static int hidden(int x) { return visible(x) ^ 85; }

int named(int x) { return x - 77; }
int also_named(int) __attribute__((alias("named")));

__attribute__((section(".init.text"))) int starting(int x) { return outside(x) * 3; }
