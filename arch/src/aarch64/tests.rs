//! Truths about A64 code, from the assembler and the manuals.

use proptest::prelude::*;

use super::AArch64;
use crate::{Arch, Base, Code, Field, Insn, InsnKind, Mode, ModeChange, Reach, ReachHow, RelocKind, Site};

fn decode(bytes: &[u8], sites: &[Site], modes: &[ModeChange]) -> Vec<Insn> {
    let mut insns = Vec::new();
    AArch64.decode(&Code { bytes, address: 0x1000, sites, modes }, &mut insns);
    insns
}

fn one(word: u32) -> Insn {
    let insns = decode(&word.to_le_bytes(), &[], &[]);
    assert_eq!(insns.len(), 1);
    insns[0]
}

fn text(word: u32) -> String {
    let bytes = word.to_le_bytes();
    let code = Code { bytes: &bytes, address: 0x1000, sites: &[], modes: &[] };
    AArch64.format(&code, &decode(&bytes, &[], &[])[0], &|_| None)
}

/// Words as the GNU assembler writes them for `. + distance`.
#[test]
fn distances_are_fields() {
    for (word, kind, bits, target, printed) in [
        (0x1400_0002, InsnKind::Jump, 0x03ff_ffff, 0x1008, "b 0x1008"),
        (0x97ff_ffff, InsnKind::Call, 0x03ff_ffff, 0xffc, "bl 0xffc"),
        (0x5400_0040, InsnKind::ConditionalJump, 0x00ff_ffe0, 0x1008, "b.eq 0x1008"),
        (0x54ff_ffe1, InsnKind::ConditionalJump, 0x00ff_ffe0, 0xffc, "b.ne 0xffc"),
        (0x3400_0040, InsnKind::ConditionalJump, 0x00ff_ffe0, 0x1008, "cbz w0, 0x1008"),
        (0xb5ff_ffe3, InsnKind::ConditionalJump, 0x00ff_ffe0, 0xffc, "cbnz x3, 0xffc"),
        (0x3618_0040, InsnKind::ConditionalJump, 0x0007_ffe0, 0x1008, "tbz w0, #3, 0x1008"),
        (0xb70f_ffe1, InsnKind::ConditionalJump, 0x0007_ffe0, 0xffc, "tbnz x1, #33, 0xffc"),
        (0x1000_0040, InsnKind::Plain, 0x60ff_ffe0, 0x1008, "adr x0, 0x1008"),
        (0x70ff_ffe0, InsnKind::Plain, 0x60ff_ffe0, 0xfff, "adr x0, 0xfff"),
        (0x5800_0041, InsnKind::Plain, 0x00ff_ffe0, 0x1008, "ldr x1, 0x1008"),
        (0x98ff_ffe1, InsnKind::Plain, 0x00ff_ffe0, 0xffc, "ldrsw x1, 0xffc"),
        (0x5c00_0042, InsnKind::Plain, 0x00ff_ffe0, 0x1008, "ldr d2, 0x1008"),
    ] {
        let insn = one(word);
        assert_eq!((insn.kind, insn.target), (kind, Some(target)), "{word:#010x}");
        assert_eq!(insn.field, Some(Field { offset: 0, size: 4, bits }), "{word:#010x}");
        assert_eq!(insn.opcode, 0);
        assert_eq!(text(word), printed);
    }
}

#[test]
fn kinds_are_told() {
    for (word, kind) in [
        (0xd503_201f, InsnKind::Nop),
        (0xd503_245f, InsnKind::LandingPad),   // bti c
        (0xd503_241f, InsnKind::LandingPad),   // bti
        (0xd503_233f, InsnKind::Plain),        // paciasp
        (0xd503_203f, InsnKind::Plain),        // yield
        (0xd65f_03c0, InsnKind::Return),       // ret
        (0xd65f_0bff, InsnKind::Return),       // retaa
        (0xd69f_03e0, InsnKind::Return),       // eret
        (0xd61f_0200, InsnKind::IndirectJump), // br x16
        (0xd71f_0a11, InsnKind::IndirectJump), // braa x16, x17
        (0xd63f_0200, InsnKind::IndirectCall), // blr x16
        (0xd73f_0a11, InsnKind::IndirectCall), // blraa x16, x17
        (0xd420_0020, InsnKind::Trap),         // brk #1
        (0xd440_0000, InsnKind::Trap),         // hlt #0
        (0x0000_0000, InsnKind::Trap),         // udf #0
        (0xd400_0001, InsnKind::Plain),        // svc #0
        (0x9000_0000, InsnKind::Plain),        // adrp x0, .
        (0x25b8_e3e0, InsnKind::Plain),        // ptrue, of SVE
    ] {
        assert_eq!(one(word).kind, kind, "{word:#010x}");
    }
    assert_eq!(one(0x9000_0000).field, None);
    assert_eq!(text(0x25b8_e3e0), ".inst 0x25b8e3e0");
}

