use proptest::prelude::*;

use super::*;
use crate::Site;

fn record(class: u8, text: &[u8]) -> Vec<u8> {
    let mut bytes = vec![(text.len() + HEADER) as u8, class];
    bytes.extend_from_slice(text);
    bytes
}

fn class(mnemonic: &[u8]) -> u8 {
    crate::x86::X86_64_ATT.place(mnemonic).map_or(record::PLAIN, |i| i as u8 + 1)
}

fn decode(bytes: &[u8], sites: &[Site]) -> Vec<Insn> {
    let mut insns = Vec::new();
    X86_64.decode(&Code { bytes, address: 100, sites, modes: &[] }, &mut insns);
    insns
}

#[test]
fn every_mnemonic_has_a_class_of_its_own() {
    let syntax = &crate::x86::X86_64_ATT;
    assert!(syntax.mnemonics.len() < usize::from(SPACE));
    let names: std::collections::BTreeSet<_> = syntax.mnemonics.iter().map(|m| m.0).collect();
    assert_eq!(names.len(), syntax.mnemonics.len());
}

#[test]
fn branches_lead_to_records() {
    let jump = record(class(b"jne"), b"jne \x02\x08\x00\x00\x00");
    let insn = decode(&jump, &[])[0];
    assert_eq!((insn.kind, insn.target), (InsnKind::ConditionalJump, Some(108)));
    let site = Site { offset: 7, kind: RelocKind::Absolute { size: 4 } };
    let relocated = decode(&jump, &[site])[0];
    assert_eq!((relocated.target, relocated.field, relocated.opcode), (None, None, insn.opcode));
    let hinted = decode(&record(class(b"jne"), b"jne \x02\x08\x00\x00\x00,pn"), &[])[0];
    assert_eq!((hinted.opcode, hinted.target), (0, Some(108)));
    let other = decode(&record(class(b"je"), b"je \x02\x08\x00\x00\x00"), &[])[0];
    assert_ne!(other.opcode, insn.opcode);
    let through = decode(&record(class(b"jmp"), b"jmp *%rax"), &[])[0];
    assert_eq!(through.kind, InsnKind::IndirectJump);
    assert_eq!(decode(&record(class(b"call"), b"call *\x01(%rip)"), &[])[0].kind, InsnKind::IndirectCall);
}

#[test]
fn text_has_its_symbols_back() {
    let bytes = record(record::PLAIN, b"movl \x01+4(%rip),%eax");
    let code = Code { bytes: &bytes, address: 0, sites: &[], modes: &[] };
    let insn = decode(&bytes, &[])[0];
    let name = |operand| (operand == Operand::Site(7)).then(|| "x".to_owned());
    assert_eq!(X86_64.format(&code, &insn, &name), "movl x+4(%rip),%eax");
    let data = record(DATA, &[0x0f, 0x0b]);
    let code = Code { bytes: &data, address: 0, sites: &[], modes: &[] };
    assert_eq!(X86_64.format(&code, &decode(&data, &[])[0], &|_| None), ".byte 0x0f, 0x0b");
}

#[test]
fn padding_is_told_from_code() {
    let nops =
        [record(class(b"nop"), b"nop"), record(SPACE, b".skip 16,144"), record(DATA, &[0x90; 5])].concat();
    assert!(X86_64.is_padding(&nops) && X86_64.is_padding(&[]));
    assert!(!X86_64.is_padding(&record(class(b"ret"), b"ret")));
    assert!(!X86_64.is_padding(&record(DATA, &[0x90, 0x91])));
}

proptest! {
    #[test]
    fn any_bytes_are_covered_once(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let insns = decode(&bytes, &[]);
        let mut at = 0;
        for insn in &insns {
            prop_assert_eq!(insn.offset, at);
            prop_assert!(insn.len > 0);
            at = insn.end();
            let code = Code { bytes: &bytes, address: 0, sites: &[], modes: &[] };
            X86_64.format(&code, insn, &|_| None);
            X86_64.numbers(&code, insn);
            X86_64.effects(&code, insn);
        }
        prop_assert_eq!(at as usize, bytes.len());
        X86_64.is_padding(&bytes);
    }
}

fn numbers(text: &str) -> Option<Numbers> {
    let bytes = record(record::PLAIN, text.as_bytes());
    X86_64.numbers(&Code { bytes: &bytes, address: 0, sites: &[], modes: &[] }, &decode(&bytes, &[])[0])
}

/// The numbers of one statement and their roles.
fn values(text: &str) -> Vec<(i64, crate::NumberRole)> {
    numbers(text).expect("it has a shape").values.iter().flatten().map(|n| (n.value, n.role)).collect()
}

