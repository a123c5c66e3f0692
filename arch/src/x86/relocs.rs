//! Relocation types of the System V ABI, AMD64 supplement, table 4.9 (sizes and calculations).

use crate::code::Via;
use crate::{DynamicKind, RelocKind};

/// What a relocation of this type puts where.
pub(super) fn relocation(r_type: u32) -> RelocKind {
    use RelocKind::{Absolute, Other, Relative, Unknown};
    match r_type {
        0 => Other { size: 0 },                                  // R_X86_64_NONE
        1 => Absolute { size: 8 },                               // R_X86_64_64
        2 => Relative { size: 4, via: Via::Direct },             // R_X86_64_PC32
        4 => Relative { size: 4, via: Via::Plt },                // R_X86_64_PLT32
        9 | 41 | 42 | 43 => Relative { size: 4, via: Via::Got }, // GOTPCREL, GOTPCRELX, REX_GOTPCRELX, CODE_4
        10 | 11 => Absolute { size: 4 },                         // R_X86_64_32, R_X86_64_32S
        12 => Absolute { size: 2 },                              // R_X86_64_16
        13 => Relative { size: 2, via: Via::Direct },            // R_X86_64_PC16
        14 => Absolute { size: 1 },                              // R_X86_64_8
        15 => Relative { size: 1, via: Via::Direct },            // R_X86_64_PC8
        24 => Relative { size: 8, via: Via::Direct },            // R_X86_64_PC64
        28 | 29 => Relative { size: 8, via: Via::Got },          // GOTPCREL64, GOTPC64
        26 => Relative { size: 4, via: Via::Got },               // R_X86_64_GOTPC32
        // TLSGD, TLSLD, GOTTPOFF, GOTPC32_TLSDESC: distances to a GOT entry that hold the thread-local symbol.
        19 | 20 | 22 | 34 => Relative { size: 4, via: Via::Got },
        3 | 21 | 23 | 32 => Other { size: 4 }, // GOT32, DTPOFF32, TPOFF32, SIZE32
        16 | 17 | 18 | 25 | 27 | 30 | 31 | 33 | 36 | 37 => Other { size: 8 }, // 64-bit TLS, GOT and SIZE forms
        35 => Other { size: 0 }, // R_X86_64_TLSDESC_CALL marks an instruction
        _ => Unknown,
    }
}

/// The relocation type that fills a field so.
pub(super) fn relocation_type(kind: RelocKind) -> Option<u32> {
    use RelocKind::{Absolute, Other, Relative};
    Some(match kind {
        Absolute { size: 8 } => 1,
        Absolute { size: 4 } => 11, // the sign is extended, as in most instructions
        Relative { size: 4, via: Via::Direct } => 2,
        Relative { size: 4, via: Via::Plt } => 4,
        Relative { size: 4, via: Via::Got } => 9,
        Relative { size: 2, via: Via::Direct } => 13,
        Relative { size: 1, via: Via::Direct } => 15,
        Other { size: 4 } => 23, // the offset from the thread pointer
        _ => return None,
    })
}

/// What the dynamic linker writes (AMD64 supplement, table 4.9 and 5.2).
pub(super) fn dynamic(r_type: u32) -> DynamicKind {
    match r_type {
        // R_X86_64_64, GLOB_DAT, JUMP_SLOT, RELATIVE, RELATIVE64
        1 | 6 | 7 | 8 | 38 => DynamicKind::Address,
        5 => DynamicKind::Copy,
        16 => DynamicKind::ThreadModule,
        // DTPOFF64, TPOFF64; TLSDESC tells offset and module.
        17 | 18 | 36 => DynamicKind::ThreadOffset,
        37 => DynamicKind::Resolver,
        _ => DynamicKind::Unknown,
    }
}
