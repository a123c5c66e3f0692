//! z/Architecture. Sources: Principles of Operation (SA22-7832), appendix B and the formats of chapter 5; ELF
//! Application Binary Interface s390x Supplement, "Relocation".

use super::anchors::{Register, Registers, register};
use super::table::{
    Fill, Pattern, Piece, TYPES, address, by_type, call, distance, entry, marker, other, piece,
};
use crate::InsnKind::{Call, ConditionalJump, IndirectCall, IndirectJump, Jump, Raw, Return};

/// A displacement of 12 bits behind a base register.
const D12: u64 = 0x0fff;
/// A displacement of 20 bits behind a base register, and the rest of the instruction.
const D20: u64 = 0x0fff_ff00;

// Distances of instructions count from the instruction, whose first field of two bytes lies before theirs.
pub(super) static RELOCATIONS: [Fill; TYPES] = by_type(&[
    (&[0], marker()),
    (&[1], address(1)),
    (&[2], other(2).bits(D12)),
    (&[3], address(2)),
    (&[4], address(4)),
    (&[5], distance(4)),                // PC32
    (&[6, 29, 42], other(2).bits(D12)), // GOT12, GOTPLT12, TLS_GOTIE12
    (&[7, 13, 14, 31, 35], other(4)),   // GOT32, GOTOFF32, GOTPC, GOTPLT32, PLTOFF32
    (&[8], call(4)),                    // PLT32
    (&[15, 27, 30, 34], other(2)),      // GOT16, GOTOFF16, GOTPLT16, PLTOFF16
    (&[16], distance(2)),               // PC16
    (&[17], distance(2).ahead(-2)),     // PC16DBL
    (&[18], call(2).ahead(-2)),         // PLT16DBL
    (&[19], distance(4).ahead(-2)),     // PC32DBL
    (&[20], call(4).ahead(-2)),         // PLT32DBL
    (&[21], entry(4).ahead(-2)),        // GOTPCDBL
    (&[22], address(8)),
    (&[23], distance(8)),                // PC64
    (&[24, 28, 32, 36], other(8)),       // GOT64, GOTOFF64, GOTPLT64, PLTOFF64
    (&[25], call(8)),                    // PLT64
    (&[26, 33, 49], entry(4).ahead(-2)), // GOTENT, GOTPLTENT, TLS_IEENT
    (&[37, 38, 39], marker()),           // TLS_LOAD, TLS_GDCALL, TLS_LDCALL
    (&[40, 43, 45, 47, 50, 52], other(4)),
    (&[41, 44, 46, 48, 51, 53, 54, 55, 56], other(8)),
    (&[57, 58, 59, 60], other(4).bits(D20)), // 20, GOT20, GOTPLT20, TLS_GOTIE20
    (&[62], distance(2).bits(D12).ahead(-1)), // PC12DBL
    (&[63], call(2).bits(D12).ahead(-1)),    // PLT12DBL
    (&[64], distance(3).ahead(-3)),          // PC24DBL
    (&[65], call(3).ahead(-3)),              // PLT24DBL
    (&[250, 251], marker()),                 // GNU_VTINHERIT, GNU_VTENTRY
]);

/// The distance, in halfwords, of the formats RI, RSI.
const I16: &[Piece] = &[piece(0, 16, 1)];
/// That of the formats RIL.
const I32: &[Piece] = &[piece(0, 32, 1)];
/// That of the formats RIE.
const I16_IN_SIX: &[Piece] = &[piece(16, 16, 1)];

/// Branches on condition, of four bytes and of six.
const ON_CONDITION: u32 = 1;
/// Calls, of four bytes and of six.
const AND_SAVE: u32 = 2;

/// A branch or compare-and-branch of format RIE, told by the first and last byte.
const fn rie(last: u64) -> Pattern {
    Pattern::new(6, 0xff00_0000_00ff, 0xec00_0000_0000 | last, ConditionalJump).leads(I16_IN_SIX)
}

