//! Relocation types of "ELF for the Arm 64-bit Architecture", 5.7: sizes, calculations, and which bits they fill.

use crate::code::Via;
use crate::code::{REACH_LOST, REACH_MADE};
use crate::{DynamicKind, Field, RelocKind};

use super::anchors;

/// Types of our own, for numbers that lead on from an address.
const REACHES: [(u32, Field); 4] = [
    (REACH_MADE + 4, anchors::NONE),
    (REACH_MADE + 1, anchors::IMM12),
    (REACH_MADE + 2, anchors::IMM9),
    (REACH_MADE + 3, anchors::IMM7),
];

/// The type of a relocation that fills this field.
pub(super) fn reach_type(field: Field) -> Option<u32> {
    REACHES.iter().find(|(_, known)| *known == field).map(|(r_type, _)| *r_type)
}

/// The immediate of `movz`, `movk` and `movn`.
const IMM16: u64 = 0x001f_ffe0;
/// What tells `movz` from `movn`: the linker chooses by the sign of the value.
const MOVN: u64 = 1 << 30;
/// The immediate of `add` and of loads and stores.
const IMM12: u64 = 0x003f_fc00;
/// The distance in loads of literals and in conditional branches.
const IMM19: u64 = 0x00ff_ffe0;
/// The distance in `adr` and `adrp`.
const IMM21: u64 = 0x60ff_ffe0;
/// The distance in `tbz` and `tbnz`.
const IMM14: u64 = 0x0007_ffe0;
/// The distance in `b` and `bl`.
const IMM26: u64 = 0x03ff_ffff;

/// What a relocation of this type puts where. All that stand in instructions have four bytes.
pub(super) fn relocation(r_type: u32) -> RelocKind {
    use RelocKind::{Absolute, Other, Relative, Unknown};
    match r_type {
        0 | 256 => Other { size: 0 },                        // NONE
        257 => Absolute { size: 8 },                         // ABS64
        258 => Absolute { size: 4 },                         // ABS32
        259 => Absolute { size: 2 },                         // ABS16
        260 => Relative { size: 8, via: Via::Direct },       // PREL64
        261 => Relative { size: 4, via: Via::Direct },       // PREL32
        262 => Relative { size: 2, via: Via::Direct },       // PREL16
        314 => Relative { size: 4, via: Via::Plt },          // PLT32
        315 => Relative { size: 4, via: Via::Got },          // GOTPCREL32
        263..=272 => Absolute { size: 4 },                   // MOVW_UABS_*, MOVW_SABS_*
        277 | 278 | 284..=286 | 299 => Absolute { size: 4 }, // ADD_ABS_LO12_NC, LDST*_ABS_LO12_NC
        // LD_PREL_LO19, ADR_PREL_LO21, ADR_PREL_PG_HI21, _NC; TSTBR14, CONDBR19; MOVW_PREL_*
        273..=276 | 279 | 280 | 287..=293 => Relative { size: 4, via: Via::Direct },
        282 | 283 => Relative { size: 4, via: Via::Plt }, // JUMP26, CALL26
        309 | 311 => Relative { size: 4, via: Via::Got }, // GOT_LD_PREL19, ADR_GOT_PAGE
        300..=306 | 308 | 310 | 312 | 313 => Other { size: 4 }, // MOVW_GOTOFF_*, GOTREL32, offsets in pages of the GOT
        307 => Other { size: 8 },                               // GOTREL64
        // Distances to GOT entries that hold the thread-local symbol: TLSGD, TLSLD, TLSIE and TLSDESC.
        512 | 513 | 517 | 518 | 522 | 541 | 543 | 560..=562 => Relative { size: 4, via: Via::Got },
        // TLSDESC_LDR, _ADD and _CALL mark instructions.
        567..=569 => Other { size: 0 },
        512..=566 | 570..=573 => Other { size: 4 },
        REACH_LOST..=u32::MAX => Absolute { size: 4 },
        _ => Unknown,
    }
}

/// Which bits of the field are filled. All instructions are little-endian, in big-endian files too.
pub(super) fn relocated_bits(r_type: u32) -> u64 {
    match r_type {
        // MOV[NZ] by the sign of the value.
        270..=272
        | 287
        | 289
        | 291
        | 300
        | 302
        | 304
        | 515
        | 520
        | 523
        | 524
        | 526
        | 539
        | 544
        | 545
        | 547
        | 565 => IMM16 | MOVN,
        263..=269
        | 288
        | 290
        | 292
        | 293
        | 301
        | 303
        | 305
        | 306
        | 516
        | 521
        | 525
        | 527
        | 540
        | 546
        | 548
        | 566 => IMM16,
        274..=276 | 311 | 512 | 513 | 517 | 518 | 541 | 561 | 562 => IMM21,
        277
        | 278
        | 284..=286
        | 299
        | 310
        | 312
        | 313
        | 514
        | 519
        | 528..=538
        | 542
        | 549..=559
        | 563
        | 564
        | 570..=573 => IMM12,
        273 | 280 | 309 | 522 | 543 | 560 => IMM19,
        279 => IMM14,
        282 | 283 => IMM26,
        REACH_LOST.. => {
            REACHES.iter().find(|(known, _)| *known == r_type).map_or(0, |(_, field)| field.bits.into())
        }
        _ => u64::MAX,
    }
}

/// The relocation type that fills a field of data so.
pub(super) fn relocation_type(kind: RelocKind) -> Option<u32> {
    use RelocKind::{Absolute, Relative};
    Some(match kind {
        Absolute { size: 8 } => 257,
        Absolute { size: 4 } => 258,
        Absolute { size: 2 } => 259,
        Relative { size: 8, via: Via::Direct } => 260,
        Relative { size: 4, via: Via::Direct } => 261,
        Relative { size: 2, via: Via::Direct } => 262,
        Relative { size: 4, via: Via::Plt } => 283,
        Relative { size: 4, via: Via::Got } => 311,
        _ => return None,
    })
}

/// What the dynamic linker writes (5.7.14).
pub(super) fn dynamic(r_type: u32) -> DynamicKind {
    match r_type {
        // ABS64, GLOB_DAT, JUMP_SLOT, RELATIVE
        257 | 1025 | 1026 | 1027 => DynamicKind::Address,
        1024 => DynamicKind::Copy,
        1028 => DynamicKind::ThreadModule,
        // TLS_DTPREL64, TLS_TPREL64; TLSDESC tells offset and module.
        1029..=1031 => DynamicKind::ThreadOffset,
        1032 => DynamicKind::Resolver,
        _ => DynamicKind::Unknown,
    }
}
