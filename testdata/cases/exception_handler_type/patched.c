// What a C++ compiler makes of `try { work(); } catch (TYPE &) { return 3; }`, in assembler: the code of both sides
// is the same, and only the table of the handlers names the type.
__asm__(".text\n.globl f\n.type f,@function\nf:\n.cfi_startproc\n.cfi_personality 0x3,__gxx_personality_v0\n.cfi_lsda 0x3,.Ltable_f\n"
        "sub $8, %rsp\n.cfi_def_cfa_offset 16\n1: call work\n2: add $8, %rsp\nret\n3: call __cxa_end_catch\njmp 2b\n.cfi_endproc\n.size f,.-f\n"
        ".section .gcc_except_table,\"a\",@progbits\n.align 4\n.Ltable_f: .byte 0xff, 0x3, 16, 1, 4, 0, 5, 13, 1, 1, 0\n.align 4\n.long _ZTIj\n.text");
__asm__(".text\n.globl g\n.type g,@function\ng:\n.cfi_startproc\n.cfi_personality 0x3,__gxx_personality_v0\n.cfi_lsda 0x3,.Ltable_g\n"
        "sub $8, %rsp\n.cfi_def_cfa_offset 16\n1: call work\n2: add $8, %rsp\nret\n3: call __cxa_end_catch\njmp 2b\n.cfi_endproc\n.size g,.-g\n"
        ".section .gcc_except_table,\"a\",@progbits\n.align 4\n.Ltable_g: .byte 0xff, 0x3, 16, 1, 4, 0, 5, 13, 1, 1, 0\n.align 4\n.long _ZTIi\n.text");
int h(int x) { return x; }
