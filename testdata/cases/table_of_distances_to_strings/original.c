const char *f(int x) { switch (x) { case 0: return "zero"; case 1: return "one"; case 2: return "two"; case 3: return "three"; case 4: return "four"; } return "many"; }
const char *g(int x) { switch (x) { case 0: return "nil"; case 1: return "uno"; case 2: return "due"; case 3: return "tre"; case 4: return "four"; } return "many"; }
