static int first = 1, second = 2, third = 3;
int f(void) { return first++ + second++; }
int g(void) { return third++; }
