struct entry { const char *format, *function, *file; int line; };
void say(const char *);
#define SAY(text) do { static const struct entry _entry = { text, __func__, "file.c", __LINE__ }; \
  static const struct entry *_entry_ptr __attribute__((used, section(".printk_index"))) = &_entry; say(text); } while (0)
void f(void) { SAY("one"); }
void g(void) { SAY("two"); }
