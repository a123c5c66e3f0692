__asm__(".section .settings,\"aw\"\n.globl settings\n.type settings,%object\n.size settings,8\nsettings: .quad 5\n.text");
int f(void) { return 1; }
