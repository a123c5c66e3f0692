void __might_sleep(const char *file, int line);
void __assert_fail(const char *what, const char *file, unsigned line, const char *function);
int _printk(const char *format, ...);
void failed(const char *why, int line) __attribute__((cold));
int work(int);
static inline int checked(int x, int line) { if (x == 7) _printk("%d", line); return work(x); }
#define CHECKED(x) checked(x, __LINE__)

/* Three lines
 * that were
 * not there. */

void sleeps(int x) { __might_sleep("file.c", __LINE__); work(x); }
void asserts(int x) { if (!x) __assert_fail("x", "file.c", __LINE__, "asserts"); work(x); }
void tail(int x) { if (x) __might_sleep("file.c", __LINE__); }
void prints(int x) { _printk("%d in line %d\n", x, __LINE__); work(3); }
int inlined(int x)
{
	return CHECKED(x + 1) + 3;
}
int cut(int x)
{
	if (__builtin_expect(x < 0, 0))
		failed("x", __LINE__);
	return work(x);
}
int many(int x)
{
	__might_sleep("file.c", __LINE__);
	_printk("%d\n", __LINE__);
	return work(x) + 1;
}
