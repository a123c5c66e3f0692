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
    X86_64.decode(&Code { bytes, address: 100, sites }, &mut insns);
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
    let code = Code { bytes: &bytes, address: 0, sites: &[] };
    let insn = decode(&bytes, &[])[0];
    let name = |operand| (operand == Operand::Site(7)).then(|| "x".to_owned());
    assert_eq!(X86_64.format(&code, &insn, &name), "movl x+4(%rip),%eax");
    let data = record(DATA, &[0x0f, 0x0b]);
    let code = Code { bytes: &data, address: 0, sites: &[] };
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
            let code = Code { bytes: &bytes, address: 0, sites: &[] };
            X86_64.format(&code, insn, &|_| None);
        }
        prop_assert_eq!(at as usize, bytes.len());
        X86_64.is_padding(&bytes);
    }
}
