static const unsigned char steps[] = { 1, 2, 4, 9, 16, 32, 64, 128 };
extern int limit;
int report(const char *what, int value);

__attribute__((noinline)) static int clamp(int x) { return x > limit ? limit : x; }

int told(int x) { return report("Value", clamp(x)); }

int step(int i) { return clamp(steps[i & 7]); }

int chosen(int x)
{
	switch (x) {
	case 0: return report("none", 0);
	case 1: return report("one", clamp(x));
	case 2: return clamp(x * 3);
	case 3: return report("some", x + limit);
	case 4: return clamp(x - limit);
	case 5: return report("many", x);
	default: return 0;
	}
}

int changed(int x) { return report("changed", x & 0x155) + 1; }

int after(int x) { return clamp(x + 1); }
