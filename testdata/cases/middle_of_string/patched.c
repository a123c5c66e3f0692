void say(const char *); void show(int);
void tail(void) { say("abcdeg" + 3); }
void before(long i) { const char *s = "digitx"; show(s[i - 1]); }
void other(void) { say("abcdef"); }