pub(super) static PATTERNS: &[Pattern] = &[
    Pattern::new(2, 0xffff, 0x07fe, Return),
    Pattern::new(2, 0xffff, 0x07f0, Raw), // orders memory, and goes nowhere
    Pattern::new(2, 0xfff0, 0x07f0, IndirectJump),
    Pattern::new(2, 0xff0f, 0x0d00, Raw), // saves the address only
    Pattern::new(2, 0xff00, 0x0d00, IndirectCall),
    Pattern::new(4, 0xffff_0000, 0xa7f4_0000, Jump).leads(I16).alike(ON_CONDITION, 20, 4, 0),
    Pattern::new(4, 0xff0f_0000, 0xa704_0000, ConditionalJump).leads(I16).alike(ON_CONDITION, 20, 4, 0),
    Pattern::new(4, 0xff0f_0000, 0xa705_0000, Call).leads(I16).alike(AND_SAVE, 20, 4, 0),
    Pattern::new(4, 0xff0f_0000, 0xa706_0000, ConditionalJump).leads(I16), // brct
    Pattern::new(4, 0xff0f_0000, 0xa707_0000, ConditionalJump).leads(I16), // brctg
    Pattern::new(4, 0xfe00_0000, 0x8400_0000, ConditionalJump).leads(I16), // brxh, brxle
    Pattern::new(6, 0xff0f_0000_0000, 0xc000_0000_0000, Raw).leads(I32),   // larl
    Pattern::new(6, 0xffff_0000_0000, 0xc0f4_0000_0000, Jump).leads(I32).alike(ON_CONDITION, 36, 4, 0),
    Pattern::new(6, 0xff0f_0000_0000, 0xc004_0000_0000, ConditionalJump).leads(I32).alike(
        ON_CONDITION,
        36,
        4,
        0,
    ),
    Pattern::new(6, 0xff0f_0000_0000, 0xc005_0000_0000, Call).leads(I32).alike(AND_SAVE, 36, 4, 0),
    Pattern::new(6, 0xff00_0000_0000, 0xc400_0000_0000, Raw).leads(I32), // loads and stores
    Pattern::new(6, 0xff00_0000_0000, 0xc600_0000_0000, Raw).leads(I32), // comparisons, exrl, pfdrl
    Pattern::new(6, 0xff0f_0000_0000, 0xcc06_0000_0000, ConditionalJump).leads(I32), // brcth
    rie(0x44),                                                           // brxhg
    rie(0x45),                                                           // brxlg
    rie(0x64),                                                           // cgrj
    rie(0x65),                                                           // clgrj
    rie(0x76),                                                           // crj
    rie(0x77),                                                           // clrj
    rie(0x7c),                                                           // cgij
    rie(0x7d),                                                           // clgij
    rie(0x7e),                                                           // cij
    rie(0x7f),                                                           // clij
];

/// `bprp` and `bpp`, which tell the processor of two places each.
pub(super) static SUSPECTS: &[Pattern] = &[
    Pattern::new(6, 0xff00_0000_0000, 0xc500_0000_0000, Raw),
    Pattern::new(6, 0xff00_0000_0000, 0xc700_0000_0000, Raw),
];

/// `nopr` with either register that assemblers write there.
pub(super) static NOPS: &[(u8, u64)] = &[(2, 0x0707), (2, 0x0700)];

const IN_FOUR: Register = register(12, 4);
const IN_SIX: Register = register(28, 4);

pub(super) static REGISTERS: Registers = Registers {
    makers: &[(Pattern::new(6, 0xff0f_0000_0000, 0xc000_0000_0000, Raw), register(36, 4))], // larl
    reads: &[
        (2, register(0, 4)),
        (2, register(4, 4)),
        (4, register(0, 4)),
        (4, register(4, 4)),
        (4, register(12, 4)),
        (4, register(16, 4)),
        (4, register(20, 4)),
        (6, register(12, 4)),
        (6, register(28, 4)),
        (6, register(32, 4)),
        (6, register(36, 4)),
    ],
    direct: &[
        (Pattern::new(4, 0xf000_0fff, 0x4000_0000, Raw), IN_FOUR), // halfwords and characters
        (Pattern::new(4, 0xf000_0fff, 0x5000_0000, Raw), IN_FOUR), // words
        (Pattern::new(4, 0xf000_0fff, 0x6000_0000, Raw), IN_FOUR), // long floating-point numbers
        (Pattern::new(4, 0xf000_0fff, 0x7000_0000, Raw), IN_FOUR), // short ones
        (Pattern::new(6, 0xff00_0fff_ff00, 0xe300_0000_0000, Raw), IN_SIX), // format RXY
    ],
};
