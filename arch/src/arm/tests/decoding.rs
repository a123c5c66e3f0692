//! Kinds, fields and targets.

use super::*;
use InsnKind::{Call, ConditionalJump, IndirectCall, IndirectJump, Jump, Nop, Plain, Return, Trap};

#[test]
fn a32_instructions_are_what_the_assembler_says() {
    let truths = [
        (0x00, 0xea00001a, Jump, Some(0x70)),
        (0x04, 0x0a000019, ConditionalJump, Some(0x70)),
        (0x08, 0xeb000018, Call, Some(0x70)),
        (0x0c, 0x1b000017, Call, Some(0x70)),
        (0x10, 0xfa000002, Call, Some(0x20)),
        (0x10, 0xfb000002, Call, Some(0x22)),
        (0x14, 0xe12fff1e, Return, None),
        (0x18, 0x012fff1e, Plain, None), // bxeq lr
        (0x1c, 0xe12fff13, IndirectJump, None),
        (0x20, 0xe12fff33, IndirectCall, None),
        (0x24, 0xe8bd8010, Return, None),
        (0x28, 0xe91ba810, Return, None),
        (0x2c, 0xe8938010, IndirectJump, None),
        (0x30, 0xe1a0f00e, Return, None),
        (0x34, 0xe1a0f003, IndirectJump, None),
        (0x38, 0xe49df004, Return, None),
        (0x3c, 0xe79ff100, IndirectJump, None),
        (0x40, 0xe320f000, Nop, None),
        (0x44, 0xe1a00000, Nop, None),
        (0x48, 0xe7f000f0, Trap, None),
        (0x4c, 0xe1200070, Trap, None),
        (0x50, 0xef000000, Plain, None),
        (0x54, 0xe28f0014, Plain, Some(0x70)),
        (0x58, 0xe59f0010, Plain, Some(0x70)),
        (0x5c, 0xe1df00bc, Plain, Some(0x70)),
        (0x60, 0xe1cf00d8, Plain, Some(0x70)),
        (0x64, 0xed9f0b01, Plain, Some(0x70)),
        (0x68, 0xf55ff008, Plain, Some(0x68)),
        (0x6c, 0xe0810002, Plain, None),
        (0x40, 0xe08ff101, IndirectJump, None), // add pc, pc, r1, lsl #2
        (0x40, 0xe24f0008, Plain, Some(0x40)),  // sub r0, pc, #8
        (0x40, 0xe59ff004, IndirectJump, Some(0x4c)), // ldr pc, [pc, #4]
        (0x40, 0xe59f1000, Plain, Some(0x48)),
        (0x40, 0xe5bf1000, Plain, None), // writes back, and so is no literal
        (0x40, 0xe08f0001, Plain, None), // add r0, pc, r1
        (0x40, 0xe35f0001, Plain, None), // cmp pc, #1
    ];
    for (address, word, kind, target) in truths {
        let insn = one(A32, word, address);
        assert_eq!((insn.kind, insn.target), (kind, target), "{word:08x}");
        assert_eq!(insn.field.is_some(), target.is_some());
    }
}

#[test]
fn t32_instructions_are_what_the_assembler_says() {
    let truths = [
        (0x00, 0xe030, Jump, Some(0x64)),
        (0x02, 0xd02f, ConditionalJump, Some(0x64)),
        (0x04, 0xf000b82e, Jump, Some(0x64)),
        (0x08, 0xf000802c, ConditionalJump, Some(0x64)),
        (0x0c, 0xf000f82a, Call, Some(0x64)),
        (0x10, 0xf000e828, Call, Some(0x64)),
        (0x12, 0xf000e828, Call, Some(0x64)), // counts from a word
        (0x14, 0xb333, ConditionalJump, Some(0x64)),
        (0x16, 0x4770, Return, None),
        (0x18, 0x4798, IndirectCall, None),
        (0x1a, 0x469f, IndirectJump, None),
        (0x1c, 0xbd10, Return, None),
        (0x1e, 0xe8bd8110, Return, None),
        (0x22, 0xf85dfb04, Return, None),
        (0x26, 0xe8dff000, IndirectJump, None),
        (0x2a, 0xe8dff010, IndirectJump, None),
        (0x2e, 0xde00, Trap, None),
        (0x30, 0xf7f0a000, Trap, None),
        (0x34, 0xbe00, Trap, None),
        (0x36, 0xdf00, Plain, None),
        (0x38, 0xbf00, Nop, None),
        (0x3a, 0xf3af8000, Nop, None),
        (0x3e, 0x46c0, Nop, None),
        (0x40, 0xa008, Plain, Some(0x64)),
        (0x42, 0xf20f0020, Plain, Some(0x64)),
        (0x46, 0x4807, Plain, Some(0x64)),
        (0x48, 0xf8df0018, Plain, Some(0x64)),
        (0x4c, 0xf8bf0014, Plain, Some(0x64)),
        (0x50, 0xf99f0010, Plain, Some(0x64)),
        (0x54, 0xe9df0103, Plain, Some(0x64)),
        (0x58, 0xed9f0b02, Plain, Some(0x64)),
        (0x60, 0xeb010002, Plain, None),
        (0x60, 0xf85ff004, IndirectJump, Some(0x60)), // ldr.w pc, [pc, #-4]
        (0x60, 0xf7fffffe, Call, Some(0x60)),
        (0x60, 0xf3bf8f5f, Plain, None), // dmb sy
    ];
    for (address, word, kind, target) in truths {
        let insn = one(T32, word, address);
        assert_eq!((insn.kind, insn.target), (kind, target), "{word:08x}");
    }
}

