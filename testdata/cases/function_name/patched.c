void log(const char *, const char *);
void f(void) { log("g", "x"); }
void g(void) { log(__func__, "x"); }
