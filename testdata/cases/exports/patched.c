int f(int x) { return x + 1; } int g(int x) { return x + 2; } int h(int x) { return x + 3; }
#define EXPORT(name, kind) __asm__(".section \"___ksymtab" kind "+" #name "\",\"a\"\n.balign 4\n__ksymtab_" #name ": .long " #name " - ., 0, 0\n.text")
EXPORT(f, "");
EXPORT(g, "_gpl");
EXPORT(h, ""); static unsigned long _kbl_addr_f __attribute__((used, section("_kprobe_blacklist"))) = (unsigned long)f;
