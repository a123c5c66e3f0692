volatile int out;

/* Does not compile apart from its callers: the assembler needs a number. */
static inline __attribute__((always_inline)) void note(int n)
{
	__asm__ volatile ("# %0" : : "i" (n));
	out = n;
}

void one(void)
{
	note(1);
}

void two(int n)
{
	out = n;
	note(2);
}