#[test]
fn branches_of_both_lengths_have_one_opcode() {
    let opcode = |word| one(T32, word, 0).opcode;
    assert_eq!(opcode(0xe030), opcode(0xf000b82e));
    assert_eq!(opcode(0xd02f), opcode(0xf000802c));
    assert_ne!(opcode(0xd02f), opcode(0xd12f), "another condition");
    assert_ne!(opcode(0xd02f), opcode(0xe030));
    assert_eq!(opcode(0xf000f82a), opcode(0xf000e828), "bl and blx");
    assert_ne!(opcode(0xf000f82a), opcode(0xf000b82a));
    assert_eq!(opcode(0xb333), 0);
    assert_eq!(one(A32, 0xeb000018, 0).opcode, one(A32, 0xfa000002, 0).opcode);
    assert_eq!(one(A32, 0x0a000019, 0).opcode, 0, "the condition is compared by its bits");
}

#[test]
fn a_block_makes_what_is_in_it_conditional() {
    // itt eq; moveq r0, r1; bxeq lr; bx lr; it ne; popne {r4, pc}; it eq; b.n
    let halves: [u16; 8] = [0xbf04, 0x4608, 0x4770, 0x4770, 0xbf18, 0xbd10, 0xbf08, 0xe7fe];
    let bytes: Vec<u8> = halves.iter().flat_map(|h| h.to_le_bytes()).collect();
    let insns = decode_at(&bytes, 0, &[], T32);
    let kinds: Vec<InsnKind> = insns.iter().map(|i| i.kind).collect();
    assert_eq!(kinds, [Plain, Plain, Plain, Return, Plain, Plain, Plain, ConditionalJump]);
    assert_ne!(insns[7].opcode, one(T32, 0xe7fe, 0).opcode);
}

#[test]
fn a_relocated_field_has_no_target() {
    let sites = [Site { offset: 0, kind: RelocKind::Relative { size: 4, via: Via::Plt } }];
    let call = decode_at(&0xebfffffeu32.to_le_bytes(), 0, &sites, A32)[0];
    assert_eq!((call.kind, call.field, call.target), (Call, None, None));
    let marker = [Site { offset: 0, kind: RelocKind::Other { size: 0 } }];
    assert!(decode_at(&0xebfffffeu32.to_le_bytes(), 0, &marker, A32)[0].target.is_some());
}

#[test]
fn data_among_code_is_words_and_what_relocations_fill() {
    let modes = [
        ModeChange { offset: 0, mode: Mode::Thumb },
        ModeChange { offset: 2, mode: Mode::Data },
        ModeChange { offset: 20, mode: Mode::Thumb },
    ];
    let sites = [Site { offset: 13, kind: RelocKind::Absolute { size: 4 } }];
    let insns = decode_at(&[0; 23], 0, &sites, &modes);
    let pieces: Vec<(u32, u8, InsnKind)> = insns.iter().map(|i| (i.offset, i.len, i.kind)).collect();
    let data = InsnKind::Data;
    assert_eq!(
        pieces,
        [
            (0, 2, Plain),
            (2, 2, data),
            (4, 4, data),
            (8, 4, data),
            (12, 1, data),
            (13, 4, data),
            (17, 3, data),
            (20, 2, Plain),
            (22, 1, InsnKind::Unknown)
        ]
    );
}

#[test]
fn entries_of_a_table_lead_to_code() {
    // cmp r0, #2; bhi; tbb [pc, r0]; .byte 2, 3, 4, 0; movs r0, #0 and so on
    let halves: [u16; 9] = [0x2802, 0xd806, 0xe8df, 0xf000, 0x0302, 0x0004, 0x2000, 0x2001, 0x4770];
    let bytes: Vec<u8> = halves.iter().flat_map(|h| h.to_le_bytes()).collect();
    let modes = [
        ModeChange { offset: 0, mode: Mode::Thumb },
        ModeChange { offset: 8, mode: Mode::Data },
        ModeChange { offset: 12, mode: Mode::Thumb },
    ];
    let insns = decode_at(&bytes, 0x100, &[], &modes);
    let entries: Vec<_> = insns.iter().filter(|i| i.kind == InsnKind::Data).collect();
    let targets: Vec<(u32, Option<u64>)> = entries.iter().map(|i| (i.offset, i.target)).collect();
    assert_eq!(targets, [(8, Some(0x10c)), (9, Some(0x10e)), (10, Some(0x110)), (11, None)]);
    assert!(entries[..3].iter().all(|i| i.field == Some(crate::Field::whole(0, 1))));
    // Without the comparison nobody knows where it ends.
    let mut unknown = bytes.clone();
    unknown[0] = 0;
    unknown[1] = 0x31; // adds r1, #0
    let insns = decode_at(&unknown, 0x100, &[], &modes);
    assert!(insns.iter().filter(|i| i.kind == InsnKind::Data).all(|i| i.target.is_none()));
    // cmp r1, #2
    unknown[..2].copy_from_slice(&0x2902u16.to_le_bytes());
    let insns = decode_at(&unknown, 0x100, &[], &modes);
    assert!(insns.iter().filter(|i| i.kind == InsnKind::Data).all(|i| i.target.is_none()));
}
