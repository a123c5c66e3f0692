struct list { struct list *next, *prev; };
struct packet { long head; long added; long from, to; struct list list; int length; };
struct queue { int first; struct packet one; long last; };
struct other { long a, b, c; };
void *fill(void *, int, unsigned long);
int reads(struct packet *p) { return p->length + 1; }
long *address(struct packet *p) { return &p->to; }
long nested(struct queue *q) { return q->last; }
long container(struct list *l) { return ((struct packet *)((char *)l - __builtin_offsetof(struct packet, list)))->head; }
void clears(struct packet *p) { fill(p, 0, sizeof(*p)); }
long third(struct packet *p) { return p[3].head; }
long before(struct packet *p) { return p->head; }
long other(struct other *p) { return p->b; }