#[test]
fn numbers_are_told_from_the_rest_of_the_text() {
    use crate::NumberRole::{Displacement, Frame, Immediate};
    assert_eq!(values("movl $12,%esi"), [(12, Immediate)]);
    assert_eq!(values("movl $-3,-16(%rsp,%rax,4)"), [(-16, Frame), (-3, Immediate)]);
    assert_eq!(values("movq (%rdi),%rax"), [(0, Displacement)]);
    assert_eq!(values("movq %gs:40,%rax"), [(40, Displacement)]);
    assert_eq!(values("subq $24,%rsp"), [(24, Frame)]);
    assert_eq!(values("jmp *8(,%rdi,8)"), [(8, Displacement)]);
    // What a symbol is part of, registers with numbers in their names, and what is no number of 64 bits.
    for text in [
        "movl $\x01,%edi",
        "movl $\x01-\x01+4,%edi",
        "movl \x01-4(%rip),%eax",
        "movl 4+\x01(%rip),%eax",
        "faddp %st,%st(1)",
        "movq $18446744073709551615,%rax",
        "movl $007,%eax",
        "movl $-0,%eax",
        "vaddps {rn-sae},%zmm1,%zmm2,%zmm3",
    ] {
        assert_eq!(values(text), [], "{text}");
    }
    let loads = |text| numbers(text).expect("it has a shape").loads_immediate;
    assert!(loads("movl $12,%esi") && loads("pushq $12") && loads("movb $1,8(%rsp)"));
    assert!(!loads("addl $12,%esi") && !loads("movl $\x01,%edi") && !loads("movl 12,%esi"));
    // No instruction has so many.
    assert_eq!(numbers("mov $1,$2,$3,4(%rax)"), None);
    // Only classes of statements have numbers: what follows is bytes.
    let bytes = record(DATA, b"movl $12,%esi");
    assert_eq!(
        X86_64.numbers(&Code { bytes: &bytes, address: 0, sites: &[], modes: &[] }, &decode(&bytes, &[])[0]),
        None
    );
}

#[test]
fn shapes_are_texts_without_numbers() {
    let same = |a: &str, b: &str| {
        let (a, b) = (numbers(a).expect("it has a shape"), numbers(b).expect("it has a shape"));
        a.shape == b.shape && a.loads_immediate == b.loads_immediate
    };
    let long = "vfmadd231ps $5,17(%rdi,%rsi,8),%zmm13,%zmm14{%k1}{z}";
    for (a, b) in [
        ("movl $12,%esi", "movl $-4000,%esi"),
        ("movq (%rdi),%rax", "movq 128(%rdi),%rax"),
        (long, "vfmadd231ps $500,1700(%rdi,%rsi,8),%zmm13,%zmm14{%k1}{z}"),
    ] {
        assert!(same(a, b), "{a} and {b}");
    }
    for (a, b) in [
        ("movl $12,%esi", "movl $12,%edi"),
        ("movl $12,%esi", "movl 12,%esi"),
        ("movl $12,%esi", "movl $\x01,%esi"),
        ("movl $12,%esi", "movq $12,%rsi"),
        ("movl $12,%esi", "movl $12,,%esi"),
        ("movl $7,%esi", "movl $007,%esi"),
        ("movl (%rdi,%rax,4),%esi", "movl (%rdi,%rax,8),%esi"),
        ("addl $1,(%rdi)", "lock addl $1,(%rdi)"),
        ("faddp %st,%st(1)", "faddp %st,%st(2)"),
        ("movl $\x01-\x01+4,%edi", "movl $\x01-\x01+8,%edi"),
        (long, "vfmadd231ps $5,17(%rdi,%rsi,8),%zmm13,%zmm14{%k2}{z}"),
        (long, "vfmadd231ps $5,17(%rdi,%rsi,4),%zmm13,%zmm14{%k1}{z}"),
    ] {
        assert!(!same(a, b), "{a} and {b}");
    }
}

