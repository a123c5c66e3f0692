int out(int); void say(const char *);
#define once(c) ({ static _Bool __attribute__((section(".data..once"))) __already_done; if ((c) && !__already_done) { __already_done = 1; say("once"); } })
void f(int x) { once(x == 1); once(x > 3); once(x < -3); }
void g(int x) { once(x > 5); }
