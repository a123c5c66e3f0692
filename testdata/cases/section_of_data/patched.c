static int counter __attribute__((section(".data..read_mostly"))) = 3;
int f(void) { return counter++; }
