//! Hand-written truths about i386, and properties over arbitrary bytes. Bytes are the GNU assembler's (`as --32`).

use proptest::prelude::*;

use super::I386;
use crate::code::Via;
use crate::{
    Arch, Code, DynamicKind, Field, Insn, InsnKind, NumberRole, Operand, Origin, RegSet, RelocKind, Site,
};

/// The number of the flags.
const I386_FLAGS: u8 = 56;
const ABSOLUTE: RelocKind = RelocKind::Absolute { size: 4 };
const FROM_TABLE: RelocKind = RelocKind::FromTable { size: 4, via: Via::Direct };

fn code<'a>(bytes: &'a [u8], sites: &'a [Site]) -> Code<'a> {
    Code { bytes, address: 0x40, sites, modes: &[] }
}

fn decode(bytes: &[u8], sites: &[Site]) -> Vec<Insn> {
    let mut insns = Vec::new();
    I386.decode(&code(bytes, sites), &mut insns);
    insns
}

fn one(bytes: &[u8]) -> Insn {
    let insns = decode(bytes, &[]);
    assert_eq!(insns.len(), 1, "{bytes:02x?} is one instruction: {insns:?}");
    insns[0]
}

#[test]
fn what_64_bit_code_has_made_prefixes_of() {
    // inc %eax, dec %edi, push %es, bound, les
    for bytes in [&[0x40][..], &[0x4f], &[0x06], &[0x62, 0x1f], &[0xc4, 0x1f]] {
        assert_eq!(one(bytes).kind, InsnKind::Plain, "{bytes:02x?}");
    }
}

#[test]
fn branches_of_all_lengths_and_operand_sizes() {
    let (short, near) = (one(&[0xeb, 0x10]), one(&[0xe9, 0x10, 0, 0, 0]));
    assert_eq!((short.kind, short.opcode), (InsnKind::Jump, near.opcode));
    assert_eq!((short.target, near.target), (Some(0x52), Some(0x55)));
    assert_eq!(near.field, Some(Field::whole(1, 4)));
    // With an operand of 16 bits the target is cut to as many: another branch, of two lengths too.
    let (short_16, near_16) = (one(&[0x66, 0xeb, 0x10]), one(&[0x66, 0xe9, 0x10, 0]));
    assert_eq!(short_16.opcode, near_16.opcode);
    assert_ne!(short_16.opcode, short.opcode);
    assert_eq!(near_16.field, Some(Field::whole(2, 2)));
    for condition in 0..16 {
        let near = one(&[0x0f, 0x80 + condition, 0, 0, 0, 0]);
        let near_16 = one(&[0x66, 0x0f, 0x80 + condition, 0, 0]);
        assert_eq!(one(&[0x70 + condition, 0]).opcode, near.opcode);
        assert_eq!(one(&[0x66, 0x70 + condition, 0]).opcode, near_16.opcode);
        assert_ne!(near.opcode, near_16.opcode);
    }
    assert_ne!(one(&[0xe2, 0]).opcode, one(&[0x67, 0xe2, 0]).opcode, "loop counts ecx or cx");
    assert_ne!(one(&[0xe3, 0]).opcode, one(&[0x67, 0xe3, 0]).opcode, "jecxz and jcxz");
    // A far jump holds an address and no distance.
    assert_eq!(one(&[0xea, 0, 0, 0, 0, 8, 0]).target, None);
}

#[test]
fn absolute_addresses_are_no_distances() {
    // mov 0x10,%eax in both encodings
    for bytes in [&[0xa1, 0x10, 0, 0, 0][..], &[0x8b, 0x05, 0x10, 0, 0, 0]] {
        assert_eq!((one(bytes).field, one(bytes).target), (None, None));
    }
}

#[test]
fn padding_of_the_oldest_processors() {
    for padding in [
        &[0x8d, 0x76, 0][..],            // lea 0(%esi),%esi
        &[0x8d, 0x74, 0x26, 0],          // lea 0(%esi,%eiz,1),%esi
        &[0x2e, 0x8d, 0x74, 0x26, 0],    // with a prefix
        &[0x8d, 0xb6, 0, 0, 0, 0],       // with four bytes of displacement
        &[0x8d, 0xb4, 0x26, 0, 0, 0, 0], //
        &[0x8d, 0xb4, 0x26, 0, 0, 0, 0, 0x90],
        &[0x66, 0x90],
    ] {
        assert!(I386.is_padding(padding), "{padding:02x?}");
    }
    for other in [
        &[0x8d, 0x76, 1][..],   // lea 1(%esi),%esi
        &[0x8d, 0x7e, 0],       // lea 0(%esi),%edi
        &[0x66, 0x8d, 0x76, 0], // lea 0(%esi),%si
        &[0x8d, 0x74, 0x36, 0], // lea 0(%esi,%esi),%esi
        &[0x8b, 0x76, 0],       // mov 0(%esi),%esi
    ] {
        assert!(!I386.is_padding(other), "{other:02x?}");
    }
    // What looks so before a relocation fills it.
    let bytes = [0x8d, 0xb6, 0, 0, 0, 0];
    let site = [Site { offset: 2, kind: FROM_TABLE }];
    assert_eq!(decode(&bytes, &[])[0].kind, InsnKind::Nop);
    assert_eq!(decode(&bytes, &site)[0].kind, InsnKind::Plain);
}

