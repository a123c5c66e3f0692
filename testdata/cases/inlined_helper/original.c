static inline __attribute__((always_inline)) int clamp(int x) { return x > 10 ? 10 : x; }
int f(int x) { return clamp(x) + 1; }
int g(int x) { return clamp(x * 3); }
int h(int x) { return x; }
