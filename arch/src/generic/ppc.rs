//! Power. Sources: Power ISA 3.1; 64-bit ELF V2 ABI Specification 1.4, 3.5; Power Architecture 32-bit ABI
//! Supplement 1.0, table 4-8.

use super::anchors::{Register, Registers, register};
use super::table::{Fill, Pattern, TYPES, address, by_type, call, distance, marker, other, part, piece};
use crate::InsnKind::{Call, ConditionalJump, IndirectCall, IndirectJump, Jump, Raw, Return};

/// The field of `b` and `bl`.
const LI: u64 = 0x03ff_fffc;
/// The field of conditional branches.
const BD: u64 = 0xfffc;
/// A displacement of which the instruction keeps the two lowest bits.
const DS: u64 = 0xfffc;
/// The fields of a prefixed instruction: 18 bits of the prefix and 16 of what follows.
pub(super) const PREFIXED: u64 = 0x0003_ffff_0000_ffff;

pub(super) static RELOCATIONS_64: [Fill; TYPES] = by_type(&[
    (&[0], marker()),
    (&[1, 24], address(4)),                           // ADDR32, UADDR32
    (&[2], address(4).bits(LI)),                      // ADDR24
    (&[3, 25], address(2)),                           // ADDR16, UADDR16
    (&[4, 5, 6, 39, 40, 41, 42, 110, 111], other(2)), // parts of an address
    (&[7, 8, 9], address(4).bits(BD)),                // ADDR14
    (&[10, 116, 124], call(4).bits(LI)),              // REL24, REL24_NOTOC, REL24_P9NOTOC
    (&[11, 12, 13], distance(4).bits(BD)),            // REL14
    (&[14, 15, 16, 17], other(2)),                    // GOT16
    (&[26], distance(4)),                             // REL32
    (&[27], other(4)),                                // PLT32
    (&[28], call(4)),                                 // PLTREL32
    (&[29, 30, 31, 33, 34, 35, 36], other(2)),        // PLT16, SECTOFF
    (&[37], address(4).bits(0xffff_fffc)),            // ADDR30
    (&[38, 43, 51, 117], address(8)),                 // ADDR64, UADDR64, TOC, ADDR64_LOCAL
    (&[44], distance(8)),                             // REL64
    (&[45], other(8)),                                // PLT64
    (&[46], call(8)),                                 // PLTREL64
    (&[47, 48, 49, 50, 52, 53, 54, 55], other(2)),    // TOC16, PLTGOT16
    (&[56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66], other(2).bits(DS)),
    (&[67, 107, 108, 109], marker()), // TLS, TLSGD, TLSLD, TOCSAVE
    (&[68, 73, 78], other(8)),        // DTPMOD64, TPREL64, DTPREL64
    (&[69, 70, 71, 72, 74, 75, 76, 77, 79, 80, 81, 82, 83, 84, 85, 86], other(2)),
    (&[87, 88, 91, 92, 95, 96, 101, 102], other(2).bits(DS)),
    (&[89, 90, 93, 94, 97, 98, 99, 100, 103, 104, 105, 106, 112, 113, 114, 115], other(2)),
    (&[118, 119, 120, 121, 122, 123], marker()), // ENTRY, PLTSEQ, PLTCALL, PCREL_OPT
    (&[128, 129, 130, 131, 132, 133, 134, 135], other(8).bits(PREFIXED)),
    (&[136, 137, 138, 139, 140, 141, 142, 143], other(2)), // parts of 34-bit addresses
    (&[144, 145], other(8).bits(0x0000_0fff_0000_ffff)),   // D28, PCREL28
    (&[146, 147, 148, 149, 150, 151], other(8).bits(PREFIXED)),
    (&[240, 241, 242, 243, 244, 245, 249, 250, 251, 252], other(2)), // REL16
    (&[246], part(0x001f_ffc1)),                                     // REL16DX_HA
    (&[253, 254], marker()),                                         // GNU_VTINHERIT, GNU_VTENTRY
]);

