double f(double x) { return x * 3.25; }
double g(double x) { return x * 1.75; }
