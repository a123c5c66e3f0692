#define ALTERNATIVE(code, other, feature) __asm__ volatile("661: " code "\n662:\n.pushsection .altinstructions,\"a\"\n.long 661b - ., 663f - ., " feature "\n.word 0\n.byte 662b-661b, 664f-663f, 0, 0\n.popsection\n.pushsection .altinstr_replacement,\"ax\"\n663: " other "\n664:\n.popsection")
int f(int x) { ALTERNATIVE("nopl 0(%rax)", "lfence; nop", "7"); return x + 1; }
int g(int x) { ALTERNATIVE("nopl 0(%rax)", "mfence; nop", "7"); return x + 2; }
int h(int x) { ALTERNATIVE("nopl 0(%rax)", "lfence; nop", "7"); return x + 3; }
