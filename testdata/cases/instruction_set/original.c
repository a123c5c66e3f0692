__asm__(".text\n.syntax unified\n.globl f\n.type f,%function\n.balign 4\n.arm\nf: .inst 0x47704770\n.size f,.-f");
int g(int x) { return x; }
