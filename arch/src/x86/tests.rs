//! Hand-written truths about x86-64, and properties over arbitrary bytes.

use proptest::prelude::*;

use super::X86_64;
use crate::code::Via;
use crate::{Arch, Code, Field, Insn, InsnKind, Operand, RegSet, RelocKind, Site};

const PC32: RelocKind = RelocKind::Relative { size: 4, via: Via::Direct };

fn decode_at(bytes: &[u8], address: u64, sites: &[Site]) -> Vec<Insn> {
    let mut insns = Vec::new();
    X86_64.decode(&Code { bytes, address, sites, modes: &[] }, &mut insns);
    insns
}

fn decode(bytes: &[u8]) -> Vec<Insn> {
    decode_at(bytes, 0, &[])
}

fn one(bytes: &[u8]) -> Insn {
    let insns = decode(bytes);
    assert_eq!(insns.len(), 1, "{bytes:02x?} is one instruction: {insns:?}");
    insns[0]
}

#[test]
fn short_and_near_branches_are_the_same_but_for_their_length() {
    let (short, near) = (one(&[0xeb, 0x10]), one(&[0xe9, 0x10, 0, 0, 0]));
    assert_eq!((short.kind, short.opcode), (InsnKind::Jump, near.opcode));
    assert_eq!((short.target, near.target), (Some(0x12), Some(0x15)));
    assert_eq!(short.field, Some(Field::whole(1, 1)));
    assert_eq!(near.field, Some(Field::whole(1, 4)));
    for condition in 0..16 {
        let (short, near) =
            (one(&[0x70 + condition, 0xfe]), one(&[0x0f, 0x80 + condition, 0xfa, 0xff, 0xff, 0xff]));
        assert_eq!(short.kind, InsnKind::ConditionalJump);
        assert_eq!(short.opcode, near.opcode);
        assert_eq!((short.target, near.target), (Some(0), Some(0)));
        let other = one(&[0x70 + (condition ^ 1), 0xfe]);
        assert_ne!(short.opcode, other.opcode, "another condition");
    }
    assert_ne!(short.opcode, one(&[0xe8, 0x10, 0, 0, 0]).opcode, "a call is no jump");
}

#[test]
fn prefixes_that_mean_something_make_another_branch() {
    let plain = one(&[0xe8, 0, 0, 0, 0]);
    assert_ne!(plain.opcode, one(&[0xf2, 0xe8, 0, 0, 0, 0]).opcode, "bnd");
    let jump = one(&[0x74, 0]);
    let taken = one(&[0x3e, 0x74, 0]);
    let not_taken = one(&[0x2e, 0x74, 0]);
    assert_ne!(jump.opcode, taken.opcode);
    assert_ne!(taken.opcode, not_taken.opcode);
    // `notrack` stands before indirect branches only, which are compared by their bytes.
    let tracked = one(&[0xff, 0xe0]);
    assert_eq!((tracked.kind, tracked.opcode), (InsnKind::IndirectJump, 0));
    assert_eq!(one(&[0x3e, 0xff, 0xe0]).kind, InsnKind::IndirectJump);
    assert_ne!(one(&[0xe2, 0]).opcode, one(&[0x67, 0xe2, 0]).opcode, "loop counts ecx or rcx");
    assert_ne!(one(&[0xe2, 0]).opcode, one(&[0xe1, 0]).opcode, "loop and loope");
}

#[test]
fn a_call_leads_by_itself_or_by_its_relocation() {
    let call = decode_at(&[0x90, 0xe8, 0xfb, 0xff, 0xff, 0xff], 0x100, &[]);
    assert_eq!((call[1].kind, call[1].target), (InsnKind::Call, Some(0x101)));
    let site = Site { offset: 2, kind: RelocKind::Relative { size: 4, via: Via::Plt } };
    let call = decode_at(&[0x90, 0xe8, 0, 0, 0, 0], 0x100, &[site]);
    assert_eq!((call[1].kind, call[1].target, call[1].field), (InsnKind::Call, None, None));
    let marker = Site { offset: 3, kind: RelocKind::Other { size: 0 } };
    let call = decode_at(&[0x90, 0xe8, 0, 0, 0, 0], 0x100, &[marker]);
    assert_eq!(call[1].target, Some(0x106), "a marker fills nothing");
}

