//! MIPS. Sources: MIPS Architecture for Programmers, volume II-A (revisions 5 and 6); System V ABI, MIPS RISC Processor
//! Supplement, 4-19; 64-bit ELF Object File Specification 2.5, "Relocation".

use super::anchors::{Register, Registers, register};
use super::table::{
    Fill, From, Pattern, Piece, TYPES, address, by_type, distance, marker, other, part, piece,
};
use crate::InsnKind::{Call, ConditionalJump, IndirectCall, IndirectJump, Jump, Raw, Return};

/// The lower half of an instruction.
const LOW: u64 = 0xffff;

// Distances of branches count from the instruction behind.
pub(super) static RELOCATIONS: [Fill; TYPES] = by_type(&[
    (&[0], marker()),
    (&[1], part(LOW)),                                  // 16
    (&[2, 3], address(4)),                              // 32, REL32
    (&[4], part(0x03ff_ffff)),                          // 26
    (&[5, 6, 7, 8, 9, 11], part(LOW)),                  // HI16, LO16, GPREL16, LITERAL, GOT16, CALL16
    (&[10], distance(4).bits(LOW).ahead(4)),            // PC16
    (&[12], other(4)),                                  // GPREL32
    (&[16], part(0x07c0)),                              // SHIFT5
    (&[17], part(0x07c4)),                              // SHIFT6
    (&[18], address(8)),                                // 64
    (&[19, 20, 21, 22, 23, 28, 29, 30, 31], part(LOW)), // GOT_*, HIGHER, HIGHEST, CALL_HI16, CALL_LO16
    (&[24], other(8)),                                  // SUB
    (&[37], marker()),                                  // JALR, a hint
    (&[38, 39, 47], other(4)),                          // TLS_DTPMOD32, TLS_DTPREL32, TLS_TPREL32
    (&[40, 41, 48], other(8)),
    (&[42, 43, 44, 45, 46, 49, 50], part(LOW)),      // thread-local
    (&[60], distance(4).bits(0x001f_ffff).ahead(4)), // PC21_S2
    (&[61], distance(4).bits(0x03ff_ffff).ahead(4)), // PC26_S2
    (&[62], distance(4).bits(0x0003_ffff)),          // PC18_S3
    (&[63], distance(4).bits(0x0007_ffff)),          // PC19_S2
    (&[64, 65], part(LOW)),                          // PCHI16, PCLO16
    (&[248], distance(4)),                           // PC32
    (&[249], other(4)),                              // EH
    (&[250], distance(4).bits(LOW).ahead(4)),        // GNU_REL16_S2
    (&[253, 254], marker()),                         // GNU_VTINHERIT, GNU_VTENTRY
]);

/// HI16 and GOT16 with LO16, PCHI16 with PCLO16.
pub(super) static HALVES: &[(u32, u32)] = &[(5, 6), (9, 6), (64, 65)];

/// The addend that a field holds (MIPS supplement, table 4-11): `word` is the instruction.
pub(super) fn addend_in_word(r_type: u32, word: u32) -> Option<i64> {
    let low = i64::from(word as u16 as i16);
    Some(match r_type {
        1 | 6 | 7 | 8 | 11 | 19..=23 | 45 | 50 | 65 => low,
        5 | 9 | 30 | 44 | 49 | 64 => low << 16,
        4 => i64::from(word & 0x03ff_ffff) << 2,
        10 | 250 => low << 2,
        60 => i64::from((word << 11) as i32 >> 11) << 2,
        61 => i64::from((word << 6) as i32 >> 6) << 2,
        62 => i64::from((word << 14) as i32 >> 14) << 3,
        63 => i64::from((word << 13) as i32 >> 13) << 2,
        _ => return None,
    })
}

const OFFSET16: &[Piece] = &[piece(0, 16, 2)];

/// A branch with a distance of 16 bits.
const fn branch(mask: u64, value: u64) -> Pattern {
    Pattern::new(4, mask, value, ConditionalJump).leads(OFFSET16).from(From::Start(4))
}

const fn opcode(opcode: u64) -> Pattern {
    branch(0xfc00_0000, opcode << 26)
}

