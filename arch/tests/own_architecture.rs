//! An architecture from outside of the crate, as `ARCHITECTURE.md` shows it; and that all architectures, this one and
//! the registered ones, keep what they promise.

use proptest::prelude::*;

// The example begins here.
use fixscope_arch::code::Via;
use fixscope_arch::{Arch, Code, Field, Insn, InsnKind, Operand, RelocKind};

/// Words of two bytes, the higher one first: four bits say what to do, the others are a register and a number, or a
/// distance in words from the next instruction.
struct Toy;

impl Arch for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn relocation(&self, r_type: u32) -> RelocKind {
        match r_type {
            1 => RelocKind::Absolute { size: 4 },
            2 => RelocKind::Relative { size: 2, via: Via::Direct }, // of jumps and calls
            _ => RelocKind::Unknown,
        }
    }

    fn relocated_bits(&self, r_type: u32) -> u64 {
        // Byte 0 is the higher one: all but its four highest bits, and all of byte 1.
        if r_type == 2 { 0xff0f } else { u64::MAX }
    }

    fn decode(&self, code: &Code<'_>, out: &mut Vec<Insn>) {
        for (i, bytes) in code.bytes.chunks(2).enumerate() {
            let offset = 2 * i as u32;
            let word = bytes.iter().fold(0, |word, &b| word << 8 | u16::from(b));
            let kind = match (word >> 12, bytes.len()) {
                (0, 2) => InsnKind::Nop,
                (1 | 2, 2) => InsnKind::Plain,
                (3, 2) => InsnKind::Jump,
                (4, 2) => InsnKind::Call,
                (5, 2) => InsnKind::Return,
                _ => InsnKind::Unknown,
            };
            let len = bytes.len() as u8;
            let mut insn = Insn { offset, len, kind, opcode: 0, field: None, target: None };
            // A distance that a relocation fills is no distance yet.
            let is_relocated = code.sites.iter().any(|s| (offset..offset + 2).contains(&s.offset));
            if kind.is_direct_branch() && !is_relocated {
                let words = i64::from((word << 4) as i16 >> 4);
                let next = code.address.wrapping_add(u64::from(offset) + 2);
                insn.field = Some(Field { offset: 0, size: 2, bits: 0xff0f });
                insn.target = Some(next.wrapping_add_signed(2 * words));
            }
            out.push(insn);
        }
    }

    fn is_padding(&self, bytes: &[u8]) -> bool {
        bytes.iter().all(|&b| b == 0)
    }

    fn format(&self, code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
        let bytes = code.bytes_of(insn);
        let place = match insn.target {
            Some(target) => resolve(Operand::Target(target)).unwrap_or_else(|| format!("{target:#x}")),
            None => resolve(Operand::Site(insn.offset)).unwrap_or_else(|| "?".to_owned()),
        };
        match (insn.kind, bytes) {
            (InsnKind::Nop, _) => "nop".to_owned(),
            (InsnKind::Plain, [first, number]) if first >> 4 == 1 => {
                format!("load r{}, {number}", first & 15)
            }
            (InsnKind::Plain, [first, number]) => format!("add r{}, {number}", first & 15),
            (InsnKind::Jump, _) => format!("jump {place}"),
            (InsnKind::Call, _) => format!("call {place}"),
            (InsnKind::Return, _) => "return".to_owned(),
            _ => {
                format!(".byte {}", bytes.iter().map(|b| format!("{b:#04x}")).collect::<Vec<_>>().join(", "))
            }
        }
    }
}
// The example ends here.

#[test]
fn the_document_shows_the_example() {
    let here = include_str!("own_architecture.rs");
    let (_, behind) = here.split_once("// The example begins here.\n").expect("it begins");
    let (example, _) = behind.split_once("// The example ends here.\n").expect("it ends");
    let document = include_str!("../../ARCHITECTURE.md");
    assert!(document.contains(&format!("```rust\n{example}```\n")), "ARCHITECTURE.md shows something else");
}

#[test]
fn the_example_decodes() {
    // load r1, 5; call two words on; a distance back to itself; return; half a word.
    let bytes = [0x11, 5, 0x40, 2, 0x3f, 0xff, 0x50, 0, 0xff];
    let code = Code { bytes: &bytes, address: 0x100, sites: &[], modes: &[] };
    let mut insns = Vec::new();
    Toy.decode(&code, &mut insns);
    let texts: Vec<String> = insns.iter().map(|i| Toy.format(&code, i, &|_| None)).collect();
    assert_eq!(texts, ["load r1, 5", "call 0x108", "jump 0x104", "return", ".byte 0xff"]);
}

/// The registered architectures that decode, the machines that tables tell of, and the example.
fn all() -> Vec<&'static dyn Arch> {
    let own: [&dyn Arch; 5] = [
        &Toy,
        &fixscope_arch::x86::X86_64,
        &fixscope_arch::x86::I386,
        &fixscope_arch::aarch64::AArch64,
        &fixscope_arch::arm::Arm,
    ];
    own.into_iter().chain(fixscope_arch::generic::all()).collect()
}

#[test]
fn relocations_of_all_architectures_fit_together() {
    for arch in all() {
        fixscope_arch::conformance::check_relocations(arch)
            .unwrap_or_else(|what| panic!("{}: {what}", arch.name()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn all_architectures_keep_their_promises(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        places in proptest::collection::btree_map(0u32..80, 0u32..128, 0..4),
        address in prop_oneof![Just(0u64), Just(0x1_0000), Just(u64::MAX - 0xfff)],
    ) {
        for arch in all() {
            let sites = fixscope_arch::conformance::sites(arch, bytes.len(), places.clone());
            let code = Code { bytes: &bytes, address, sites: &sites, modes: &[] };
            prop_assert_eq!(fixscope_arch::conformance::check(arch, &code), Ok(()));
        }
    }
}