#[test]
fn a_field_may_have_an_immediate_behind_it() {
    // cmpl $5, 0x10(%rip)
    let insn = one(&[0x83, 0x3d, 0x10, 0, 0, 0, 5]);
    assert_eq!(insn.field, Some(Field::whole(2, 4)));
    assert_eq!(insn.target, Some(0x17));
    let site = Site { offset: 2, kind: PC32 };
    let insn = decode_at(&[0x83, 0x3d, 0, 0, 0, 0, 5], 0, &[site])[0];
    assert_eq!((insn.field, insn.target), (None, None));
    // An absolute address is no distance.
    let insn = one(&[0x8b, 0x04, 0x25, 0x10, 0, 0, 0]);
    assert_eq!((insn.field, insn.target), (None, None));
}

#[test]
fn kinds() {
    let cases: &[(&[u8], InsnKind)] = &[
        (&[0xf3, 0x0f, 0x1e, 0xfa], InsnKind::LandingPad),
        (&[0xf3, 0x0f, 0x1e, 0xfb], InsnKind::LandingPad),
        (&[0x90], InsnKind::Nop),
        (&[0x66, 0x90], InsnKind::Nop),
        (&[0x0f, 0x1f, 0x00], InsnKind::Nop),
        (&[0x0f, 0x1f, 0x44, 0, 0], InsnKind::Nop),
        (&[0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0], InsnKind::Nop),
        (&[0xf3, 0x90], InsnKind::Plain),
        (&[0xd9, 0xd0], InsnKind::Plain),
        (&[0x87, 0xc0], InsnKind::Plain),
        (&[0x41, 0x90], InsnKind::Plain),
        (&[0xc3], InsnKind::Return),
        (&[0xf3, 0xc3], InsnKind::Return),
        (&[0xc2, 8, 0], InsnKind::Return),
        (&[0x48, 0xcf], InsnKind::Return),
        (&[0xcc], InsnKind::Trap),
        (&[0x0f, 0x0b], InsnKind::Trap),
        (&[0xf4], InsnKind::Trap),
        (&[0xff, 0xd0], InsnKind::IndirectCall),
        (&[0xff, 0x25, 0, 0, 0, 0], InsnKind::IndirectJump),
        (&[0x0f, 0x05], InsnKind::Plain),
        (&[0xcd, 0x80], InsnKind::Plain),
        (&[0xe3, 0], InsnKind::ConditionalJump),
        (&[0xc7, 0xf8, 0, 0, 0, 0], InsnKind::ConditionalJump),
    ];
    for (bytes, kind) in cases {
        assert_eq!(one(bytes).kind, *kind, "{bytes:02x?}");
    }
    assert!(InsnKind::Trap.ends_flow() && !InsnKind::Call.ends_flow());
}

#[test]
fn what_cannot_be_decoded_is_passed_byte_by_byte() {
    let insns = decode(&[0x06, 0x0e, 0xc3]);
    let kinds: Vec<InsnKind> = insns.iter().map(|i| i.kind).collect();
    assert_eq!(kinds, [InsnKind::Unknown, InsnKind::Unknown, InsnKind::Return]);
    // An instruction that ends too early.
    assert!(decode(&[0xe8, 0, 0]).iter().any(|i| i.kind == InsnKind::Unknown));
}

#[test]
fn padding() {
    for padding in [
        &[0u8; 7][..],
        &[0xcc; 5],
        &[0x90; 3],
        &[0x66, 0x90, 0x0f, 0x1f, 0x40, 0],
        &[0x0f, 0x1f, 0, 0xcc],
        // A jump over what follows.
        &[0xeb, 3, 0x0f, 0x1f, 0],
        &[],
    ] {
        assert!(X86_64.is_padding(padding), "{padding:02x?}");
    }
    for other in [
        &[0xc3u8][..],
        &[0x90, 0xc3],
        &[0xf3, 0x0f, 0x1e, 0xfa],
        &[0, 0, 1],
        &[0x0f, 0x0b],
        &[0x06],
        &[0xeb, 2, 0x0f, 0x1f, 0],
    ] {
        assert!(!X86_64.is_padding(other), "{other:02x?}");
    }
}