#[test]
fn relocations_of_the_psabi() {
    use RelocKind::{Absolute, FromTable, Other, Relative, Unknown};
    let cases = [
        (0, Other { size: 0 }),                       // NONE
        (1, ABSOLUTE),                                // 32
        (2, Relative { size: 4, via: Via::Direct }),  // PC32
        (3, FromTable { size: 4, via: Via::Got }),    // GOT32
        (4, Relative { size: 4, via: Via::Plt }),     // PLT32
        (9, FROM_TABLE),                              // GOTOFF
        (10, Relative { size: 4, via: Via::Got }),    // GOTPC
        (11, Unknown),                                // 32PLT, which nothing writes
        (15, Other { size: 4 }),                      // TLS_IE
        (16, FromTable { size: 4, via: Via::Got }),   // TLS_GOTIE
        (17, Other { size: 4 }),                      // TLS_LE
        (18, FromTable { size: 4, via: Via::Got }),   // TLS_GD
        (20, Absolute { size: 2 }),                   // 16
        (21, Relative { size: 2, via: Via::Direct }), // PC16
        (22, Absolute { size: 1 }),                   // 8
        (23, Relative { size: 1, via: Via::Direct }), // PC8
        (32, Other { size: 4 }),                      // TLS_LDO_32
        (39, FromTable { size: 4, via: Via::Got }),   // TLS_GOTDESC
        (40, Other { size: 0 }),                      // TLS_DESC_CALL
        (43, FromTable { size: 4, via: Via::Got }),   // GOT32X
        (250, Unknown),                               // GNU_VTINHERIT
    ];
    for (r_type, kind) in cases {
        assert_eq!(I386.relocation(r_type), kind, "type {r_type}");
    }
    assert_eq!(I386.origin(2), Origin::InstructionEnd);
    assert_eq!(I386.origin(10), Origin::Label);
    assert_eq!((I386.origin(1), I386.origin(9)), (Origin::Field, Origin::Field));
    for r_type in [1, 2, 3, 4, 9, 17, 21, 23] {
        assert_eq!(I386.relocation_type(I386.relocation(r_type)), Some(r_type));
    }
    assert_eq!(I386.dynamic(8), DynamicKind::Address);
    assert_eq!(I386.dynamic(42), DynamicKind::Resolver);
    assert_eq!(I386.dynamic(99), DynamicKind::Unknown);
}

#[test]
fn texts_read_like_objdump() {
    let text = |bytes: &[u8], sites: &[Site]| {
        let named = |_: Operand| Some("there".to_owned());
        I386.format(&code(bytes, sites), &decode(bytes, sites)[0], &named)
    };
    let site = |offset, kind| [Site { offset, kind }];
    assert_eq!(text(&[0xa1, 0, 0, 0, 0], &site(1, ABSOLUTE)), "mov there,%eax");
    assert_eq!(text(&[0x8d, 0x83, 0, 0, 0, 0], &site(2, FROM_TABLE)), "lea there(%ebx),%eax");
    assert_eq!(text(&[0x68, 0, 0, 0, 0], &site(1, ABSOLUTE)), "push $there");
    assert_eq!(text(&[0xff, 0x24, 0x85, 0, 0, 0, 0], &site(3, ABSOLUTE)), "jmp *there(,%eax,4)");
    assert_eq!(text(&[0x81, 0xc3, 2, 0, 0, 0], &site(2, I386.relocation(10))), "add $there,%ebx");
    assert_eq!(text(&[0x53], &[]), "push %ebx");
    assert_eq!(text(&[0x8b, 0x44, 0x24, 4], &[]), "mov 4(%esp),%eax");
}

fn set(names: &str) -> RegSet {
    let number = |name| (0..68).find(|&n| I386.register_name(n) == name).expect("a register's name");
    names.split_whitespace().map(number).collect()
}

