int a(void) { return 1; }
int b(void) { return 2; }
__asm__(".pushsection .calls,\"a\"\n.quad a\n.quad b\n.popsection");
