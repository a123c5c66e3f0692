void a(void); void b(void);
void f(void) { a(); b(); }
void g(void) { b(); a(); }
