int a(void) { return 1; }
__asm__(".pushsection .pointers,\"a\"\n.long a - ., 0\n.popsection");
