void log(const char *, const char *);
void f(void) { log(__func__, "x"); }
void g(void) { log(__func__, "x"); }
