struct state { int interval, burst, printed; }; int limited(struct state *); void say(const char *);
#define say_limited(interval, burst, text) ({ static struct state _rs = { interval, burst, 0 }; if (!limited(&_rs)) say(text); })
void f(void) { say_limited(5, 10, "f"); }
void g(void) { say_limited(5, 20, "g"); }