#[test]
fn a_relocated_word_has_no_field_of_its_own() {
    let site = |size| Site { offset: 0, kind: RelocKind::Other { size } };
    let call = 0x9400_0000u32.to_le_bytes();
    assert_eq!(decode(&call, &[site(4)], &[])[0].target, None);
    // A marker fills nothing.
    assert_eq!(decode(&call, &[site(0)], &[])[0].target, Some(0x1000));
}

#[test]
fn data_among_code_is_data() {
    let modes = [
        ModeChange { offset: 0, mode: Mode::Code },
        ModeChange { offset: 4, mode: Mode::Data },
        ModeChange { offset: 21, mode: Mode::Code },
    ];
    let sites = [Site { offset: 8, kind: RelocKind::Absolute { size: 8 } }];
    let lens: Vec<(u8, InsnKind)> =
        decode(&[0; 26], &sites, &modes).iter().map(|i| (i.len, i.kind)).collect();
    let data = |len| (len, InsnKind::Data);
    let trap = (4, InsnKind::Trap);
    assert_eq!(lens, [trap, data(4), data(8), data(4), data(1), trap, (1, InsnKind::Unknown)]);
}

#[test]
fn only_zeros_and_nops_fill() {
    let nop = [0x1f, 0x20, 0x03, 0xd5];
    assert!(AArch64.is_padding(&[]) && AArch64.is_padding(&nop) && AArch64.is_padding(&[0; 7]));
    assert!(AArch64.is_padding(&[&[0, 0][..], &nop].concat()));
    assert!(!AArch64.is_padding(&[0x5f, 0x24, 0x03, 0xd5]) && !AArch64.is_padding(&[1]));
}

/// ELF for the Arm 64-bit Architecture, 5.7, as `readelf -r` and the assembler's listing show them.
#[test]
fn relocations_fill_their_bits_only() {
    for (r_type, bits) in [
        (275, 0x60ff_ffe0u64), // ADR_PREL_PG_HI21 leaves adrp's register
        (277, 0x003f_fc00),    // ADD_ABS_LO12_NC
        (283, 0x03ff_ffff),    // CALL26
        (280, 0x00ff_ffe0),    // CONDBR19
        (279, 0x0007_ffe0),    // TSTBR14
        (263, 0x001f_ffe0),    // MOVW_UABS_G0
        (270, 0x401f_ffe0),    // MOVW_SABS_G0 chooses between movz and movn
        (541, 0x60ff_ffe0),    // TLSIE_ADR_GOTTPREL_PAGE21
        (257, u64::MAX),       // ABS64
    ] {
        assert_eq!(AArch64.relocated_bits(r_type), bits, "{r_type}");
    }
    assert_eq!(AArch64.relocation(569).size(), Some(0));
    assert_eq!(AArch64.relocation(261).size(), Some(4));
    assert_eq!(AArch64.relocation(9999), RelocKind::Unknown);
    // What stands in an instruction never reaches beyond it.
    for r_type in 263..600 {
        let bits = AArch64.relocated_bits(r_type);
        assert!(bits == u64::MAX || bits >> 32 == 0, "{r_type}");
        let sized = AArch64.relocation(r_type).size();
        assert!(bits == u64::MAX || sized == Some(4), "{r_type} {sized:?}");
    }
}

proptest! {
    #[test]
    fn every_byte_is_covered_once(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        changes in proptest::collection::btree_map(0u32..200, any::<bool>(), 0..5),
        sites in proptest::collection::btree_map(0u32..200, 0u8..9, 0..5),
    ) {
        let mode = |data| if data { Mode::Data } else { Mode::Code };
        let modes: Vec<_> = changes.iter().map(|(&offset, &data)| ModeChange { offset, mode: mode(data) }).collect();
        let sites: Vec<_> =
            sites.iter().map(|(&offset, &size)| Site { offset, kind: RelocKind::Other { size } }).collect();
        let code = Code { bytes: &bytes, address: 0x1003, sites: &sites, modes: &modes };
        let mut insns = Vec::new();
        AArch64.decode(&code, &mut insns);
        let mut at = 0;
        for insn in &insns {
            prop_assert_eq!(insn.offset, at);
            prop_assert!(insn.len > 0);
            at = insn.end();
            AArch64.format(&code, insn, &|_| Some("name".to_owned()));
            AArch64.format(&code, insn, &|_| None);
            AArch64.numbers(&code, insn);
            AArch64.effects(&code, insn);
        }
        let mut reaches = Vec::new();
        AArch64.reaches(&code, &insns, &mut reaches);
        prop_assert!(reaches.iter().all(|r| (r.insn as usize) < insns.len()));
        prop_assert_eq!(at as usize, bytes.len());
    }
}

/// What becomes of the addresses of these words; at the given offsets relocations lie, as GCC has them for `.LANCHOR0`.
fn reaches(words: &[u32], sites: &[(u32, RelocKind)]) -> Vec<Reach> {
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    let sites: Vec<Site> = sites.iter().map(|&(offset, kind)| Site { offset, kind }).collect();
    let code = Code { bytes: &bytes, address: 0, sites: &sites, modes: &[] };
    let mut insns = Vec::new();
    AArch64.decode(&code, &mut insns);
    let mut out = Vec::new();
    AArch64.reaches(&code, &insns, &mut out);
    out
}

