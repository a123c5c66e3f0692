extern char capability[];
#define HAS(bit, yes, no) __asm__ goto("1: jmp 6f\n2:\n.pushsection .altinstructions,\"a\"\n.long 1b - ., 0\n.word " bit "\n.byte 2b-1b, 0\n.popsection\n" \
  ".pushsection .altinstr_aux,\"ax\"\n6: testb $" bit ", capability(%%rip)\n jnz %l[" #yes "]\n jmp %l[" #no "]\n.popsection" : : : : yes, no)
int out(int);
int f(int x) { HAS("8", next, no); next: HAS("1", yes, no); yes: return out(x) + 1; no: return x; }
int g(int x) { HAS("2", yes, no); yes: return out(x) + 2; no: return x; }
int h(int x) { HAS("16", yes, no); yes: return out(x) + 3; no: return x; }
