//! LoongArch. Sources: LoongArch Reference Manual, volume 1, 2.2.5, 2.2.1.10 and appendix B; ELF for the LoongArch
//! Architecture (la-abi-specs), "Relocations".

use super::anchors::{Register, Registers, register};
use super::table::{
    Fill, Pattern, Piece, TYPES, address, by_type, call, distance, marker, other, part, piece,
};
use crate::InsnKind::{Call, ConditionalJump, IndirectCall, IndirectJump, Jump, Raw, Return};

/// The immediates of the formats.
const HI20: u64 = 0x01ff_ffe0;
const LO12: u64 = 0x003f_fc00;
const B16: u64 = 0x03ff_fc00;
const B21: u64 = 0x03ff_fc1f;
const B26: u64 = 0x03ff_ffff;

// The stack machine of the first version (22 to 37) fills nothing before it comes to an end: these types stay unknown,
// and so are compared by type, symbol and addend.
pub(super) static RELOCATIONS: [Fill; TYPES] = by_type(&[
    (&[0], marker()),
    (&[1], address(4)),
    (&[2], address(8)),
    (&[6, 8, 10], other(4)),
    (&[7, 9, 11], other(8)),
    (&[20, 21], marker()),   // MARK_LA, MARK_PCREL
    (&[38], part(0x7c00)),   // SOP_POP_32_S_10_5
    (&[39, 40], part(LO12)), // SOP_POP_32_U_10_12, SOP_POP_32_S_10_12
    (&[41, 42], part(B16)),  // SOP_POP_32_S_10_16, SOP_POP_32_S_10_16_S2
    (&[43], part(HI20)),     // SOP_POP_32_S_5_20
    (&[44], part(B21)),      // SOP_POP_32_S_0_5_10_16_S2
    (&[45], part(B26)),      // SOP_POP_32_S_0_10_10_16_S2
    (&[46], other(4)),       // SOP_POP_32_U
    (&[47, 52], other(1)),   // ADD8, SUB8
    (&[48, 53], other(2)),
    (&[49, 54], other(3)),
    (&[50, 55], other(4)),
    (&[51, 56], other(8)),
    (&[57, 58], marker()), // GNU_VTINHERIT, GNU_VTENTRY
    (&[64], distance(4).bits(B16)),
    (&[65], distance(4).bits(B21)),
    (&[66], call(4).bits(B26)),
    (&[67, 69, 71, 73, 75, 77, 79, 81, 83, 85, 87, 89, 91, 93, 95, 96, 97, 98], part(HI20)),
    (&[68, 70, 72, 74, 76, 78, 80, 82, 84, 86, 88, 90, 92, 94], part(LO12)),
    (&[99], distance(4)),                                    // 32_PCREL
    (&[100, 101, 104], marker()),                            // RELAX, DELETE, CFA
    (&[102], marker().aligns()),                             // ALIGN
    (&[103], distance(4).bits(HI20)),                        // PCREL20_S2
    (&[105, 106], other(1).bits(0x3f)),                      // ADD6, SUB6
    (&[109], distance(8)),                                   // 64_PCREL
    (&[110], call(4).bits(HI20)),                            // CALL36: the next instruction's bits are zero
    (&[111, 113, 115, 117, 121, 124, 125, 126], part(HI20)), // TLS_DESC, TLS_LE_HI20_R, PCREL20_S2
    (&[112, 114, 116, 118, 123], part(LO12)),
    (&[119, 120, 122], marker()), // TLS_DESC_LD, TLS_DESC_CALL, TLS_LE_ADD_R
]);

const OFFS16: &[Piece] = &[piece(10, 16, 2)];
const OFFS21: &[Piece] = &[piece(10, 16, 2), piece(0, 5, 18)];
const OFFS26: &[Piece] = &[piece(10, 16, 2), piece(0, 10, 18)];

/// A conditional branch, told by the six highest bits.
const fn branch(opcode: u64, distance: &'static [Piece]) -> Pattern {
    Pattern::new(4, 0xfc00_0000, opcode << 26, ConditionalJump).leads(distance)
}

pub(super) static PATTERNS: &[Pattern] = &[
    Pattern::new(4, 0xfc00_0000, 0x5000_0000, Jump).leads(OFFS26),
    Pattern::new(4, 0xfc00_0000, 0x5400_0000, Call).leads(OFFS26),
    branch(0x10, OFFS21),                                                     // beqz
    branch(0x11, OFFS21),                                                     // bnez
    branch(0x12, OFFS21),                                                     // bceqz, bcnez
    branch(0x16, OFFS16),                                                     // beq
    branch(0x17, OFFS16),                                                     // bne
    branch(0x18, OFFS16),                                                     // blt
    branch(0x19, OFFS16),                                                     // bge
    branch(0x1a, OFFS16),                                                     // bltu
    branch(0x1b, OFFS16),                                                     // bgeu
    Pattern::new(4, 0xfe00_0000, 0x1800_0000, Raw).leads(&[piece(5, 20, 2)]), // pcaddi
    Pattern::new(4, 0xffff_ffff, 0x4c00_0020, Return),
    Pattern::new(4, 0xfc00_001f, 0x4c00_0000, IndirectJump),
    Pattern::new(4, 0xfc00_001f, 0x4c00_0001, IndirectCall),
];

/// `pcalau12i`, `pcaddu12i`, `pcaddu18i`.
pub(super) static SUSPECTS: &[Pattern] = &[
    Pattern::new(4, 0xfe00_0000, 0x1a00_0000, Raw),
    Pattern::new(4, 0xfe00_0000, 0x1c00_0000, Raw),
    Pattern::new(4, 0xfe00_0000, 0x1e00_0000, Raw),
];

pub(super) static NOPS: &[(u8, u64)] = &[(4, 0x0340_0000)];

const RJ: Register = register(5, 5);

pub(super) static REGISTERS: Registers = Registers {
    makers: &[(Pattern::new(4, 0xff80_0000, 0x0280_0000, Raw), register(0, 5))], // addi.w, addi.d
    reads: &[(4, RJ), (4, register(10, 5)), (4, register(0, 5))],
    direct: &[
        (Pattern::new(4, 0xfc3f_fc00, 0x2800_0000, Raw), RJ), // ld, st, fld, fst
        (Pattern::new(4, 0xfcff_fc00, 0x2400_0000, Raw), RJ), // ldptr, stptr
    ],
};
