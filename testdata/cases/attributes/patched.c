__attribute__((weak)) int a(int x) { return x + 1; }
__attribute__((visibility("hidden"))) int b(int x) { return x + 2; }
__attribute__((section(".init.text"))) int c(int x) { return x + 3; }