#[test]
fn effects_are_those_of_the_registers_named() {
    let set = |names: &str| -> RegSet {
        let number = |name| (0..68).find(|&n| X86_64.register_name(n) == name).expect("a register's name");
        names.split_whitespace().map(number).collect()
    };
    let effects = |class: u8, text: &str| {
        let bytes = record(class, text.as_bytes());
        X86_64.effects(&Code { bytes: &bytes, address: 0, sites: &[], modes: &[] }, &decode(&bytes, &[])[0])
    };
    let cases = [
        ("movl $12,%esi", "", "rsi"),
        ("movw $12,%si", "rsi", "rsi"),
        ("movl $12,8(%rsp)", "rsp", ""),
        ("movl $12,\x01(%rip)", "", ""),
        ("leaq 8(%rdi,%rsi,4),%rax", "rdi rsi", "rax"),
        ("movq %fs:40,%rax", "fs", "rax"),
        ("movzbl %dil,%eax", "rdi", "rax"),
        ("vmovups %zmm1,%zmm20{%k1}{z}", "xmm1 xmm20 k1", "xmm20 k1"),
        ("addl %ecx,%eax", "rax rcx", "rax flags"),
        ("shlq %cl,8(%rdx)", "rcx rdx flags", "flags"),
        ("cmpl $5,%edi", "rdi", "flags"),
        ("pushq %rbx", "rbx rsp", "rsp"),
        ("popq %rbp", "rsp", "rbp rsp"),
    ];
    for (text, reads, writes) in cases {
        let expected = Effects { reads: set(reads), writes: set(writes) };
        assert_eq!(effects(record::PLAIN, text), expected, "{text}");
    }
    let all = Effects { reads: RegSet::ALL, writes: RegSet::ALL };
    for text in [
        "mulq %rcx",
        "movsb",
        "movsl",
        "lock addl $1,(%rdi)",
        "movq %cr3,%rax",
        "mov",
        "movl $1,%what",
        "mov %,%rax",
    ] {
        assert_eq!(effects(record::PLAIN, text), all, "{text}");
    }
    assert_eq!(effects(class(b"call"), "call *%rax"), all);
    assert_eq!(effects(DATA, "movl $12,%esi"), all);
}

#[test]
fn every_mnemonic_and_register_is_listed_once() {
    let syntax = &crate::x86::X86_64_ATT;
    let mnemonics: Vec<_> = syntax.accesses.iter().flat_map(|a| a.1).collect();
    let registers: Vec<_> = syntax.registers.iter().flat_map(|r| r.names).collect();
    for list in [mnemonics, registers] {
        let once: std::collections::BTreeSet<_> = list.iter().collect();
        assert_eq!(once.len(), list.len());
    }
}

fn effects_of(arch: &TextArch, text: &str) -> Effects {
    let bytes = record(record::PLAIN, text.as_bytes());
    let code = Code { bytes: &bytes, address: 0, sites: &[], modes: &[] };
    let mut insns = Vec::new();
    arch.decode(&code, &mut insns);
    arch.effects(&code, &insns[0])
}

/// The registers of these names.
fn registers(arch: &TextArch, names: &str) -> RegSet {
    let number = |name| (0..128).find(|&n| arch.register_name(n) == name).expect("a register's name");
    names.split_whitespace().map(number).collect()
}

#[test]
fn effects_where_the_destination_comes_first() {
    let cases = [
        (&AARCH64, "mov w0,12", "", "x0"),
        (&AARCH64, "add x1,x2,w3,sxtw 2", "x2 x3", "x1"),
        (&AARCH64, "ldr w0,[x1,x2,lsl 2]", "x1 x2", "x0"),
        (&AARCH64, "ldr x0,[x3,:lo12:\x01]", "x3", "x0"),
        (&AARCH64, "ldp x29,x30,[sp,0],16", "sp", "x29 x30 sp"),
        (&AARCH64, "str w0,[sp,-16]!", "x0 sp", "sp"),
        (&AARCH64, "movk x4,1,lsl 16", "x4", "x4"),
        (&AARCH64, "csel x0,x1,xzr,eq", "x1 nzcv", "x0"),
        (&AARCH64, "subs w0,w1,1", "x1", "x0 nzcv"),
        (&AARCH64, "cmp x0,x1", "x0 x1", "nzcv"),
        (&ARM, "mov r0,12", "", "r0"),
        (&ARM, "add r3,pc,r3", "pc r3", "r3"),
        (&ARM, "ldr r0,[r1,4]!", "r1", "r0 r1"),
        (&ARM, "movt r0,:upper16:\x01", "r0", "r0"),
        (&ARM, "add.w r0,r0,r0,lsl 1", "r0", "r0"),
        (&ARM, "adds r0,5", "r0", "r0 cpsr"),
        (&ARM, "mov.w r1,704", "", "r1"),
    ];
    for (arch, text, reads, writes) in cases {
        let expected = Effects { reads: registers(arch, reads), writes: registers(arch, writes) };
        assert_eq!(effects_of(arch, text), expected, "{text}");
    }
    let all = Effects { reads: RegSet::ALL, writes: RegSet::ALL };
    for (arch, text) in [
        (&AARCH64, "fadd d0,d1,d2"),
        (&AARCH64, "mov w0,v1.s[1]"),
        (&AARCH64, "ldr x0,what"),
        (&ARM, "moveq r0,1"),
        (&ARM, "push {r4,lr}"),
    ] {
        assert_eq!(effects_of(arch, text), all, "{text}");
    }
}

