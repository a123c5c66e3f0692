#ifdef __LP64__
#define ADDRESS ".quad "
#else
#define ADDRESS ".long "
#endif
__asm__(".pushsection .nodes,\"a\"\n.balign 8\n.Lone: " ADDRESS ".Ltwo, 1\n.Ltwo: " ADDRESS ".Lone, 2\n.popsection");
__asm__(".pushsection .rings,\"a\"\n.balign 8\n"
        ".type ring.1,%object\nring.1: " ADDRESS "ring.2, 1\n.size ring.1,.-ring.1\n"
        ".type ring.2,%object\nring.2: " ADDRESS "ring.1, 2\n.size ring.2,.-ring.2\n.popsection");
int f(int x) { return x; }
