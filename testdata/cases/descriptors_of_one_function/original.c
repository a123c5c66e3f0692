struct descriptor { const char *function, *format; unsigned line : 18, class : 6, flags : 8; void *key; };
void dynamic(struct descriptor *, const char *, int);
#define debug(id, number, text, x) ({ \
	static struct descriptor __attribute__((section("__dyndbg"), used)) __UNIQUE_ID_ddebug##id = \
		{ __func__, text, number, 0, 0, 0 }; \
	if (__builtin_expect(__UNIQUE_ID_ddebug##id.key != 0, 0)) \
		dynamic(&__UNIQUE_ID_ddebug##id, text, x); })
void work(int x) { debug(1, 10, "one %d", x); debug(2, 11, "two %d", x); debug(3, 12, "three %d", x); }
void more(int x) { debug(4, 0, "four %d", x); debug(5, 0, "five %d", x); }
