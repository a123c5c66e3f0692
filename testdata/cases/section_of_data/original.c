static int counter __attribute__((section(".data"))) = 3;
int f(void) { return counter++; }
