static const char description[] __attribute__((used, section(".modinfo"))) = "description=another";
static const char namespace[] __attribute__((used, section(".modinfo"))) = "import_ns=CRYPTO";
int f(int x) { return x; }