#[test]
fn effects_by_hand() {
    // Intel SDM volume 2.
    let truths: &[(&str, &[u8], &str, &str)] = &[
        ("push %ebx", &[0x53], "ebx esp", "esp"),
        ("push $10", &[0x6a, 10], "esp", "esp"),
        ("pop %ebp", &[0x5d], "esp", "ebp esp"),
        ("inc %eax", &[0x40], "eax", "eax flags"),
        ("mov 4(%esp),%eax", &[0x8b, 0x44, 0x24, 4], "esp", "eax"),
        ("mov %eax,4(%esp)", &[0x89, 0x44, 0x24, 4], "esp eax", ""),
        ("mov %bh,%al", &[0x88, 0xf8], "ebx eax", "eax"),
        ("pusha", &[0x60], "eax ecx edx ebx esp ebp esi edi", "esp"),
        ("popa", &[0x61], "esp", "eax ecx edx ebx esp ebp esi edi"),
        ("leave", &[0xc9], "ebp", "ebp esp"),
        ("call *%eax", &[0xff, 0xd0], "eax esp", "esp"),
        ("mov %gs:0x14,%eax", &[0x65, 0xa1, 0x14, 0, 0, 0], "gs", "eax"),
        ("mov %ds,%eax", &[0x8c, 0xd8], "ds", "eax"),
        ("xor %eax,%eax", &[0x31, 0xc0], "", "eax flags"),
        ("cltd", &[0x99], "eax", "edx"),
        ("flds 4(%esp)", &[0xd9, 0x44, 0x24, 4], "esp x87", "x87"),
        ("fstps (%eax)", &[0xd9, 0x18], "eax x87", "x87"),
        ("fadd %st(1),%st", &[0xd8, 0xc1], "x87", "x87"),
        ("fucomip %st(1),%st", &[0xdf, 0xe9], "x87", "x87 flags"),
        ("fnstsw %ax", &[0xdf, 0xe0], "eax x87", "eax"),
        ("fnstcw (%eax)", &[0xd9, 0x38], "eax", ""),
        ("cmove %ecx,%eax", &[0x0f, 0x44, 0xc1], "eax ecx flags", "eax"),
        ("rep movsl", &[0xf3, 0xa5], "ecx esi edi flags", "ecx esi edi"),
    ];
    let names = |set: RegSet| set.iter().map(|n| I386.register_name(n)).collect::<Vec<_>>().join(" ");
    for (text, bytes, reads, writes) in truths {
        let effects = I386.effects(&code(bytes, &[]), &one(bytes));
        let found = (names(effects.reads), names(effects.writes));
        assert_eq!(found, (names(set(reads)), names(set(writes))), "{text}");
    }
    // int $0x80, sysenter and syscall: the kernel goes on, by rules that are not in the code.
    for bytes in [&[0xcd, 0x80][..], &[0x0f, 0x34], &[0x0f, 0x05]] {
        assert_eq!(I386.effects(&code(bytes, &[]), &one(bytes)).writes, RegSet::ALL, "{bytes:02x?}");
    }
}

#[test]
fn conventions_leave_no_register_out() {
    let conventions = I386.conventions();
    assert_eq!((conventions[0].name, conventions[0].arguments), ("c", &[][..]));
    let regparm = conventions.iter().find(|c| c.name == "regparm3").expect("the kernel's convention");
    assert_eq!(
        regparm.arguments.iter().map(|&r| I386.register_name(r)).collect::<Vec<_>>(),
        ["eax", "edx", "ecx"]
    );
    let of_64 = crate::x86::X86_64.conventions();
    assert!(of_64.iter().any(|c| c.name == "put_user") && conventions.iter().any(|c| c.name == "put_user"));
    for (convention, general) in conventions.iter().map(|c| (c, 8)).chain(of_64.iter().map(|c| (c, 16))) {
        let name = convention.name;
        let both = convention.caller_saved.intersection(convention.callee_saved);
        assert!(both.is_empty(), "{name}");
        let all = convention.caller_saved.union(convention.callee_saved);
        assert!((0..general).chain([I386_FLAGS]).all(|r| all.contains(r)), "{name}");
        assert!(convention.results.iter().all(|&r| convention.caller_saved.contains(r)), "{name}");
        assert!(convention.callee_saved.contains(I386.stack_register()), "{name}");
    }
    // Linux 6.1, arch/x86/lib/putuser.S: the error in rcx, and rbx is used up.
    let put_user = of_64.iter().find(|c| c.name == "put_user").expect("it is there");
    let name = |r| crate::x86::X86_64.register_name(r);
    assert_eq!(put_user.caller_saved.iter().map(name).collect::<Vec<_>>(), ["rcx", "rbx", "flags"]);
}

