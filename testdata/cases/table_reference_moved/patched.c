int a(void) { return 1; }
__asm__(".pushsection .pointers,\"a\"\n.long 0, a - .\n.popsection");
