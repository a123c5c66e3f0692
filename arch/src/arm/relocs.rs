//! Relocation types of ELF for the Arm Architecture, 5.6 (2023Q3): sizes, fields, addends and calculations.

use super::anchors::FIELDS;
use super::bits::{self, t32};
use crate::code::Via;
use crate::{DynamicKind, Field, Origin, REACH_LOST, REACH_MADE, RelocKind};

/// What a relocation of this type puts where.
pub(super) fn relocation(r_type: u32) -> RelocKind {
    use RelocKind::{Absolute, Other, Relative, Unknown};
    match r_type {
        // NONE, V4BX (marks a `bx` that old processors do not have), GNU_VTENTRY, GNU_VTINHERIT, TLS_DESCSEQ and its T32
        // forms: marks that fill nothing.
        0 | 40 | 92 | 100 | 101 | 129 | 130 => Other { size: 0 },
        // ABS32, TARGET1 (which Linux takes for ABS32), MOVW_ABS_NC, MOVT_ABS and their T32 forms, ABS32_NOI
        2 | 38 | 43 | 44 | 47 | 48 | 55 => Absolute { size: 4 },
        5 => Absolute { size: 2 }, // ABS16
        6 => Absolute { size: 4 }, // ABS12, in an instruction
        7 => Absolute { size: 2 }, // THM_ABS5, in an instruction
        8 => Absolute { size: 1 }, // ABS8
        // REL32, PREL31, MOVW_PREL_NC, MOVT_PREL and their T32 forms, REL32_NOI
        3 | 42 | 45 | 46 | 49 | 50 | 56 => Relative { size: 4, via: Via::Direct },
        // LDR_PC_G0, THM_ALU_PREL_11_0, THM_PC12, and the groups ALU_PC, LDR_PC, LDRS_PC and LDC_PC
        4 | 53 | 54 | 57..=69 => Relative { size: 4, via: Via::Direct },
        // PC24, THM_CALL, PLT32, CALL, JUMP24, THM_JUMP24, THM_JUMP19
        1 | 10 | 27 | 28 | 29 | 30 | 51 => Relative { size: 4, via: Via::Plt },
        // THM_PC8, THM_JUMP6, THM_JUMP11, THM_JUMP8
        11 | 52 | 102 | 103 => Relative { size: 2, via: Via::Direct },
        // BASE_PREL, TARGET2 (which Linux takes for GOT_PREL), TLS_GOTDESC, GOT_PREL, TLS_GD32, TLS_LDM32, TLS_IE32
        25 | 41 | 90 | 96 | 104 | 105 | 107 => Relative { size: 4, via: Via::Got },
        // SBREL32, the dynamic and static offsets of thread-local variables, GOTOFF32, GOT_BREL, BASE_ABS, the groups
        // relative to the static base, MOVW_BREL and its like, TLS_CALL, PLT32_ABS, GOT_ABS, offsets of 12 bits
        9
        | 13
        | 17..=19
        | 24
        | 26
        | 31
        | 35..=37
        | 39
        | 70..=89
        | 91
        | 93..=95
        | 97
        | 98
        | 106
        | 108..=111
        | 131 => Other { size: 4 },
        REACH_LOST..=u32::MAX => Absolute { size: reach_field(r_type).map_or(4, |f| f.size) },
        132..=135 => Other { size: 2 }, // THM_ALU_ABS_G0_NC to G3, in an instruction
        _ => Unknown,
    }
}

/// The type of a relocation that fills this field with a number that leads on from an address: one of our own.
pub(super) fn reach_type(field: Field) -> Option<u32> {
    let place = FIELDS.iter().position(|known| *known == field)?;
    Some(REACH_MADE + 1 + place as u32)
}

fn reach_field(r_type: u32) -> Option<Field> {
    FIELDS.get(r_type.checked_sub(REACH_MADE + 1)? as usize).copied()
}

/// Which bits of its field a relocation of this type fills, in the order of the file. Where it is not known better they
/// are all that the linker may write.
pub(super) fn relocated_bits(r_type: u32) -> u64 {
    u64::from(match r_type {
        1 | 27 | 28 | 29 | 91 => bits::A32_BRANCH,
        10 | 30 | 93 => bits::T32_BRANCH,
        51 => bits::T32_CONDITIONAL,
        102 => 0x07ff,
        103 | 11 => 0x00ff,
        52 => bits::T32_COMPARE,
        // MOVW_ABS_NC, MOVT_ABS, MOVW_PREL_NC, MOVT_PREL, MOVW_BREL_NC, MOVT_BREL, MOVW_BREL
        43..=46 | 84..=86 => bits::A32_MOVE,
        47..=50 | 87..=89 => bits::T32_MOVE,
        42 => 0x7fff_ffff, // PREL31: the highest bit is not the linker's
        4 | 62 | 63 | 73..=75 => bits::A32_OFFSET12,
        64..=66 | 76..=78 => bits::A32_OFFSET8,
        67..=69 | 79 | 81..=83 => bits::A32_COPROCESSOR,
        // The linker chooses between `add` and `sub`.
        57..=61 | 70..=72 => 0x00c0_0fff,
        // ABS12, and offsets of 12 bits that are never negative
        6 | 35 | 97 | 98 | 109..=111 => 0x0fff,
        54 => bits::T32_OFFSET12,
        53 => bits::T32_ADDRESS | t32(0x00a0_0000),
        131 => t32(0x0fff),
        7 => 0x07c0,
        132..=135 => 0x00ff,
        REACH_LOST.. => reach_field(r_type).map_or(0, |f| f.bits),
        _ => u32::MAX,
    })
}

