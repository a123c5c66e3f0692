#ifdef __LP64__
#define ADDRESS ".quad "
#else
#define ADDRESS ".long "
#endif
int n; void one(void) { n = 1; } void two(void) { n = 2; }
__asm__(".pushsection .init_array,\"aw\",%init_array\n" ADDRESS "one, two\n.popsection\n.pushsection .fini_array,\"aw\",%fini_array\n" ADDRESS "one\n.popsection");
