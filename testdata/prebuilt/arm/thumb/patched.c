struct packet { int kind; int flags; int length; };
int out(int, const char *);
static const unsigned char weights[8] = { 1, 2, 3, 4, 5, 6, 7, 9 };
int weigh(int i) { return weights[i & 7]; }
int name(int i) { return out(i, "packet"); }
int other(int i) { return out(i, "chain"); }
int length(struct packet *p) { return p->length; }
int choose(int i)
{
	switch (i) {
	case 0: return out(1, "a");
	case 1: return out(7, "b") + 3;
	case 2: return out(4, "c") * 5;
	case 3: return out(2, "d") - 1;
	case 4: return out(9, "e") / 3;
	case 5: return out(5, "f") ^ 6;
	default: return i;
	}
}
