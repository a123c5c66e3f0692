int a(void) { return 1; }
int b(void) { return 2; }
__asm__(".pushsection .calls,\"a\"\n.dc.a a\n.dc.a a\n.popsection");
