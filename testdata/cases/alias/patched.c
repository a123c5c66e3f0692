int real(int x) { return x; }
extern __typeof__(real) second __attribute__((alias("real")));
