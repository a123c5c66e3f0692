static int first = 1, other = 5, third = 3;
int f(void) { return first++ + other++; }
int g(void) { return third++; }