pub(super) static PATTERNS: &[Pattern] = &[
    Pattern { kind: Jump, ..branch(0xffff_0000, 0x1000_0000) }, // b
    Pattern { kind: Call, ..branch(0xffff_0000, 0x0411_0000) }, // bal
    opcode(0x04),                                               // beq
    opcode(0x05),                                               // bne
    opcode(0x06),                                               // blez, and compact ones of revision 6
    opcode(0x07),                                               // bgtz, and compact ones of revision 6
    opcode(0x14),                                               // beql
    opcode(0x15),                                               // bnel
    opcode(0x16),                                               // blezl, and compact ones of revision 6
    opcode(0x17),                                               // bgtzl, and compact ones of revision 6
    branch(0xfc0c_0000, 0x0400_0000),                           // bltz, bgez and those that call or annul
    branch(0xff00_0000, 0x4500_0000), // by the floating-point unit and by whole vectors
    branch(0xff00_0000, 0x4700_0000), // by vector elements
    branch(0xffe0_0000, 0x4900_0000), // bc2
    Pattern::new(4, 0xfc00_0000, 0x0800_0000, Jump).leads(&[piece(0, 26, 2)]).from(From::Region),
    Pattern::new(4, 0xfc00_0000, 0x0c00_0000, Call).leads(&[piece(0, 26, 2)]).from(From::Region),
    Pattern::new(4, 0xffff_fffe, 0x03e0_0008, Return),
    Pattern::new(4, 0xfc1f_f83e, 0x0000_0008, IndirectJump), // jr, and jalr that saves nothing
    Pattern::new(4, 0xfc1f_003f, 0x0000_0009, IndirectCall),
];

/// What revision 6 has in place of other instructions.
pub(super) static PATTERNS_R6: &[Pattern] = &[
    opcode(0x08),                     // bovc, beqc, beqzalc
    opcode(0x18),                     // bnvc, bnec, bnezalc
    branch(0xffe0_0000, 0x4920_0000), // bc2eqz
    branch(0xffe0_0000, 0x49a0_0000), // bc2nez
    Pattern::new(4, 0xffe0_0000, 0xd800_0000, IndirectJump),
    Pattern::new(4, 0xfc00_0000, 0xd800_0000, ConditionalJump).leads(&[piece(0, 21, 2)]).from(From::Start(4)),
    Pattern::new(4, 0xffe0_0000, 0xf800_0000, IndirectCall),
    Pattern::new(4, 0xfc00_0000, 0xf800_0000, ConditionalJump).leads(&[piece(0, 21, 2)]).from(From::Start(4)),
    Pattern::new(4, 0xfc00_0000, 0xc800_0000, Jump).leads(&[piece(0, 26, 2)]).from(From::Start(4)),
    Pattern::new(4, 0xfc00_0000, 0xe800_0000, Call).leads(&[piece(0, 26, 2)]).from(From::Start(4)),
    Pattern::new(4, 0xfc18_0000, 0xec00_0000, Raw).leads(&[piece(0, 19, 2)]), // addiupc
    Pattern::new(4, 0xfc18_0000, 0xec08_0000, Raw).leads(&[piece(0, 19, 2)]), // lwpc
    Pattern::new(4, 0xfc18_0000, 0xec10_0000, Raw).leads(&[piece(0, 19, 2)]), // lwupc
];

/// `ldpc`, whose address is rounded first, `auipc` and `aluipc`; `bposge32` and its like.
pub(super) static SUSPECTS: &[Pattern] =
    &[Pattern::new(4, 0xfc18_0000, 0xec18_0000, Raw), Pattern::new(4, 0xfc1c_0000, 0x041c_0000, Raw)];

pub(super) static NOPS: &[(u8, u64)] = &[(4, 0)];

const BASE: Register = register(21, 5);

pub(super) static REGISTERS: Registers = Registers {
    makers: &[
        (Pattern::new(4, 0xfc00_0000, 0x2400_0000, Raw), register(16, 5)), // addiu
        (Pattern::new(4, 0xfc00_0000, 0x6400_0000, Raw), register(16, 5)), // daddiu
    ],
    reads: &[(4, BASE), (4, register(16, 5))],
    direct: &[
        (Pattern::new(4, 0xe000_ffff, 0x8000_0000, Raw), BASE), // loads
        (Pattern::new(4, 0xe000_ffff, 0xa000_0000, Raw), BASE), // stores
        (Pattern::new(4, 0xc000_ffff, 0xc000_0000, Raw), BASE), // of the floating-point unit, and of 64 bits
    ],
};
