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
        &[0, 0, 0xa0, 0xe1, 0, 0, 0, 0],
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

/// The numbers of one instruction and its shape.
fn taken_apart(modes: &[ModeChange], word: u32) -> (crate::Shape, Vec<(i64, crate::NumberRole)>, bool) {
    let bytes = bytes_of(modes, word);
    let code = Code { bytes: &bytes, address: 0, sites: &[], modes };
    let numbers = Arm.numbers(&code, &one(modes, word, 0)).expect("it has a shape");
    let values = numbers.values.iter().flatten().map(|n| (n.value, n.role)).collect();
    (numbers.shape, values, numbers.loads_immediate)
}

#[test]
fn numbers_are_told_apart_from_what_is_done_with_them() {
    use crate::NumberRole::{Displacement, Frame, Immediate};
    let truths: &[(&[ModeChange], u32, &[_], bool)] = &[
        (A32, 0xe5931070, &[(0x70, Displacement)], false), // ldr r1, [r3, #0x70]
        (A32, 0xe5131004, &[(-4, Displacement)], false),   // ldr r1, [r3, #-4]
        (A32, 0xe1d310b6, &[(6, Displacement)], false),    // ldrh r1, [r3, #6]
        (A32, 0xe1c420d8, &[(8, Displacement)], false),    // ldrd r2, [r4, #8]
        (A32, 0xe58d1004, &[(4, Frame)], false),           // str r1, [sp, #4]
        (A32, 0xe24dd008, &[(-8, Frame)], false),          // sub sp, sp, #8
        (A32, 0xe2830f42, &[(0x108, Displacement)], false), // add r0, r3, #0x108
        (A32, 0xe3a00f4b, &[(300, Immediate)], true),      // mov r0, #300
        (A32, 0xe301e234, &[(0x1234, Immediate)], true),   // movw lr, #0x1234
        (A32, 0xe3e00000, &[(-1, Immediate)], true),       // mvn r0, #0
        (A32, 0xe35000ff, &[(255, Immediate)], false),     // cmp r0, #255
        (A32, 0xe7e40150, &[(2, Immediate), (4, Immediate)], false), // ubfx r0, r0, #2, #5
        (A32, 0xe1a00181, &[(3, Immediate)], false),       // lsl r0, r1, #3
        (A32, 0xe0810002, &[], false),                     // add r0, r1, r2
        (A32, 0xed930b02, &[(8, Displacement)], false),    // vldr d0, [r3, #8]
        (T32, 0x6f19, &[(0x70, Displacement)], false),     // ldr r1, [r3, #0x70]
        (T32, 0xf8d31080, &[(0x80, Displacement)], false), // ldr.w r1, [r3, #0x80]
        (T32, 0xf8531c04, &[(-4, Displacement)], false),   // ldr.w r1, [r3, #-4]
        (T32, 0x88d9, &[(6, Displacement)], false),        // ldrh r1, [r3, #6]
        (T32, 0x9101, &[(4, Frame)], false),               // str r1, [sp, #4]
        (T32, 0xb082, &[(-8, Frame)], false),              // sub sp, #8
        (T32, 0x1d18, &[(4, Displacement)], false),        // adds r0, r3, #4
        (T32, 0xf5037084, &[(0x108, Displacement)], false), // add.w r0, r3, #0x108
        (T32, 0x200c, &[(12, Immediate)], true),           // movs r0, #12
        (T32, 0xf44f7096, &[(300, Immediate)], true),      // mov.w r0, #300
        (T32, 0xf240104d, &[(333, Immediate)], true),      // movw r0, #333
        (T32, 0x28ff, &[(255, Immediate)], false),         // cmp r0, #255
        (T32, 0xf5b07f96, &[(300, Immediate)], false),     // cmp.w r0, #300
        (T32, 0xf3c00084, &[(2, Immediate), (4, Immediate)], false), // ubfx r0, r0, #2, #5
        (T32, 0x00c8, &[(3, Immediate)], false),           // lsls r0, r1, #3
        (T32, 0xe9d42302, &[(8, Displacement)], false),    // ldrd r2, r3, [r4, #8]
        (T32, 0xed930b02, &[(8, Displacement)], false),    // vldr d0, [r3, #8]
    ];
    for (modes, word, values, loads) in truths {
        let found = taken_apart(modes, *word);
        assert_eq!((&found.1[..], found.2), (*values, *loads), "{word:08x}");
    }
    let alike: &[(&[ModeChange], u32, u32)] = &[
        (T32, 0x6f19, 0xf8d31080), // both lengths of ldr
        (T32, 0x200c, 0xf44f7096),
        (T32, 0x200c, 0xf240104d),
        (T32, 0x1d18, 0xf5037084),
        (T32, 0x4618, 0x1d18), // mov r0, r3 adds 0
        (T32, 0x28ff, 0xf5b07f96),
        (A32, 0xe3a00f4b, 0xe301012c),
        (A32, 0xe5931070, 0xe5131004),
        (A32, 0xe1a00003, 0xe2830f42),
    ];
    for (modes, first, second) in alike {
        assert_eq!(taken_apart(modes, *first).0, taken_apart(modes, *second).0, "{first:08x} {second:08x}");
    }
    let unlike: &[(&[ModeChange], u32, u32)] = &[
        (A32, 0xe5931070, 0xe5941070), // another base
        (A32, 0xe5931070, 0xe5932070), // another register
        (A32, 0xe5931070, 0xe5831070), // a store
        (A32, 0xe5931070, 0xe5d31070), // a byte
        (A32, 0xe5931070, 0x05931070), // a condition
        (A32, 0xe5931070, 0xe5b31070), // written back
        (A32, 0xe3a00001, 0x03a00001),
        (T32, 0x6f19, 0x6719),
        (T32, 0x200c, 0x210c),
        (T32, 0x88d9, 0x68d9),
        (T32, 0xe9d42302, 0xe9d42402),
    ];
    for (modes, first, second) in unlike {
        assert_ne!(taken_apart(modes, *first).0, taken_apart(modes, *second).0, "{first:08x} {second:08x}");
    }
}
