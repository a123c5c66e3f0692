/* Giving up with a message. */
#ifndef FAIL_H
#define FAIL_H

void fail_at(const char *file, int line, const char *what)
	__attribute__((cold, noreturn));

#define CHECK(condition)                                            \
	do {                                                        \
		if (!(condition))                                   \
			fail_at(__FILE__, __LINE__, #condition);    \
	} while (0)

#endif