#[test]
fn relocations_of_the_psabi() {
    use RelocKind::{Absolute, FromTable, Other, Relative, Unknown};
    let cases = [
        (0, Other { size: 0 }),
        (1, Absolute { size: 8 }),
        (2, PC32),
        (4, Relative { size: 4, via: Via::Plt }),
        (9, Relative { size: 4, via: Via::Got }),
        (10, Absolute { size: 4 }),
        (11, Absolute { size: 4 }),
        (12, Absolute { size: 2 }),
        (13, Relative { size: 2, via: Via::Direct }),
        (14, Absolute { size: 1 }),
        (15, Relative { size: 1, via: Via::Direct }),
        (22, Relative { size: 4, via: Via::Got }),
        (23, Other { size: 4 }),
        (24, Relative { size: 8, via: Via::Direct }),
        (25, FromTable { size: 8, via: Via::Direct }),
        (27, FromTable { size: 8, via: Via::Got }),
        (35, Other { size: 0 }),
        (42, Relative { size: 4, via: Via::Got }),
        (250, Unknown),
    ];
    for (r_type, kind) in cases {
        assert_eq!(X86_64.relocation(r_type), kind, "type {r_type}");
    }
    assert_eq!(Unknown.size(), None);
    assert!(PC32.is_relative() && !Absolute { size: 4 }.is_relative());
}

#[test]
fn texts_have_names() {
    let text = |bytes: &[u8], sites: &[Site], names: &dyn Fn(Operand) -> Option<String>| {
        let code = Code { bytes, address: 0x40, sites, modes: &[] };
        let mut insns = Vec::new();
        X86_64.decode(&code, &mut insns);
        X86_64.format(&code, &insns[0], names)
    };
    let site = |offset, kind| [Site { offset, kind }];
    let named = |name: &'static str| move |_| Some(name.to_owned());
    assert_eq!(text(&[0xe8, 0, 0, 0, 0], &site(1, PC32), &named("kfree")), "call kfree");
    assert_eq!(
        text(&[0x48, 0x8b, 0x05, 0, 0, 0, 0], &site(3, PC32), &named("jiffies")),
        "mov jiffies(%rip),%rax"
    );
    assert_eq!(
        text(&[0x8b, 0x04, 0xbd, 0, 0, 0, 0], &site(3, RelocKind::Absolute { size: 4 }), &named("table")),
        "mov table(,%rdi,4),%eax"
    );
    assert_eq!(
        text(&[0x48, 0xc7, 0xc7, 0, 0, 0, 0], &site(3, RelocKind::Absolute { size: 4 }), &named("text")),
        "mov $text,%rdi"
    );
    // Both fields of one instruction, each with its own name.
    let both = [Site { offset: 3, kind: PC32 }, Site { offset: 7, kind: RelocKind::Absolute { size: 4 } }];
    let names = |operand| match operand {
        Operand::Site(3) => Some("here".to_owned()),
        Operand::Site(7) => Some("there".to_owned()),
        _ => None,
    };
    assert_eq!(text(&[0x48, 0xc7, 0x05, 0, 0, 0, 0, 0, 0, 0, 0], &both, &names), "movq $there,here(%rip)");
    let target = |operand| match operand {
        Operand::Target(at) => Some(format!("f+{at:#x}")),
        Operand::Site(_) => None,
    };
    assert_eq!(text(&[0x75, 0x10], &[], &target), "jne f+0x52");
    assert_eq!(text(&[0x06], &[], &target), ".byte 0x06");
}

/// Register numbers by name, so that the table below can be read.
fn set(names: &str) -> RegSet {
    names
        .split_whitespace()
        .map(|name| (0..68).find(|&n| X86_64.register_name(n) == name).expect("a register's name"))
        .collect()
}

