struct list { struct list *next, *prev; };
void use(struct list *);
void early(void) { static struct list head = { &head, &head }; use(&head); use(0); }
void f(void) { static struct list head = { &head, &head }; use(&head); }
void g(void) { static struct list head = { &head, &head }; use(&head); use(&head); }
