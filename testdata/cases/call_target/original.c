void a(void); void b(void);
void f(void) { a(); a(); }
void g(void) { b(); a(); }
