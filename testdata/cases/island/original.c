__asm__(".pushsection .nodes,\"a\"\n.balign 8\n.Lone: .quad .Ltwo, 1\n.Ltwo: .quad .Lone, 2\n.popsection");
__asm__(".pushsection .rings,\"a\"\n.balign 8\n"
        ".type ring.1,@object\n.size ring.1,16\nring.1: .quad ring.2, 1\n"
        ".type ring.2,@object\n.size ring.2,16\nring.2: .quad ring.1, 2\n.popsection");
int f(int x) { return x; }
