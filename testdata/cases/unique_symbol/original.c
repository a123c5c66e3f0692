__asm__(".data\n.type single,%gnu_unique_object\n.size single,4\nsingle: .long 1\n.text");
int f(int x) { return x; }
