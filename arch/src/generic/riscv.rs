//! RISC-V. Sources: The RISC-V Instruction Set Manual, volume I, chapters 2.5, 16 and 19; RISC-V ELF psABI 1.0,
//! "Relocations".

use super::anchors::{Register, Registers, register, short_register};
use super::table::{
    Fill, Pattern, Piece, TYPES, address, by_type, call, distance, entry, marker, other, part, piece,
};
use crate::InsnKind::{Call, ConditionalJump, IndirectCall, IndirectJump, Jump, Raw, Return, Trap};

/// The immediates of the formats.
const U: u64 = 0xffff_f000;
const I: u64 = 0xfff0_0000;
const S: u64 = 0xfe00_0f80;
const CB: u64 = 0x1c7c;
const CJ: u64 = 0x1ffc;
const CI: u64 = 0x107c;

pub(super) static RELOCATIONS: [Fill; TYPES] = by_type(&[
    (&[0], marker()),
    (&[1], address(4)),
    (&[2], address(8)),
    (&[6, 8, 10], other(4)),               // thread-local, 32 bits
    (&[7, 9, 11], other(8)),               // thread-local, 64 bits
    (&[16], distance(4).bits(S)),          // BRANCH, whose bits are those of a store
    (&[17], call(4).bits(U)),              // JAL
    (&[18, 19], call(4).bits(U)),          // CALL, CALL_PLT: the next instruction's bits are zero
    (&[20, 21, 22, 62], entry(4).bits(U)), // GOT_HI20, TLS_GOT_HI20, TLS_GD_HI20, TLSDESC_HI20
    (&[23], distance(4).bits(U)),          // PCREL_HI20
    (&[24, 63, 64], part(I).follows()),    // PCREL_LO12_I, TLSDESC_LOAD_LO12, TLSDESC_ADD_LO12
    (&[25], part(S).follows()),            // PCREL_LO12_S
    (&[26, 29], part(U)),                  // HI20, TPREL_HI20
    (&[27, 30, 47, 49], part(I)),          // LO12_I, TPREL_LO12_I, GPREL_I, TPREL_I
    (&[28, 31, 48, 50], part(S)),          // LO12_S, TPREL_LO12_S, GPREL_S, TPREL_S
    (&[32, 51, 65], marker()),             // TPREL_ADD, RELAX, TLSDESC_CALL
    (&[33, 37, 54], other(1)),             // ADD8, SUB8, SET8
    (&[34, 38, 55], other(2)),
    (&[35, 39, 56], other(4)),
    (&[36, 40], other(8)),
    (&[41], entry(4)),                // GOT32_PCREL
    (&[43], marker().aligns()),       // ALIGN
    (&[44], distance(2).bits(CB)),    // RVC_BRANCH
    (&[45], distance(2).bits(CJ)),    // RVC_JUMP
    (&[46], other(2).bits(CI)),       // RVC_LUI
    (&[52, 53], other(1).bits(0x3f)), // SUB6, SET6
    (&[57], distance(4)),             // 32_PCREL
    (&[59], call(4)),                 // PLT32
]);

const J_TYPE: &[Piece] = &[piece(21, 10, 1), piece(20, 1, 11), piece(12, 8, 12), piece(31, 1, 20)];
const B_TYPE: &[Piece] = &[piece(8, 4, 1), piece(25, 6, 5), piece(7, 1, 11), piece(31, 1, 12)];
const CJ_TYPE: &[Piece] = &[
    piece(3, 3, 1),
    piece(11, 1, 4),
    piece(2, 1, 5),
    piece(7, 1, 6),
    piece(6, 1, 7),
    piece(9, 2, 8),
    piece(8, 1, 10),
    piece(12, 1, 11),
];
const CB_TYPE: &[Piece] = &[piece(3, 2, 1), piece(10, 2, 3), piece(2, 1, 5), piece(5, 2, 6), piece(12, 1, 8)];

const PLAIN_JUMP: u32 = 1;
const PLAIN_CALL: u32 = 2;
const IF_ZERO: u32 = 3;
const UNLESS_ZERO: u32 = 4;