#[test]
fn numbers_have_their_sign() {
    let numbers = |bytes: &[u8]| {
        let numbers = I386.numbers(&code(bytes, &[]), &one(bytes)).expect("it has a shape");
        let values: Vec<_> = numbers.values.iter().flatten().map(|n| (n.value, n.role)).collect();
        (numbers.shape, values, numbers.loads_immediate)
    };
    // mov -8(%ebp),%eax with displacements of one byte and of four
    let (byte, word) = (numbers(&[0x8b, 0x45, 0xf8]), numbers(&[0x8b, 0x85, 0, 0xff, 0xff, 0xff]));
    assert_eq!(byte.1, [(-8, NumberRole::Displacement)]);
    assert_eq!((word.1[0].0, word.0), (-256, byte.0));
    assert_eq!(numbers(&[0x8b, 0x44, 0x24, 4]).1, [(4, NumberRole::Frame)]);
    assert!(numbers(&[0x6a, 10]).2, "push $10 does nothing but load");
    // mov %esi,%eax is lea 0(%esi),%eax
    assert_eq!(numbers(&[0x89, 0xf0]).0, numbers(&[0x8d, 0x46, 8]).0);
}

#[test]
fn addresses_of_linked_code() {
    use crate::{Address, AddressForm};
    let found = |bytes: &[u8]| {
        let mut out = Vec::new();
        I386.addresses(&Code { bytes, address: 0x0804_9000, sites: &[], modes: &[] }, &mut out);
        out
    };
    let address = |field, size, end, form, value, access| Address { field, size, end, form, value, access };
    // call, mov 0x804c010,%eax, push $0x804a000, movl $7,0x804c010
    assert_eq!(found(&[0xe8, 0, 1, 0, 0]), [address(1, 4, 5, AddressForm::Branch, 0x0804_9105, None)]);
    assert_eq!(
        found(&[0xa1, 0x10, 0xc0, 4, 8]),
        [address(1, 4, 5, AddressForm::Absolute, 0x0804_c010, Some(4))]
    );
    assert_eq!(found(&[0x68, 0, 0xa0, 4, 8]), [address(1, 4, 5, AddressForm::Absolute, 0x0804_a000, None)]);
    let both = found(&[0xc7, 0x05, 0x10, 0xc0, 4, 8, 7, 0, 0, 0]);
    assert_eq!(both[0], address(2, 4, 10, AddressForm::Absolute, 0x0804_c010, Some(4)));
    // mov %gs:-4,%eax is thread-local, mov %fs:8,%eax the processor's.
    assert_eq!(
        found(&[0x65, 0xa1, 0xfc, 0xff, 0xff, 0xff]),
        [address(2, 4, 6, AddressForm::Thread, -4i64 as u64, Some(4))]
    );
    assert_eq!(found(&[0x64, 0xa1, 8, 0, 0, 0]), [address(2, 4, 6, AddressForm::Processor, 8, Some(4))]);
}

fn arbitrary_sites() -> impl Strategy<Value = Vec<Site>> {
    prop::collection::vec((0u32..80, 0u32..45), 0..6).prop_map(|list| {
        let site = |(offset, r_type)| Site { offset, kind: I386.relocation(r_type) };
        let mut sites: Vec<Site> = list.into_iter().map(site).collect();
        sites.sort_by_key(|s| s.offset);
        sites
    })
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
        I386.decode(&code, &mut insns);
        let mut at = 0;
        for insn in &insns {
            prop_assert_eq!(insn.offset, at);
            prop_assert!(insn.len > 0);
            if let Some(field) = insn.field {
                prop_assert!(field.offset + field.size <= insn.len && field.size > 0);
                prop_assert!(insn.target.is_some() && insn.kind.is_direct_branch());
            }
            at = insn.end();
            I386.format(&code, insn, &|_| Some("name".to_owned()));
            I386.format(&code, insn, &|_| None);
            I386.effects(&code, insn);
            I386.numbers(&code, insn);
        }
        prop_assert_eq!(at as usize, bytes.len());
        I386.is_padding(&bytes);
        I386.addresses(&code, &mut Vec::new());
    }

    /// No bit outside of a named field can change without being seen, and none inside without the target moving.
    #[test]
    fn every_bit_is_seen(bytes in prop::collection::vec(any::<u8>(), 15..16), place in any::<prop::sample::Index>()) {
        let before = decode(&bytes, &[])[0];
        let bit = place.index(usize::from(before.len) * 8);
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let after = decode(&flipped, &[])[0];
        let in_field = before.field.is_some_and(|f| f.bits_at(bit / 8) != 0);
        if before.opcode == 0 {
            // Compared by its bytes, which have no field.
            prop_assert_eq!(before.field, None);
        } else if in_field {
            prop_assert!(before.target != after.target || before.opcode != after.opcode, "{:02x?}", bytes);
        } else if after.opcode == before.opcode {
            // Another length leads elsewhere; else it is a prefix without a meaning for branches: a second hint, a
            // segment.
            let is_prefix = bit / 8 < usize::from(before.len) - 1;
            prop_assert!(before.target != after.target || is_prefix, "{:02x?} {:02x?}", bytes, flipped);
        }
    }
}
