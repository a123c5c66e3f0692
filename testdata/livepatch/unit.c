/* A unit of a patched kernel, and a livepatch made of it, for tests of `livepatch verify`. */
#ifdef MODULE
#include "module.h"
#else
extern int exported(int);
extern int elsewhere;
static int calls;
static const char *const words[] = { "one", "two", "three" };
static __attribute__((noinline)) int helper(int n)
{
	return exported(n) * 3 + elsewhere;
}
#define REPLACEMENT(name) name
#define CONSTANT 5
#endif

__attribute__((noinline)) int REPLACEMENT(counted)(int n)
{
	calls++;
	if (n < 0)
		return CONSTANT;
	return helper(n) + words[n & 1][0];
}

int REPLACEMENT(twice)(int n)
{
	return REPLACEMENT(counted)(n) + REPLACEMENT(counted)(n + 1);
}

#ifndef MODULE
__attribute__((no_instrument_function)) int untraced(int n)
{
	return n ^ elsewhere;
}

__attribute__((section(".init.text"))) int at_boot(int n)
{
	calls = n;
	return helper(n);
}

int (*users[])(int) = { twice, untraced, at_boot };
#endif