#[test]
fn numbers_where_the_destination_comes_first() {
    use crate::NumberRole::{Displacement, Frame, Immediate};
    let values = |arch: &TextArch, text: &[u8]| {
        let bytes = record(record::PLAIN, text);
        let code = Code { bytes: &bytes, address: 0, sites: &[], modes: &[] };
        let mut insns = Vec::new();
        arch.decode(&code, &mut insns);
        let numbers = arch.numbers(&code, &insns[0]).expect("it has a shape");
        numbers.values.iter().flatten().map(|n| (n.value, n.role)).collect::<Vec<_>>()
    };
    let field = |before: &str, value, behind: &str| {
        [before.as_bytes(), &record::number(value).expect("it is small"), behind.as_bytes()].concat()
    };
    assert_eq!(values(&AARCH64, b"mov w0,12"), [(12, Immediate)]);
    assert_eq!(values(&AARCH64, &field("ldr w0,[x1,", 8, "]")), [(8, Displacement)]);
    assert_eq!(values(&AARCH64, &field("ldr w0,[sp,", -8, "]!")), [(-8, Frame)]);
    assert_eq!(values(&AARCH64, &field("add x0,sp,", 24, "")), [(24, Frame)]);
    assert_eq!(values(&AARCH64, b"ldr w0,[x1,w2,sxtw 2]"), []);
    assert_eq!(values(&ARM, &field("ldr r0,[r1,", 1 << 20, "]")), [(1 << 20, Displacement)]);
    for value in [0, 1, -1, 4095, -4096, (1 << 27) - 1, -(1 << 27)] {
        let text = record::number(value).expect("it is small");
        assert_eq!(record::number_of(&text[1..]), Some(value));
    }
    assert_eq!((record::number(1 << 27), record::number(-(1 << 27) - 1)), (None, None));
}

#[test]
fn what_an_instruction_is_may_follow_from_its_operands() {
    let kind = |arch: &TextArch, text: &[u8]| {
        let mnemonic = text.split(|&c| c == b' ').next().unwrap_or_default();
        let place = arch.syntax.mnemonic(mnemonic).map_or(record::PLAIN, |m| m.place as u8 + 1);
        let bytes = record(place, text);
        let mut insns = Vec::new();
        arch.decode(&Code { bytes: &bytes, address: 0, sites: &[], modes: &[] }, &mut insns);
        (insns[0].kind, insns[0].opcode)
    };
    for (text, expected) in [
        ("bx lr", InsnKind::Return),
        ("bx r3", InsnKind::IndirectJump),
        ("bxeq lr", InsnKind::Plain),
        ("blx r3", InsnKind::IndirectCall),
        ("pop {r4,pc}", InsnKind::Return),
        ("pop {r4,lr}", InsnKind::Plain),
        ("ldmfd sp!,{r4,pc}", InsnKind::Return),
        ("ldr pc,[r3,r0,lsl 2]", InsnKind::IndirectJump),
        ("addls pc,pc,r0,lsl 2", InsnKind::Plain),
        ("mov pc,lr", InsnKind::Return),
        ("tbb [pc,r0]", InsnKind::IndirectJump),
    ] {
        assert_eq!(kind(&ARM, text.as_bytes()).0, expected, "{text}");
    }
    let target = [BRANCH, 8, 0, 0, 0];
    let branch = |text: &str| kind(&ARM, &[text.as_bytes(), &target].concat());
    assert_eq!(branch("bl "), branch("bl "));
    assert_eq!((branch("blt ").0, branch("bllt ").0), (InsnKind::ConditionalJump, InsnKind::Call));
    let opcodes: std::collections::BTreeSet<u32> =
        ["b ", "bl ", "blt ", "ble ", "bllt ", "bls ", "blx "].map(|text| branch(text).1).into();
    assert_eq!((opcodes.len(), opcodes.contains(&0)), (7, false));
    // What is tested stands beside the target.
    let tested = kind(&AARCH64, &[b"cbz w0,", &target[..]].concat());
    assert_eq!(tested, (InsnKind::ConditionalJump, 0));
}
