__asm__(".text\n.globl entry\nentry:\n movl $2, %eax\n ret\n.globl other\nother:\n movl $3, %eax\n ret");
int f(int x) { return x; }
