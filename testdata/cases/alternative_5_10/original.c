#define ALTERNATIVE(code, other, feature) __asm__ volatile("661: " code "\n662:\n.pushsection .altinstructions,\"a\"\n.long 661b - ., 663f - .\n.word " feature "\n.byte 662b-661b, 664f-663f, 0\n.popsection\n.pushsection .altinstr_replacement,\"ax\"\n663: " other "\n664:\n.popsection")
int f(int x) { ALTERNATIVE("call plain", "call one", "7"); return x + 1; }
int g(int x) { ALTERNATIVE("call plain", "call one", "7"); return x + 2; }
