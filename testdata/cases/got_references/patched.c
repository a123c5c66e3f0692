int out(int); extern int kept, given;
static int own[4], mine[4]; static const char text[] = "a text that is long eNough";
static int added[9];
int early(int x) { return out(added[x]++); }
void *where(int x) { return x ? own : mine; }
int same(int x) { return out(own[x] + kept) + out(mine[1]); }
int reads(int x) { return out(mine[x + 1]); }
int far_away(int x) { return out(x) + given; }
const char *named(int x) { return x ? "six" : "two"; }
int texts(int x) { return out(text[x]); }