pub(super) static RELOCATIONS_32: [Fill; TYPES] = by_type(&[
    (&[0], marker()),
    (&[1, 24], address(4)),
    (&[2], address(4).bits(LI)),
    (&[3, 25], address(2)),
    (&[4, 5, 6], other(2)),
    (&[7, 8, 9], address(4).bits(BD)),
    (&[10, 18, 23], call(4).bits(LI)), // REL24, PLTREL24, LOCAL24PC
    (&[11, 12, 13], distance(4).bits(BD)),
    (&[14, 15, 16, 17], other(2)),
    (&[26], distance(4)),
    (&[27], other(4)),
    (&[28], call(4)),
    (&[29, 30, 31, 32, 33, 34, 35, 36], other(2)),
    (&[67, 95, 96], marker()), // TLS, TLSGD, TLSLD
    (&[68, 73, 78], other(4)), // DTPMOD32, TPREL32, DTPREL32
    (&[69, 70, 71, 72, 74, 75, 76, 77], other(2)),
    (&[79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94], other(2)),
    (&[101], other(4)), // EMB_NADDR32
    (&[102, 103, 104, 105, 106, 107, 108], other(2)),
    (&[109], part(0x001f_ffff)), // EMB_SDA21
    (&[110], marker()),          // EMB_MRKREF
    (&[111, 112, 113, 114, 116], other(2)),
    (&[249, 250, 251, 252, 255], other(2)), // REL16, TOC16
    (&[253, 254], marker()),
]);

pub(super) static PATTERNS: &[Pattern] = &[
    Pattern::new(4, 0xfc00_0003, 0x4800_0000, Jump).leads(&[piece(2, 24, 2)]),
    Pattern::new(4, 0xfc00_0003, 0x4800_0001, Call).leads(&[piece(2, 24, 2)]),
    // `bcl 20,31`, which gets the address of the next instruction, is a call as well.
    Pattern::new(4, 0xfc00_0003, 0x4000_0000, ConditionalJump).leads(&[piece(2, 14, 2)]),
    Pattern::new(4, 0xfc00_0003, 0x4000_0001, Call).leads(&[piece(2, 14, 2)]),
    Pattern::new(4, 0xffff_ffff, 0x4e80_0020, Return),
    Pattern::new(4, 0xffff_ffff, 0x4e80_0420, IndirectJump),
    Pattern::new(4, 0xffff_ffff, 0x4e80_0421, IndirectCall),
];

/// Prefixed instructions whose address counts from themselves (the bit R of the prefix).
pub(super) static SUSPECTS: &[Pattern] = &[Pattern::new(8, 0xfc10_0000 << 32, 0x0410_0000 << 32, Raw)];

/// `ori 0,0,0`, and those that end a group (`ori 1,1,0`, `ori 2,2,0`), with which compilers align loops.
pub(super) static NOPS: &[(u8, u64)] = &[(4, 0x6000_0000), (4, 0x6021_0000), (4, 0x6042_0000)];

const RA: Register = register(16, 5);

pub(super) static REGISTERS: Registers = Registers {
    makers: &[(Pattern::new(4, 0xfc00_0000, 0x3800_0000, Raw), register(21, 5))], // addi
    reads: &[(4, RA), (4, register(11, 5)), (4, register(21, 5))],
    direct: &[
        (Pattern::new(4, 0xe000_ffff, 0x8000_0000, Raw), RA), // lwz to stmw
        (Pattern::new(4, 0xe000_ffff, 0xa000_0000, Raw), RA), // lhz to stfdu
        (Pattern::new(4, 0xf800_fffc, 0xe800_0000, Raw), RA), // ld, lwa and others
        (Pattern::new(4, 0xf800_fffc, 0xf800_0000, Raw), RA), // std and others
    ],
};
