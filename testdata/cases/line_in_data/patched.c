struct place { const char *file; int line; };
void seen(struct place *);



void f(void) { static struct place place = { "file.c", __LINE__ }; seen(&place); }