pub(super) static PATTERNS: &[Pattern] = &[
    Pattern::new(4, 0x0fff, 0x006f, Jump).leads(J_TYPE).alike(PLAIN_JUMP, 0, 0, 0),
    Pattern::new(4, 0x0fff, 0x00ef, Call).leads(J_TYPE).alike(PLAIN_CALL, 0, 0, 0),
    Pattern::new(4, 0x007f, 0x006f, Call).leads(J_TYPE),
    Pattern::new(4, 0x01f0_707f, 0x0063, ConditionalJump).leads(B_TYPE).alike(IF_ZERO, 15, 5, 0),
    Pattern::new(4, 0x01f0_707f, 0x1063, ConditionalJump).leads(B_TYPE).alike(UNLESS_ZERO, 15, 5, 0),
    Pattern::new(4, 0x007f, 0x0063, ConditionalJump).leads(B_TYPE),
    Pattern::new(4, 0xffff_ffff, 0x0000_8067, Return),
    Pattern::new(4, 0x7fff, 0x0067, IndirectJump),
    Pattern::new(4, 0x707f, 0x0067, IndirectCall),
    Pattern::new(2, 0xe003, 0xa001, Jump).leads(CJ_TYPE).alike(PLAIN_JUMP, 0, 0, 0),
    Pattern::new(2, 0xe003, 0xc001, ConditionalJump).leads(CB_TYPE).alike(IF_ZERO, 7, 3, 8),
    Pattern::new(2, 0xe003, 0xe001, ConditionalJump).leads(CB_TYPE).alike(UNLESS_ZERO, 7, 3, 8),
    Pattern::new(2, 0xffff, 0x8082, Return),
    Pattern::new(2, 0xffff, 0x9002, Trap), // c.ebreak
    Pattern::new(2, 0xffff, 0x8002, Raw),  // reserved
    Pattern::new(2, 0xf07f, 0x8002, IndirectJump),
    Pattern::new(2, 0xf07f, 0x9002, IndirectCall),
];

/// What only 32-bit machines have: `c.jal`.
pub(super) static PATTERNS_32: &[Pattern] =
    &[Pattern::new(2, 0xe003, 0x2001, Call).leads(CJ_TYPE).alike(PLAIN_CALL, 0, 0, 0)];

/// `auipc`.
pub(super) static SUSPECTS: &[Pattern] = &[Pattern::new(4, 0x007f, 0x0017, Raw)];

pub(super) static NOPS: &[(u8, u64)] = &[(2, 0x0001), (4, 0x0000_0013)];

const RS1: Register = register(15, 5);
const SHORT: Register = short_register(7);
/// The bits of a short load or store that hold a number.
const SHORT_NUMBER: u64 = 0x1c60;

/// A short load or store right at an address.
const fn short(value: u64) -> (Pattern, Register) {
    (Pattern::new(2, 0xe003 | SHORT_NUMBER, value, Raw), SHORT)
}

pub(super) static REGISTERS: Registers = Registers {
    // The relocation of the second half names the first one (PCREL_LO12), so that the first one counts as well.
    makers: &[
        (Pattern::new(4, 0x007f, 0x0017, Raw), register(7, 5)), // auipc
        (Pattern::new(4, 0x707f, 0x0013, Raw), register(7, 5)), // addi
    ],
    reads: &[
        (4, RS1),
        (4, register(20, 5)),
        (2, register(7, 5)),
        (2, register(2, 5)),
        (2, SHORT),
        (2, short_register(2)),
    ],
    direct: &[
        (Pattern::new(4, I | 0x7b, 0x0003, Raw), RS1), // loads
        (Pattern::new(4, S | 0x7b, 0x0023, Raw), RS1), // stores
        short(0x2000),                                 // c.fld
        short(0x4000),                                 // c.lw
        short(0x6000),                                 // c.ld
        short(0xa000),                                 // c.fsd
        short(0xc000),                                 // c.sw
        short(0xe000),                                 // c.sd
    ],
};
