static int first, second, third; int *pointers[3] = { &first, &second, &third }; void hit(void);
void f(void) { if (first == 5) hit(); }
void g(void) { if (third == 5) hit(); second = 7; }