const PAGE: RelocKind = RelocKind::Relative { size: 4, via: crate::code::Via::Direct };
const LOW: RelocKind = RelocKind::Absolute { size: 4 };
const IMM12: Field = Field { offset: 0, size: 4, bits: 0x003f_fc00 };

fn reach(insn: u32, site: u32, how: ReachHow) -> Reach {
    Reach { insn, base: Base::Site(site), how }
}

#[test]
fn what_is_reached_from_an_address_is_followed() {
    // adrp x1; add x1, x1, :lo12:; ldr w0, [x1, #8]; str w0, [x1, #4]; mov w0, #0; mov x1, #0; ret
    let words = [0x9000_0001, 0x9100_0021, 0xb940_0820, 0xb900_0420, 0x5280_0000, 0xd280_0001, 0xd65f_03c0];
    let found = reaches(&words, &[(0, PAGE), (4, LOW)]);
    let expected = [
        reach(0, 0, ReachHow::Makes),
        reach(1, 4, ReachHow::Makes),
        reach(2, 4, ReachHow::Leads(IMM12, 8)),
        reach(3, 4, ReachHow::Leads(IMM12, 4)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_argument_is_the_address_itself() {
    // adrp x0; add x0, x0, :lo12:; bl elsewhere; ret
    let found = reaches(
        &[0x9000_0000, 0x9100_0000, 0x9400_0000, 0xd65f_03c0],
        &[(0, PAGE), (4, LOW), (8, RelocKind::Relative { size: 4, via: crate::code::Via::Plt })],
    );
    // Nobody else tells where it leads: the relocation of `add` does, as IMM12 with nothing added.
    assert_eq!(found, [reach(0, 0, ReachHow::Makes), reach(1, 4, ReachHow::Leads(IMM12, 0))]);
}

#[test]
fn what_may_be_two_addresses_is_lost() {
    // cbz w0, 1f; adrp x1; add x1, x1, :lo12:; b 2f; 1: mov x1, x2; 2: ldr w0, [x1, #8]; mov x0, #0; ret
    let words = [
        0x3400_0080,
        0x9000_0001,
        0x9100_0021,
        0x1400_0002,
        0xaa02_03e1,
        0xb940_0820,
        0xd280_0000,
        0xd65f_03c0,
    ];
    let found = reaches(&words, &[(4, PAGE), (8, LOW)]);
    assert!(found.contains(&reach(2, 8, ReachHow::Lost)), "{found:?}");
    assert!(!found.iter().any(|r| r.insn == 5), "{found:?}");
}

#[test]
fn what_a_call_may_leave_is_no_longer_sure() {
    // adrp x1; add x1, x1, :lo12:; bl .; ldr w0, [x1, #8]; ret: only GCC's -fipa-ra makes such code.
    let found =
        reaches(&[0x9000_0001, 0x9100_0021, 0x9400_0000, 0xb940_0820, 0xd65f_03c0], &[(0, PAGE), (4, LOW)]);
    assert!(found.contains(&reach(1, 4, ReachHow::Lost)), "{found:?}");
}

#[test]
fn numbers_are_told_apart_from_what_is_done_with_them() {
    let numbers = |word: u32| {
        let bytes = word.to_le_bytes();
        let code = Code { bytes: &bytes, address: 0, sites: &[], modes: &[] };
        AArch64.numbers(&code, &decode(&bytes, &[], &[])[0]).expect("no branch")
    };
    let value = |word| numbers(word).values[0].map(|n| n.value);
    // ldr w0, [x0, #40] and ldur w0, [x0, #-24]; add x0, x0, #16 and sub x0, x0, #16; ldp x1, x2, [sp, #-32]
    for (word, expected) in [
        (0xb940_2800, 40),
        (0xb85e_8000, -24),
        (0x9100_4000, 16),
        (0xd100_4000, -16),
        (0xa97e_0be1, -32),
        (0x5280_0540, 42),                    // mov w0, #42
        (0x1280_0000, -1),                    // mov w0, #-1
        (0xb200_f3e0, 0x5555_5555_5555_5555), // mov x0, #0x5555555555555555
        (0x1200_1c00, 0xff),                  // and w0, w0, #0xff
        (0x9240_0c00, 0xf),                   // and x0, x0, #0xf
    ] {
        assert_eq!(value(word), Some(expected), "{word:#010x}");
    }
    assert_eq!(numbers(0xb940_2800).shape, numbers(0xb85e_8000).shape);
    assert_eq!(numbers(0x9100_4000).shape, numbers(0xaa00_03e0).shape);
    assert_ne!(numbers(0xb940_2800).shape, numbers(0xb940_2801).shape);
    assert!(numbers(0x5280_0540).loads_immediate && !numbers(0x9100_4000).loads_immediate);
}
