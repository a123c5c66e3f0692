void __might_sleep(const char *file, int line);
void __might_resched(const char *file, int line, unsigned offsets);
int _printk(const char *format, ...);
int work(int);
extern int kept;




void level(int x) { _printk("level %d", 12); work(x); }
void another_argument(int x) { __might_resched("file.c", __LINE__, 12); work(x); }
int result(void) { return __LINE__; }
void stored(void) { kept = __LINE__; }
void not_its_line(int x) { __might_sleep("file.c", 708); work(x); }
void both(int x) { __might_sleep("file.c", __LINE__); work(x + 12); }
void text(int x) { __might_sleep("file.c", __LINE__); _printk("two"); work(x); }
void only_line(int x) { _printk("file.c", __LINE__); work(x + 10); }
