#define BUG(file) __asm__ volatile("1: ud2\n.pushsection .rodata.str1.1,\"aMS\",@progbits,1\n2: .asciz \"" file "\"\n.popsection\n.pushsection __bug_table,\"aw\"\n.long 1b - ., 2b - .\n.word 1, 1\n.popsection")
#define ODD(object) __asm__ volatile("1: ud2\n.pushsection __bug_table,\"aw\"\n.long 1b - ., " object " - .\n.word 1, 1\n.popsection")
extern int one, two;
void f(int x) { if (x) BUG("elsewhere.h"); }
void g(int x) { if (x) ODD("two"); }
