static const char description[] __attribute__((used, section(".modinfo"))) = "description=one";
static const char namespace[] __attribute__((used, section(".modinfo"))) = "import_ns=DMA_BUF";
int f(int x) { return x; }