fn names(set: RegSet) -> String {
    set.iter().map(|n| X86_64.register_name(n)).collect::<Vec<_>>().join(" ")
}

#[test]
fn effects_by_hand() {
    // Instruction, what it reads, what it writes: Intel SDM volume 2.
    let truths: &[(&str, &[u8], &str, &str)] = &[
        ("push %rbx", &[0x53], "rbx rsp", "rsp"),
        ("pop %rbp", &[0x5d], "rsp", "rbp rsp"),
        ("mov %rdi,%rax", &[0x48, 0x89, 0xf8], "rdi", "rax"),
        ("mov %esi,%eax", &[0x89, 0xf0], "rsi", "rax"),
        ("mov %sil,%al", &[0x40, 0x88, 0xf0], "rsi rax", "rax"),
        ("mov %si,%ax", &[0x66, 0x89, 0xf0], "rsi rax", "rax"),
        ("mov $1,%ah", &[0xb4, 1], "rax", "rax"),
        ("movzbl %dil,%eax", &[0x40, 0x0f, 0xb6, 0xc7], "rdi", "rax"),
        ("movslq %edi,%rax", &[0x48, 0x63, 0xc7], "rdi", "rax"),
        ("xor %eax,%eax", &[0x31, 0xc0], "", "rax flags"),
        ("xor %r8d,%r8d", &[0x45, 0x31, 0xc0], "", "r8 flags"),
        ("xor %al,%al", &[0x30, 0xc0], "rax", "rax flags"),
        ("xor %ecx,%eax", &[0x31, 0xc8], "rax rcx", "rax flags"),
        ("sub %rdx,%rdx", &[0x48, 0x29, 0xd2], "", "rdx flags"),
        ("sbb %eax,%eax", &[0x19, 0xc0], "rax flags", "rax flags"),
        ("pxor %xmm1,%xmm1", &[0x66, 0x0f, 0xef, 0xc9], "", "xmm1"),
        ("add %rsi,%rax", &[0x48, 0x01, 0xf0], "rax rsi", "rax flags"),
        ("inc %ecx", &[0xff, 0xc1], "rcx", "rcx flags"),
        ("cmp %rsi,%rdi", &[0x48, 0x39, 0xf7], "rdi rsi", "flags"),
        ("test %edi,%edi", &[0x85, 0xff], "rdi", "flags"),
        ("lea 8(%rdi,%rsi,4),%rax", &[0x48, 0x8d, 0x44, 0xb7, 8], "rdi rsi", "rax"),
        ("mul %rcx", &[0x48, 0xf7, 0xe1], "rax rcx", "rax rdx flags"),
        ("imul %rcx", &[0x48, 0xf7, 0xe9], "rax rcx", "rax rdx flags"),
        ("imul %rsi,%rax", &[0x48, 0x0f, 0xaf, 0xc6], "rax rsi", "rax flags"),
        ("imul $3,%rsi,%rax", &[0x48, 0x6b, 0xc6, 3], "rsi", "rax flags"),
        ("div %rcx", &[0x48, 0xf7, 0xf1], "rax rdx rcx", "rax rdx flags"),
        ("idiv %esi", &[0xf7, 0xfe], "rax rdx rsi", "rax rdx flags"),
        ("cqto", &[0x48, 0x99], "rax", "rdx"),
        ("cltq", &[0x48, 0x98], "rax", "rax"),
        ("cpuid", &[0x0f, 0xa2], "rax rcx", "rax rbx rcx rdx"),
        ("rdtsc", &[0x0f, 0x31], "", "rax rdx"),
        ("cmove %rsi,%rax", &[0x48, 0x0f, 0x44, 0xc6], "rax rsi flags", "rax"),
        ("sete %al", &[0x0f, 0x94, 0xc0], "rax flags", "rax"),
        ("xchg %rdx,%rax", &[0x48, 0x92], "rax rdx", "rax rdx"),
        ("xadd %eax,%ecx", &[0x0f, 0xc1, 0xc1], "rax rcx", "rax rcx flags"),
        ("lock cmpxchg %rsi,(%rdi)", &[0xf0, 0x48, 0x0f, 0xb1, 0x37], "rax rsi rdi", "rax flags"),
        ("shl %cl,%rdx", &[0x48, 0xd3, 0xe2], "rcx rdx flags", "rdx flags"),
        ("shl $3,%rdx", &[0x48, 0xc1, 0xe2, 3], "rdx", "rdx flags"),
        ("shlx %rax,%rdi,%rdx", &[0xc4, 0xe2, 0xf9, 0xf7, 0xd7], "rax rdi", "rdx"),
        ("call *%rax", &[0xff, 0xd0], "rax rsp", "rsp"),
        ("jmp *%rdi", &[0xff, 0xe7], "rdi", ""),
        ("je .+2", &[0x74, 0], "flags", ""),
        ("leave", &[0xc9], "rbp", "rbp rsp"),
        ("addsd %xmm1,%xmm0", &[0xf2, 0x0f, 0x58, 0xc1], "xmm0 xmm1", "xmm0"),
        ("movaps %xmm1,%xmm0", &[0x0f, 0x28, 0xc1], "xmm1", "xmm0"),
        ("vaddps %ymm2,%ymm1,%ymm0", &[0xc5, 0xf4, 0x58, 0xc2], "xmm1 xmm2", "xmm0"),
        ("syscall", &[0x0f, 0x05], "rax rdi rsi rdx r10 r8 r9", "rax rcx r11"),
    ];
    assert!(truths.len() >= 40);
    for (text, bytes, reads, writes) in truths {
        let code = Code { bytes, address: 0, sites: &[], modes: &[] };
        let insn = one(bytes);
        let effects = X86_64.effects(&code, &insn);
        // Memory is addressed through segments; they say nothing about the registers a compiler allocates.
        let segments = set("es cs ss ds fs gs");
        let found = (names(effects.reads.without(segments)), names(effects.writes.without(segments)));
        let flags = if *text == "syscall" { set("flags") } else { RegSet::EMPTY };
        let found = if flags.is_empty() {
            found
        } else {
            (
                names(effects.reads.without(segments).without(flags)),
                names(effects.writes.without(segments).without(flags)),
            )
        };
        assert_eq!(found, (names(set(reads)), names(set(writes))), "{text}");
    }
    // String instructions count and move; whether they write is decided at run time.
    let code = Code { bytes: &[0xf3, 0xa4], address: 0, sites: &[], modes: &[] };
    let effects = X86_64.effects(&code, &one(&[0xf3, 0xa4]));
    let moved = set("rcx rsi rdi");
    assert_eq!(effects.reads.intersection(moved), moved);
    assert_eq!(effects.writes.intersection(moved), moved);
    // What the kernel does behind an interrupt is not known.
    let code = Code { bytes: &[0xcd, 0x80], address: 0, sites: &[], modes: &[] };
    assert_eq!(X86_64.effects(&code, &one(&[0xcd, 0x80])).writes, RegSet::ALL);
    let code = Code { bytes: &[0x06], address: 0, sites: &[], modes: &[] };
    assert_eq!(X86_64.effects(&code, &one(&[0x06])).reads, RegSet::ALL);
}

