int out(int);
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define KEEP static int __attribute__((used)) PASTE(__UNIQUE_ID_keep, __COUNTER__)
#define INIT(f) static int (*PASTE(PASTE(__initcall__kmod_m__, PASTE(__COUNTER__, _)), PASTE(10, _##f##6)))(void) __attribute__((used, section(".initcall6.init"))) = f
static int md4_init(void) { return out(4); }
static int md5_init(void) { return out(5); }
KEEP = 1;
KEEP = 2;
INIT(md4_init);
INIT(md5_init);
