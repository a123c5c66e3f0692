//! SPARC V9. Sources: The SPARC Architecture Manual, version 9, appendix A; SPARC Compliance Definition 2.4, 4P.

use super::table::{Fill, Pattern, TYPES, address, by_type, call, distance, marker, other, part, piece};
use crate::InsnKind::{Call, ConditionalJump, IndirectJump, Jump, Return};

pub(super) static RELOCATIONS: [Fill; TYPES] = by_type(&[
    (&[0], marker()),
    (&[1], address(1)),
    (&[2, 55], address(2)),  // 16, UA16
    (&[3, 23], address(4)),  // 32, UA32
    (&[32, 54], address(8)), // 64, UA64
    (&[4], distance(1)),
    (&[5], distance(2)),
    (&[6], distance(4)),
    (&[46], distance(8)),
    (&[7, 18], call(4).bits(0x3fff_ffff)),  // WDISP30, WPLT30
    (&[8], distance(4).bits(0x003f_ffff)),  // WDISP22
    (&[40], distance(4).bits(0x0030_3fff)), // WDISP16
    (&[41], distance(4).bits(0x0007_ffff)), // WDISP19
    (&[88], distance(4).bits(0x0018_1fe0)), // WDISP10
    (&[9, 10, 15, 17, 34, 36, 37, 39, 48, 50], part(0x003f_ffff)), // 22 bits
    (&[11, 12, 13, 14, 16, 33, 35, 38, 49, 51, 52, 30, 31], part(0x1fff)), // 13 bits and fewer
    (&[43], part(0x7f)),
    (&[44], part(0x1f)),
    (&[45], part(0x3f)),
    (&[56, 60, 64, 67, 72, 80, 82, 85], part(0x003f_ffff)),
    (&[57, 61, 65, 68, 73, 81, 83], part(0x1fff)),
    (&[58, 62, 66, 69, 70, 71, 84], marker()), // TLS_*_ADD, TLS_IE_LD, GOTDATA_OP
    (&[59, 63], call(4).bits(0x3fff_ffff)),    // TLS_GD_CALL, TLS_LDM_CALL
    (&[74, 76, 78, 86], other(4)),
    (&[75, 77, 79, 87], other(8)),
    (&[250, 251], marker()),
]);

pub(super) static PATTERNS: &[Pattern] = &[
    Pattern::new(4, 0xc000_0000, 0x4000_0000, Call).leads(&[piece(0, 30, 2)]),
    Pattern::new(4, 0xffc0_0000, 0x1080_0000, Jump).leads(&[piece(0, 22, 2)]), // ba
    Pattern::new(4, 0xc1c0_0000, 0x0080_0000, ConditionalJump).leads(&[piece(0, 22, 2)]),
    Pattern::new(4, 0xc1c0_0000, 0x0180_0000, ConditionalJump).leads(&[piece(0, 22, 2)]),
    Pattern::new(4, 0xc1c0_0000, 0x0040_0000, ConditionalJump).leads(&[piece(0, 19, 2)]),
    Pattern::new(4, 0xc1c0_0000, 0x0140_0000, ConditionalJump).leads(&[piece(0, 19, 2)]),
    // Compare and branch, and branch by a register.
    Pattern::new(4, 0xd1c0_0000, 0x10c0_0000, ConditionalJump).leads(&[piece(5, 8, 2), piece(19, 2, 10)]),
    Pattern::new(4, 0xd1c0_0000, 0x00c0_0000, ConditionalJump).leads(&[piece(0, 14, 2), piece(20, 2, 16)]),
    Pattern::new(4, 0xffff_ffff, 0x81c7_e008, Return), // ret
    Pattern::new(4, 0xffff_ffff, 0x81c3_e008, Return), // retl
    Pattern::new(4, 0xfff8_0000, 0x81c0_0000, IndirectJump),
];

pub(super) static NOPS: &[(u8, u64)] = &[(4, 0x0100_0000)];