#[test]
fn register_sets() {
    let set: RegSet = [1, 5, 127, 200].into_iter().collect();
    assert_eq!(set.iter().collect::<Vec<_>>(), [1, 5, 127]);
    assert!(!set.contains(200));
    assert_eq!(set.without(RegSet::from_iter([5])).intersection(RegSet::ALL).iter().count(), 2);
    assert_eq!(RegSet::EMPTY.union(set), set);
    assert_eq!(X86_64.register_name(0), "rax");
    assert_eq!(X86_64.register_name(99), "?");
}

fn arbitrary_sites() -> impl Strategy<Value = Vec<Site>> {
    let kind = prop_oneof![
        Just(PC32),
        Just(RelocKind::Relative { size: 1, via: Via::Direct }),
        Just(RelocKind::Absolute { size: 8 }),
        Just(RelocKind::Absolute { size: 4 }),
        Just(RelocKind::Other { size: 0 }),
        Just(RelocKind::Unknown),
    ];
    prop::collection::vec((0u32..80, kind), 0..6).prop_map(|list| {
        let mut sites: Vec<Site> = list.into_iter().map(|(offset, kind)| Site { offset, kind }).collect();
        sites.sort_by_key(|s| s.offset);
        sites
    })
}

/// What comparing sees of an instruction: all but the bits of the named field.
fn seen(bytes: &[u8], insn: &Insn) -> (InsnKind, u32, u8, Vec<u8>) {
    let mut own = bytes[insn.offset as usize..insn.end() as usize].to_vec();
    if insn.opcode != 0 {
        // Direct branches are told by their opcode alone.
        return (insn.kind, insn.opcode, 0, Vec::new());
    }
    if let Some(field) = insn.field {
        own[usize::from(field.offset)..usize::from(field.offset + field.size)].fill(0);
    }
    (insn.kind, insn.opcode, insn.len, own)
}

