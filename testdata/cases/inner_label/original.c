__asm__(".text\n.globl f, f_inner\n.type f,@function\nf: movl $1, %eax\nf_inner: addl $2, %eax\n ret\n.size f,.-f\n"
        ".globl g, g_inner\n.type g,@function\ng: movl $1, %eax\n addl $2, %eax\ng_inner: addl $3, %eax\n ret\n.size g,.-g\n"
        ".globl h, h_inner\n.type h,@function\nh: movl $1, %eax\nh_inner: addl $2, %eax\n ret\n.size h,.-h\n");
