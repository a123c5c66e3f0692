#define FUNCTION(name, code) __asm__(".text\n.p2align 4\n.type __pfx_" name ",@function\n__pfx_" name ": .skip 16, 0x90\n.size __pfx_" name ",16\n" \
  ".globl " name "\n.type " name ",@function\n" name ": " code "\n ret\n.size " name ",.-" name)
FUNCTION("f", "movl $1, %eax");
FUNCTION("g", "movl $2, %eax");