proptest! {
    #[test]
    fn every_byte_is_covered_once(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        address in prop_oneof![0u64..1 << 32, u64::MAX - 40..],
        sites in arbitrary_sites(),
    ) {
        let code = Code { bytes: &bytes, address, sites: &sites, modes: &[] };
        let mut insns = Vec::new();
        X86_64.decode(&code, &mut insns);
        let mut at = 0;
        for insn in &insns {
            prop_assert_eq!(insn.offset, at);
            prop_assert!(insn.len > 0);
            if let Some(field) = insn.field {
                prop_assert!(field.offset + field.size <= insn.len && field.size > 0);
                prop_assert!(insn.target.is_some());
            }
            at = insn.end();
            X86_64.format(&code, insn, &|_| Some("name".to_owned()));
            X86_64.format(&code, insn, &|_| None);
            X86_64.effects(&code, insn);
        }
        prop_assert_eq!(at as usize, bytes.len());
        X86_64.is_padding(&bytes);
    }

    /// No bit outside of a named field can change without being seen, and none inside without the target moving.
    #[test]
    fn every_bit_is_seen(bytes in prop::collection::vec(any::<u8>(), 15..16), place in any::<prop::sample::Index>()) {
        let before = decode(&bytes)[0];
        let bit = place.index(usize::from(before.len) * 8);
        let byte = bit / 8;
        let mut flipped = bytes.clone();
        flipped[byte] ^= 1 << (bit % 8);
        let after = decode(&flipped)[0];
        let in_field = before.field.is_some_and(|f| {
            (usize::from(f.offset)..usize::from(f.offset + f.size)).contains(&byte)
        });
        if in_field && before.opcode == 0 {
            prop_assert_ne!(before.target, after.target, "{:02x?}", bytes);
        } else if in_field {
            prop_assert!(before.target != after.target || before.opcode != after.opcode, "{:02x?}", bytes);
        } else if before.opcode != 0 && after.opcode == before.opcode {
            // Another length leads elsewhere; else it is a prefix without a meaning for branches: `rex`, a second
            // hint, a segment.
            let is_prefix = byte < usize::from(before.len) - 1;
            prop_assert!(before.target != after.target || is_prefix, "{:02x?} {:02x?}", bytes, flipped);
        } else {
            prop_assert_ne!(seen(&bytes, &before), seen(&flipped, &after), "{:02x?}", bytes);
        }
    }
}

