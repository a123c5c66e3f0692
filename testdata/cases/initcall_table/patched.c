#ifdef __LP64__
#define ADDRESS ".quad "
#else
#define ADDRESS ".long "
#endif
int a(void) { return 1; }
int b(void) { return 2; }
__asm__(".pushsection .calls,\"a\"\n" ADDRESS "a\n" ADDRESS "b\n.popsection");
