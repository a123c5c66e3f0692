void say(const int *); void f(void) { say(U"abc\u0100z"); } void g(void) { say(U"abcdefg"); } void h(void) { say(U"abc\u0100xy"); }
