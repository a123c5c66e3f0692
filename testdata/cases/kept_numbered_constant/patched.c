struct command { int number, flags; };
int f(void) { static const struct command entry __attribute__((used, section(".commands"))) = {1, 2}; return 3; }
int g(void) { static const struct command entry __attribute__((used, section(".commands"))) = {4, 7}; return 6; }
