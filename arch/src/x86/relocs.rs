//! Relocation types: System V ABI, AMD64 supplement, table 4.9, and Intel386 supplement, table 4.4 (sizes and
//! calculations).

use super::Width;
use crate::code::Via;
use crate::{DynamicKind, Origin, RelocKind};

use RelocKind::{Absolute, FromTable, Other, Relative, Unknown};

/// What a relocation of this type puts where.
pub(super) fn relocation(width: Width, r_type: u32) -> RelocKind {
    match width {
        Width::Bits32 => relocation_32(r_type),
        Width::Bits64 => relocation_64(r_type),
    }
}

fn relocation_64(r_type: u32) -> RelocKind {
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
        3 => FromTable { size: 4, via: Via::Got }, // R_X86_64_GOT32
        25 => FromTable { size: 8, via: Via::Direct }, // R_X86_64_GOTOFF64
        27 | 30 => FromTable { size: 8, via: Via::Got }, // GOT64, GOTPLT64
        31 => FromTable { size: 8, via: Via::Plt }, // R_X86_64_PLTOFF64
        21 | 23 | 32 => Other { size: 4 },         // DTPOFF32, TPOFF32, SIZE32
        16 | 17 | 18 | 33 | 36 | 37 => Other { size: 8 }, // 64-bit TLS and SIZE forms
        35 => Other { size: 0 },                   // R_X86_64_TLSDESC_CALL marks an instruction
        _ => Unknown,
    }
}

fn relocation_32(r_type: u32) -> RelocKind {
    match r_type {
        0 => Other { size: 0 },                         // R_386_NONE
        1 => Absolute { size: 4 },                      // R_386_32
        2 => Relative { size: 4, via: Via::Direct },    // R_386_PC32
        4 => Relative { size: 4, via: Via::Plt },       // R_386_PLT32
        3 | 43 => FromTable { size: 4, via: Via::Got }, // GOT32, GOT32X
        9 => FromTable { size: 4, via: Via::Direct },   // R_386_GOTOFF
        10 => Relative { size: 4, via: Via::Got },      // R_386_GOTPC
        // TLS_GOTIE, TLS_GD, TLS_LDM, TLS_GOTDESC: offsets of a GOT entry that tells the thread-local symbol.
        16 | 18 | 19 | 39 => FromTable { size: 4, via: Via::Got },
        20 => Absolute { size: 2 },                   // R_386_16
        21 => Relative { size: 2, via: Via::Direct }, // R_386_PC16
        22 => Absolute { size: 1 },                   // R_386_8
        23 => Relative { size: 1, via: Via::Direct }, // R_386_PC8
        // TLS_TPOFF, TLS_IE (the address of a GOT entry), TLS_LE, TLS_LDO_32, TLS_IE_32, TLS_LE_32, TLS_DTPMOD32,
        // TLS_DTPOFF32, TLS_TPOFF32, SIZE32.
        14 | 15 | 17 | 32..=38 => Other { size: 4 },
        40 => Other { size: 0 }, // R_386_TLS_DESC_CALL marks an instruction
        41 => Other { size: 8 }, // R_386_TLS_DESC
        _ => Unknown,
    }
}

/// Where the distance counts from that a relocation of this type makes.
pub(super) fn origin(width: Width, r_type: u32) -> Origin {
    match (width, r_type) {
        // R_386_GOTPC and R_X86_64_GOTPC64 fill immediates, which the processor adds to an address that code took
        // of itself before.
        (Width::Bits32, 10) | (Width::Bits64, 29) => Origin::Label,
        _ if relocation(width, r_type).is_relative() => Origin::InstructionEnd,
        _ => Origin::Field,
    }
}

/// The relocation type that fills a field so.
pub(super) fn relocation_type(width: Width, kind: RelocKind) -> Option<u32> {
    Some(match (width, kind) {
        (Width::Bits64, Absolute { size: 8 }) => 1,
        (Width::Bits64, Absolute { size: 4 }) => 11, // the sign is extended, as in most instructions
        (_, Relative { size: 4, via: Via::Direct }) => 2,
        (_, Relative { size: 4, via: Via::Plt }) => 4,
        (Width::Bits64, Relative { size: 4, via: Via::Got }) => 9,
        (Width::Bits64, Relative { size: 2, via: Via::Direct }) => 13,
        (Width::Bits64, Relative { size: 1, via: Via::Direct }) => 15,
        (Width::Bits64, Other { size: 4 }) => 23, // the offset from the thread pointer
        (Width::Bits32, Absolute { size: 4 }) => 1,
        (Width::Bits32, FromTable { size: 4, via: Via::Got }) => 3,
        (Width::Bits32, FromTable { size: 4, via: Via::Direct }) => 9,
        (Width::Bits32, Relative { size: 2, via: Via::Direct }) => 21,
        (Width::Bits32, Relative { size: 1, via: Via::Direct }) => 23,
        (Width::Bits32, Other { size: 4 }) => 17, // the offset from the thread pointer
        _ => return None,
    })
}

/// What the dynamic linker writes (AMD64 supplement, table 4.9 and 5.2; Intel386 supplement, table 4.4).
pub(super) fn dynamic(width: Width, r_type: u32) -> DynamicKind {
    match (width, r_type) {
        // R_X86_64_64, GLOB_DAT, JUMP_SLOT, RELATIVE, RELATIVE64
        (Width::Bits64, 1 | 6 | 7 | 8 | 38) => DynamicKind::Address,
        // R_386_32, GLOB_DAT, JMP_SLOT, RELATIVE
        (Width::Bits32, 1 | 6 | 7 | 8) => DynamicKind::Address,
        (_, 5) => DynamicKind::Copy,
        (Width::Bits64, 16) | (Width::Bits32, 35) => DynamicKind::ThreadModule,
        // DTPOFF64, TPOFF64; TLSDESC tells offset and module.
        (Width::Bits64, 17 | 18 | 36) => DynamicKind::ThreadOffset,
        // TLS_TPOFF, TLS_DTPOFF32, TLS_TPOFF32, TLS_DESC
        (Width::Bits32, 14 | 36 | 37 | 41) => DynamicKind::ThreadOffset,
        (Width::Bits64, 37) | (Width::Bits32, 42) => DynamicKind::Resolver,
        _ => DynamicKind::Unknown,
    }
}
