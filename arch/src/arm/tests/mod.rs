//! Truths from the GNU assembler and from the manuals.

use super::Arm;
use crate::code::Via;
use crate::{Arch, Code, Insn, InsnKind, Mode, ModeChange, Origin, RelocKind, Site};

mod decoding;
mod properties;

const A32: &[ModeChange] = &[ModeChange { offset: 0, mode: Mode::Code }];
const T32: &[ModeChange] = &[ModeChange { offset: 0, mode: Mode::Thumb }];

/// A word as the assembler prints it: T32 has the first halfword in front.
fn bytes_of(mode: &[ModeChange], word: u32) -> Vec<u8> {
    if mode == A32 {
        return word.to_le_bytes().to_vec();
    }
    match word >> 16 {
        0 => (word as u16).to_le_bytes().to_vec(),
        first => [(first as u16).to_le_bytes(), (word as u16).to_le_bytes()].concat(),
    }
}

fn decode_at(bytes: &[u8], address: u64, sites: &[Site], modes: &[ModeChange]) -> Vec<Insn> {
    let mut out = Vec::new();
    Arm.decode(&Code { bytes, address, sites, modes }, &mut out);
    out
}

fn one(modes: &[ModeChange], word: u32, address: u64) -> Insn {
    let insns = decode_at(&bytes_of(modes, word), address, &[], modes);
    assert_eq!(insns.len(), 1, "{word:08x}");
    insns[0]
}

#[test]
fn relocations_have_the_sizes_and_fields_of_the_abi() {
    let relative = |via| RelocKind::Relative { size: 4, via };
    let all = [
        // Type, kind, field, bytes of a field, its addend, origin.
        (2, RelocKind::Absolute { size: 4 }, u32::MAX, [0xfc, 0xff, 0xff, 0xff], None, Origin::Field),
        (28, relative(Via::Plt), 0x00ff_ffff, [0xfe, 0xff, 0xff, 0xeb], Some(-8), Origin::Ahead(8)),
        (29, relative(Via::Plt), 0x00ff_ffff, [0x01, 0, 0, 0xea], Some(4), Origin::Ahead(8)),
        // blx with H
        (28, relative(Via::Plt), 0x00ff_ffff, [0x01, 0, 0, 0xfb], Some(6), Origin::Ahead(8)),
        (10, relative(Via::Plt), 0x2fff_07ff, [0xff, 0xf7, 0xfe, 0xff], Some(-4), Origin::Ahead(4)),
        (30, relative(Via::Plt), 0x2fff_07ff, [0xff, 0xf7, 0xfe, 0xbf], Some(-4), Origin::Ahead(4)),
        (51, relative(Via::Plt), 0x2fff_043f, [0x3f, 0xf4, 0xfe, 0xaf], Some(-4), Origin::Ahead(4)),
        // movw r0, #0xfffc: the addend has a sign.
        (43, RelocKind::Absolute { size: 4 }, 0x000f_0fff, [0xfc, 0x0f, 0x0f, 0xe3], Some(-4), Origin::Field),
        (
            44,
            RelocKind::Absolute { size: 4 },
            0x000f_0fff,
            [0x34, 0x02, 0x41, 0xe3],
            Some(0x1234),
            Origin::Field,
        ),
        (47, RelocKind::Absolute { size: 4 }, 0x70ff_040f, [0x4f, 0xf6, 0xfc, 0x70], Some(-4), Origin::Field),
        (45, relative(Via::Direct), 0x000f_0fff, [0x08, 0, 0, 0xe3], Some(8), Origin::Reader),
        (42, relative(Via::Direct), 0x7fff_ffff, [0xff, 0xff, 0xff, 0x7f], Some(-1), Origin::Field),
        (42, relative(Via::Direct), 0x7fff_ffff, [0x08, 0, 0, 0x80], Some(8), Origin::Field),
        (96, relative(Via::Got), u32::MAX, [0; 4], None, Origin::Reader),
        (108, RelocKind::Other { size: 4 }, u32::MAX, [0; 4], None, Origin::Field),
        (40, RelocKind::Other { size: 0 }, u32::MAX, [0; 4], None, Origin::Field),
        (0, RelocKind::Other { size: 0 }, u32::MAX, [0; 4], None, Origin::Field),
        (250, RelocKind::Unknown, u32::MAX, [0; 4], None, Origin::Field),
    ];
    for (r_type, kind, bits, field, addend, origin) in all {
        assert_eq!(Arm.relocation(r_type), kind, "{r_type}");
        assert_eq!(Arm.relocated_bits(r_type) as u32, bits, "{r_type}");
        assert_eq!(Arm.addend_in_field(r_type, &field), addend, "{r_type}");
        assert_eq!(Arm.origin(r_type), origin, "{r_type}");
    }
    for (r_type, half, addend) in [(102, 0xe7feu16, -4), (103, 0xd0fe, -4), (52, 0xb108, 2), (11, 0x48ff, -4)]
    {
        assert_eq!(Arm.addend_in_field(r_type, &half.to_le_bytes()), Some(addend), "{r_type}");
    }
    for r_type in [2, 3, 5, 8, 28, 96, 108] {
        assert_eq!(Arm.relocation_type(Arm.relocation(r_type)), Some(r_type));
    }
}

#[test]
fn padding_is_zeros_and_instructions_that_do_nothing() {
    let padding: &[&[u8]] = &[
        &[],
        &[0, 0, 0],
        &[0, 0xf0, 0x20, 0xe3, 0, 0, 0xa0, 0xe1],
        &[0, 0xbf, 0xc0, 0x46],
        &[0xaf, 0xf3, 0, 0x80, 0, 0xbf],
        &[0, 0, 0xbf],
        &[0, 0, 0, 0, 0xf0, 0x20, 0xe3],
    ];
    for bytes in padding {
        assert!(Arm.is_padding(bytes), "{bytes:02x?}");
    }
    // mov r0, r1; a T32 nop that is cut; yield; half of nop.w
    let others: &[&[u8]] =
        &[&[1, 0, 0xa0, 0xe1], &[0, 0xbf, 0xaf], &[0x10, 0xbf], &[0xaf, 0xf3], &[0xaf, 0xf3, 1, 0x80], &[1]];
    for bytes in others {
        assert!(!Arm.is_padding(bytes), "{bytes:02x?}");
    }
}

#[test]
fn kinds_of_nothing_are_told() {
    assert_eq!(one(A32, 0xe320f000, 0).kind, InsnKind::Nop);
    // yield, and a conditional nop.
    assert_eq!(one(A32, 0xe320f001, 0).kind, InsnKind::Plain);
    assert_eq!(one(A32, 0x0320f000, 0).kind, InsnKind::Plain);
}
