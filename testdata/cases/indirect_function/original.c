int cpu(void); static int slow(int x) { return x + 1; } static int fast(int x) { return x + 2; }
typedef int function(int);
static function *choose_f(void) { return cpu() > 3 ? fast : slow; }
static function *choose_g(void) { return cpu() > 5 ? fast : slow; }
static function *choose_h(void) { return cpu() > 7 ? fast : slow; }
int f(int) __attribute__((ifunc("choose_f")));
#ifndef PLAIN
__asm__(".globl g\n.type g,%function\n.set g,choose_g");
#endif
int (*use)(void) = (int (*)(void))choose_g;
int h(int) __attribute__((ifunc("choose_h")));
