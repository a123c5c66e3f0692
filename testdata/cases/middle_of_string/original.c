void say(const char *); void show(int);
void tail(void) { say("abcdef" + 3); }
void before(long i) { const char *s = "digits"; show(s[i - 1]); }
void other(void) { say("abcdef"); }