#[test]
fn addresses_of_linked_code() {
    use crate::{Address, AddressForm};
    let found = |bytes: &[u8]| {
        let mut out = Vec::new();
        X86_64.addresses(&Code { bytes, address: 0x401000, sites: &[], modes: &[] }, &mut out);
        out
    };
    let address = |field, size, end, form, value, access| Address { field, size, end, form, value, access };
    // call 0x401105
    let call = address(1, 4, 5, AddressForm::Branch, 0x401105, None);
    assert_eq!(found(&[0xe8, 0, 1, 0, 0]), [call]);
    // cmpl $7, 0x10(%rip): the distance counts from behind the immediate.
    let compared = address(2, 4, 7, AddressForm::Relative, 0x401017, Some(4));
    assert_eq!(found(&[0x83, 0x3d, 0x10, 0, 0, 0, 7]), [compared]);
    // lea 0x10(%rip), %rax takes the address and touches nothing.
    let taken = address(3, 4, 7, AddressForm::Relative, 0x401017, None);
    assert_eq!(found(&[0x48, 0x8d, 0x05, 0x10, 0, 0, 0]), [taken]);
    // mov $0x404040, %edi
    let immediate = address(1, 4, 5, AddressForm::Absolute, 0x404040, None);
    assert_eq!(found(&[0xbf, 0x40, 0x40, 0x40, 0]), [immediate]);
    // jmp *0x402010(,%rax,8): a register counts into it.
    let indexed = address(3, 4, 7, AddressForm::Absolute, 0x402010, None);
    assert_eq!(found(&[0xff, 0x24, 0xc5, 0x10, 0x20, 0x40, 0]), [indexed]);
    // mov %fs:-4, %eax and mov %gs:0x28, %rax
    let thread = address(4, 4, 8, AddressForm::Thread, -4i64 as u64, Some(4));
    assert_eq!(found(&[0x64, 0x8b, 0x04, 0x25, 0xfc, 0xff, 0xff, 0xff]), [thread]);
    let processor = address(5, 4, 9, AddressForm::Processor, 0x28, Some(8));
    assert_eq!(found(&[0x65, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0]), [processor]);
    // mov 8(%rax), %eax holds no address.
    assert_eq!(found(&[0x8b, 0x40, 8]), []);
}

#[test]
fn relocation_types_lead_back_to_themselves() {
    for r_type in [1, 2, 4, 9, 11, 13, 15] {
        assert_eq!(X86_64.relocation_type(X86_64.relocation(r_type)), Some(r_type));
    }
    assert_eq!(X86_64.relocation_type(RelocKind::Unknown), None);
}

/// The numbers of one instruction and its shape.
fn taken_apart(bytes: &[u8]) -> (crate::Shape, Vec<(i64, crate::NumberRole)>, bool) {
    let code = Code { bytes, address: 0, sites: &[], modes: &[] };
    let numbers = X86_64.numbers(&code, &one(bytes)).expect("it has a shape");
    let values = numbers.values.iter().flatten().map(|n| (n.value, n.role)).collect();
    (numbers.shape, values, numbers.loads_immediate)
}

