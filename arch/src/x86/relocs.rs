//! Relocation types of the System V ABI, AMD64 supplement, table 4.9 (sizes and calculations).

use crate::RelocKind;
use crate::code::Via;

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
