int f(int x) { return x + 1; } int g(int x) { return x + 2; } int h(int x) { return x + 3; }
__asm__(".symver f,f@LIB_1.1\n.symver g,g@@LIB_1.0\n.symver h,h@LIB_1.0");
