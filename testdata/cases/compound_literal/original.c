struct s { int a, b; }; void use(const struct s *);
static const struct s *kept = &(const struct s){1, 2};
void f(void) { use(kept); }
