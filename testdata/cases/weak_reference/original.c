int outside(void); int other(void);
__asm__(".globl outside, other");
int f(void) { return outside() + 1; }
int g(void) { return other() + 1; }
int (*pointer)(void) = outside;