/// The addend that the field holds when the relocation has none; `None` where that is the field itself.
pub(super) fn addend_in_field(r_type: u32, field: &[u8]) -> Option<i64> {
    let half = || Some(u32::from(u16::from_le_bytes(field.get(..2)?.try_into().ok()?)));
    let word = || Some(u32::from_le_bytes(field.get(..4)?.try_into().ok()?));
    Some(match r_type {
        // `blx` reaches halfwords; its condition is the one that no other branch has.
        1 | 27 | 28 | 29 | 91 => match word()? {
            word if word >> 28 == 0xf => bits::a32_blx(word),
            word => bits::a32_branch(word),
        },
        10 | 30 | 93 => bits::t32_branch(t32(word()?)),
        51 => bits::t32_conditional(t32(word()?)),
        102 => bits::signed(half()? << 1, 12),
        103 => bits::signed(half()? << 1, 9),
        52 => bits::t32_compare(half()?),
        // What the processor counts in is taken out of the eight bits, as nothing below 0 fits.
        11 => i64::from(((half()? & 0xff) * 4 + 4) & 0x3ff) - 4,
        43..=46 | 84..=86 => bits::signed(bits::a32_move(word()?), 16),
        47..=50 | 87..=89 => bits::signed(bits::t32_move(t32(word()?)), 16),
        42 => bits::signed(word()?, 31),
        4 | 62 | 63 | 73..=75 => bits::up_or_down(word()?, word()? & 0xfff),
        64..=66 | 76..=78 => bits::a32_offset8(word()?),
        67..=69 | 79 | 81..=83 => bits::up_or_down(word()?, (word()? & 0xff) << 2),
        57..=61 | 70..=72 => match (word()?, i64::from(bits::a32_immediate(word()?))) {
            (word, number) if word & 0x01e0_0000 == 0x0040_0000 => -number,
            (_, number) => number,
        },
        6 | 35 | 97 | 98 | 109..=111 => i64::from(word()? & 0xfff),
        54 => bits::up_or_down(t32(word()?), t32(word()?) & 0xfff),
        53 => match (t32(word()?), i64::from(bits::t32_plain(t32(word()?)))) {
            (word, number) if word & 0x00a0_0000 == 0x00a0_0000 => -number,
            (_, number) => number,
        },
        131 => i64::from(t32(word()?) & 0xfff),
        7 => i64::from(half()? >> 4 & 0x7c),
        132..=135 => i64::from(half()? & 0xff),
        _ => return None,
    })
}

/// Where the distance counts from that a relocation of this type makes.
pub(super) fn origin(r_type: u32) -> Origin {
    match r_type {
        // What the processor adds when it executes A32 and T32 branches and loads.
        1 | 27 | 28 | 29 | 91 | 4 | 57..=69 => Origin::Ahead(8),
        10 | 11 | 30 | 51..=54 | 93 | 102 | 103 => Origin::Ahead(4),
        // REL32, BASE_PREL, TARGET2, MOVW_PREL_NC, MOVT_PREL and their T32 forms, REL32_NOI, GOT_PREL, and the distances
        // to entries for thread-local variables
        3 | 25 | 41 | 45 | 46 | 49 | 50 | 56 | 90 | 96 | 104 | 105 | 107 => Origin::Reader,
        _ => Origin::Field,
    }
}

/// The relocation type that fills a field so.
pub(super) fn relocation_type(kind: RelocKind) -> Option<u32> {
    use RelocKind::{Absolute, Other, Relative};
    Some(match kind {
        Absolute { size: 4 } => 2,
        Absolute { size: 2 } => 5,
        Absolute { size: 1 } => 8,
        Relative { size: 4, via: Via::Direct } => 3,
        Relative { size: 4, via: Via::Plt } => 28,
        Relative { size: 4, via: Via::Got } => 96,
        Other { size: 4 } => 108, // the offset from the thread pointer
        _ => return None,
    })
}

/// What the dynamic linker writes (5.6.1.9 and following).
pub(super) fn dynamic(r_type: u32) -> DynamicKind {
    match r_type {
        // ABS32, GLOB_DAT, JUMP_SLOT, RELATIVE
        2 | 21 | 22 | 23 => DynamicKind::Address,
        20 => DynamicKind::Copy,
        17 => DynamicKind::ThreadModule,
        // TLS_DTPOFF32, TLS_TPOFF32; TLS_DESC tells offset and module.
        13 | 18 | 19 => DynamicKind::ThreadOffset,
        160 => DynamicKind::Resolver,
        _ => DynamicKind::Unknown,
    }
}
