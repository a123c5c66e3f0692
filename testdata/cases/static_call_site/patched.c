struct key { void *func; }; struct key key_a, key_b; void trampoline(void); int calls;
#define STATIC_CALL(key) __asm__ volatile("1: call trampoline\n.pushsection .static_call_sites,\"aw\"\n.long 1b - ., %c0 - .\n.popsection" : : "i"(&key) : "memory")
void f(void) { STATIC_CALL(key_a); }
void g(void) { calls++; STATIC_CALL(key_b); }
