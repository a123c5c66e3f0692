extern int say(const char *text);
int first(void) { return say("the first of three texts without a section of strings"); }
int second(void) { return say("few"); }
int third(void) { return say("the third one"); }