#[test]
fn numbers_are_told_apart_from_what_is_done_with_them() {
    use crate::NumberRole::{Displacement, Frame, Immediate};
    let short = taken_apart(&[0x8b, 0x47, 0x70]); // mov eax, [rdi+0x70]
    let long = taken_apart(&[0x8b, 0x87, 0x80, 0, 0, 0]); // mov eax, [rdi+0x80]
    let none = taken_apart(&[0x8b, 0x07]); // mov eax, [rdi]
    assert_eq!(
        (&short.1[..], &long.1[..], &none.1[..]),
        (&[(0x70, Displacement)][..], &[(0x80, Displacement)][..], &[(0, Displacement)][..])
    );
    assert!(short.0 == long.0 && short.0 == none.0, "how many bytes a number takes is no part of the shape");
    let others: [&[u8]; 5] = [
        &[0x8b, 0x46, 0x70],       // mov eax, [rsi+0x70]
        &[0x8b, 0x4f, 0x70],       // mov ecx, [rdi+0x70]
        &[0x48, 0x8b, 0x47, 0x70], // mov rax, [rdi+0x70]
        &[0x03, 0x47, 0x70],       // add eax, [rdi+0x70]
        &[0x65, 0x8b, 0x47, 0x70], // mov eax, gs:[rdi+0x70]
    ];
    for other in others {
        assert_ne!(taken_apart(other).0, short.0, "{other:02x?}");
    }
    // add rdi, 24 and add rdi, 200; add eax, 200 has a form of its own.
    let (byte, word) = (taken_apart(&[0x48, 0x83, 0xc7, 24]), taken_apart(&[0x48, 0x81, 0xc7, 200, 0, 0, 0]));
    assert_eq!((byte.0, &byte.1[..], &word.1[..]), (word.0, &[(24, Immediate)][..], &[(200, Immediate)][..]));
    assert_eq!(taken_apart(&[0x83, 0xc0, 24]).0, taken_apart(&[0x05, 200, 0, 0, 0]).0);
    assert!(!byte.2 && taken_apart(&[0xbe, 10, 0, 0, 0]).2, "mov esi, 10 does nothing but load");
    assert_eq!(taken_apart(&[0x6a, 10]).0, taken_apart(&[0x68, 200, 0, 0, 0]).0, "push of both lengths");
    // movl $7, 8(%rsp) and sub $24, %rsp.
    assert_eq!(taken_apart(&[0xc7, 0x44, 0x24, 8, 7, 0, 0, 0]).1, [(8, Frame), (7, Immediate)]);
    assert_eq!(taken_apart(&[0x48, 0x83, 0xec, 24]).1, [(24, Frame)]);
    // mov rax, rdi is lea rax, [rdi+0].
    let (copy, lea) = (taken_apart(&[0x48, 0x89, 0xf8]), taken_apart(&[0x48, 0x8d, 0x47, 8]));
    assert_eq!(
        (copy.0, &copy.1[..], &lea.1[..]),
        (lea.0, &[(0, Displacement)][..], &[(8, Displacement)][..])
    );
    assert_eq!(taken_apart(&[0xb8, 0xff, 0xff, 0xff, 0xff]).1, [(-1, Immediate)]);
}

#[test]
fn a_relocated_field_and_a_distance_are_no_numbers() {
    let bytes = [0xc7, 0x05, 0, 0, 0, 0, 7, 0, 0, 0]; // movl $7, 0(%rip)
    let sites = [Site { offset: 2, kind: PC32 }];
    for sites in [&sites[..], &[]] {
        let code = Code { bytes: &bytes, address: 0, sites, modes: &[] };
        let insn = decode_at(&bytes, 0, sites)[0];
        let numbers = X86_64.numbers(&code, &insn).expect("it has a shape");
        assert_eq!(numbers.values.map(|n| n.map(|n| n.value)), [Some(7), None, None]);
    }
    assert_eq!(
        X86_64.numbers(&Code { bytes: &[0xeb, 0], address: 0, sites: &[], modes: &[] }, &one(&[0xeb, 0])),
        None
    );
}

proptest! {
    /// The formatter is the independent witness: what it prints differently is differently shaped or has other
    /// numbers.
    #[test]
    fn equal_shapes_print_the_same_but_for_numbers(
        bytes in proptest::collection::vec(any::<u8>(), 1..16),
        at in 0usize..16,
        flip in 1u8..=255,
    ) {
        let mut other = bytes.clone();
        let at = at % other.len();
        other[at] ^= flip;
        let apart = |bytes: &[u8]| {
            let code = Code { bytes, address: 0, sites: &[], modes: &[] };
            let insn = decode_at(bytes, 0, &[])[0];
            let numbers = X86_64.numbers(&code, &insn)?;
            Some((numbers, insn.target, X86_64.format(&code, &insn, &|_| None)))
        };
        if let (Some((a, to_a, text_a)), Some((b, to_b, text_b))) = (apart(&bytes), apart(&other))
            && a.shape == b.shape && to_a == to_b
        {
            // A copy of a register is printed as one, and ways to encode the same are not.
            let copy = |text: &str| text.starts_with("mov") || text.starts_with("lea");
            if a.values == b.values && !(copy(&text_a) && copy(&text_b)) {
                prop_assert_eq!(text_a, text_b);
            } else {
                let mnemonic = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
                let same = mnemonic(&text_a) == mnemonic(&text_b) || copy(&text_a) && copy(&text_b);
                prop_assert!(same, "{} and {}", text_a, text_b);
            }
        }
    }
}
