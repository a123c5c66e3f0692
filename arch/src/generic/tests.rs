//! Bytes as GNU and LLVM assemblers wrote them, and where `objdump` says that they lead.

use super::decode::field_of;
use super::*;
use crate::Site;

fn arch(elf: u16, is_64: bool, is_big_endian: bool) -> &'static dyn Arch {
    by_elf_machine(Machine { elf, is_64, is_big_endian, flags: 0 })
}

fn decode(arch: &dyn Arch, bytes: &[u8], address: u64) -> Vec<Insn> {
    let mut insns = Vec::new();
    arch.decode(&Code { bytes, address, sites: &[], modes: &[] }, &mut insns);
    insns
}

/// The kind and the target of a single instruction.
fn leads(arch: &dyn Arch, bytes: &[u8], address: u64) -> (InsnKind, Option<u64>) {
    let insns = decode(arch, bytes, address);
    assert_eq!(insns.len(), 1, "{bytes:02x?} are one instruction of {}", arch.name());
    (insns[0].kind, insns[0].target)
}

#[test]
fn all_patterns_fit_into_fields_and_are_reached() {
    for generic in ALL {
        for pattern in generic.table.own_patterns.iter().chain(generic.table.patterns) {
            let name = generic.name();
            assert_eq!(pattern.value & !pattern.mask, 0, "{name}: {pattern:x?}");
            let field = field_of(generic.table, pattern);
            assert_eq!(field.is_some(), !pattern.distance.is_empty(), "{name}: {pattern:x?}");
            assert_eq!(
                pattern.bits() & pattern.mask,
                0,
                "{name}: what tells it is no distance: {pattern:x?}"
            );
            let first = generic.table.pattern(pattern.len, pattern.value).map(|p| p.kind);
            assert!(first.is_some(), "{name}: {pattern:x?}");
        }
    }
}

#[test]
fn branches_of_power() {
    let le = arch(21, true, false);
    // ble 20, bgt 220
    assert_eq!(leads(le, &[8, 0, 0x81, 0x40], 0x18), (InsnKind::ConditionalJump, Some(0x20)));
    assert_eq!(leads(le, &[0x54, 1, 0x81, 0x41], 0xcc), (InsnKind::ConditionalJump, Some(0x220)));
    // b 40, and what it is on a big-endian machine
    assert_eq!(leads(le, &[0x28, 0, 0, 0x48], 0x18), (InsnKind::Jump, Some(0x40)));
    assert_eq!(leads(arch(21, true, true), &[0x48, 0, 0, 0x28], 0x18), (InsnKind::Jump, Some(0x40)));
    // bl back, blr, and an absolute branch
    assert_eq!(leads(le, &[0xf1, 0xff, 0xff, 0x4b], 0x100), (InsnKind::Call, Some(0xf0)));
    assert_eq!(leads(le, &[0x20, 0, 0x80, 0x4e], 0), (InsnKind::Return, None));
    assert_eq!(leads(le, &[0x02, 1, 0, 0x48], 0), (InsnKind::Raw, None));
    // paddi with a prefix is one instruction
    assert_eq!(leads(le, &[0, 0, 0x10, 6, 0, 0, 0x60, 0x38], 0), (InsnKind::Raw, None));
}

#[test]
fn branches_of_s390() {
    let s390 = arch(22, true, true);
    // jle 68, which has a longer form as well
    let short = decode(s390, &[0xa7, 0xc4, 0, 5], 0x5e);
    assert_eq!((short[0].kind, short[0].target), (InsnKind::ConditionalJump, Some(0x68)));
    let long = decode(s390, &[0xc0, 0xc4, 0, 0, 0, 5], 0x5e);
    assert_eq!((long[0].kind, long[0].target), (InsnKind::ConditionalJump, Some(0x68)));
    assert_eq!(short[0].opcode, long[0].opcode);
    let other = decode(s390, &[0xa7, 0x84, 0, 5], 0x5e);
    assert_ne!(short[0].opcode, other[0].opcode, "another condition is another branch");
    // larl, brasl back, cgij
    assert_eq!(leads(s390, &[0xc0, 0x10, 0, 0, 0, 8], 0x40), (InsnKind::Raw, Some(0x50)));
    assert_eq!(leads(s390, &[0xc0, 0xe5, 0xff, 0xff, 0xff, 0xf0], 0x40), (InsnKind::Call, Some(0x20)));
    let both = leads(s390, &[0xec, 0x2a, 0, 0x10, 5, 0x7c], 0x40);
    assert_eq!(both, (InsnKind::ConditionalJump, Some(0x60)));
    assert_eq!(leads(s390, &[7, 0xfe], 0), (InsnKind::Return, None));
    assert_eq!(leads(s390, &[7, 7], 0), (InsnKind::Nop, None));
}

#[test]
fn branches_of_riscv() {
    let riscv = arch(243, true, false);
    // bge a0, a5, 12 and bltu a5, a0, ee, as an assembler that does not relax resolves them
    assert_eq!(leads(riscv, &[0x63, 0x53, 0xf5, 0], 0xc), (InsnKind::ConditionalJump, Some(0x12)));
    assert_eq!(leads(riscv, &[0x63, 0xed, 0xa7, 8], 0x54), (InsnKind::ConditionalJump, Some(0xee)));
    // beqz a0, +8 and its short form; j +16 and its short form
    let long = decode(riscv, &[0x63, 4, 5, 0], 0);
    let short = decode(riscv, &[1, 0xc5], 0);
    assert_eq!((long[0].opcode, long[0].target), (short[0].opcode, short[0].target));
    assert_eq!(long[0].target, Some(8));
    let long = decode(riscv, &[0x6f, 0, 0, 1], 0);
    let short = decode(riscv, &[1, 0xa8], 0);
    assert_eq!((long[0].opcode, long[0].target), (short[0].opcode, short[0].target));
    assert_eq!(long[0].target, Some(16));
    // c.jal of 32-bit machines is c.addiw of others
    assert_eq!(leads(riscv, &[1, 0x28], 0), (InsnKind::Raw, None));
    assert_eq!(leads(arch(243, false, false), &[1, 0x28], 0), (InsnKind::Call, Some(16)));
    assert_eq!(leads(riscv, &[0x82, 0x80], 0), (InsnKind::Return, None));
}

#[test]
fn branches_of_loongarch_and_mips() {
    let loongarch = arch(258, true, false);
    assert_eq!(leads(loongarch, &[0, 0x1c, 0, 0x54], 8), (InsnKind::Call, Some(0x24)));
    assert_eq!(leads(loongarch, &[0xff, 0xd3, 0xff, 0x53], 0x54), (InsnKind::Jump, Some(0x24)));
    assert_eq!(leads(loongarch, &[0xa4, 0x2c, 0, 0x68], 0x64), (InsnKind::ConditionalJump, Some(0x90)));
    let mipsel = arch(8, false, false);
    assert_eq!(leads(mipsel, &[0x10, 0, 0x20, 0x10], 0xd0), (InsnKind::ConditionalJump, Some(0x114)));
    let mips64 = arch(8, true, true);
    assert_eq!(leads(mips64, &[0x10, 0x20, 0, 0x11], 0xd8), (InsnKind::ConditionalJump, Some(0x120)));
    assert_eq!(leads(mips64, &[3, 0xe0, 0, 8], 0), (InsnKind::Return, None));
    // A NOP behind a branch is executed, and never filler.
    assert_eq!(leads(mips64, &[0, 0, 0, 0], 0), (InsnKind::Raw, None));
}

#[test]
fn relocations_fill_what_the_abi_says() {
    let (le, be) = (arch(21, true, false), arch(21, true, true));
    // TOC16_LO_DS leaves the two lowest bits of the displacement.
    assert_eq!((le.relocated_bits(64), be.relocated_bits(64)), (0xfffc, 0xfcff));
    // REL24
    assert_eq!((le.relocated_bits(10), be.relocated_bits(10)), (0x03ff_fffc, 0xfcff_ff03));
    // PCREL34 fills 18 bits of the prefix, which comes first, and 16 of what follows.
    assert_eq!(le.relocated_bits(132), 0x0000_ffff_0003_ffff);
    assert_eq!(be.relocated_bits(132), 0xffff_0000_ffff_0300);
    // GPREL16, SUB and HI16 in one entry of 64-bit MIPS fill what the last one does.
    let mips64 = arch(8, true, true);
    assert_eq!(mips64.relocation(0x05_1807), RelocKind::Other { size: 4 });
    assert_eq!(mips64.relocated_bits(0x05_1807), 0xffff_0000);
    assert_eq!(mips64.relocation(18), RelocKind::Absolute { size: 8 });
    // LO16 in the field: addiu $25, $1, 0x50; GOT16 and HI16 are the upper half.
    let mipsel = arch(8, false, false);
    assert_eq!(mipsel.addend_in_field(6, &[0x50, 0, 0x39, 0x24]), Some(0x50));
    assert_eq!(mipsel.addend_in_field(5, &[0xff, 0xff, 2, 0x3c]), Some(-0x1_0000));
    assert_eq!(mipsel.addend_in_field(4, &[0xb, 0, 0, 0xc]), Some(0x2c));
    assert_eq!(mipsel.addend_in_field(2, &[1, 0, 0, 0]), None);
}

#[test]
fn padding_does_nothing() {
    let ppc = arch(21, true, false);
    let nop = [0, 0, 0, 0x60];
    // b +12 and two NOPs behind zeros: as GAS aligns functions.
    assert!(ppc.is_padding(&[[0x0c, 0, 0, 0x48], nop, nop].concat()));
    assert!(!ppc.is_padding(&[[0x08, 0, 0, 0x48], nop, nop].concat()), "the branch leads into it");
    assert!(ppc.is_padding(&[0; 24]));
    assert!(!ppc.is_padding(&[0x20, 0, 0x80, 0x4e]));
    assert!(!arch(243, true, false).is_padding(&[1]), "half an instruction");
    // Between a call and what follows the linker puts the load of the caller's table of contents.
    let insns = decode(ppc, &[[1, 0, 0, 0x48], nop, nop].concat(), 0);
    assert_eq!(
        insns.iter().map(|i| i.kind).collect::<Vec<_>>(),
        [InsnKind::Call, InsnKind::Raw, InsnKind::Nop]
    );
}

#[test]
fn unknown_machines_are_bytes() {
    let first = arch(94, false, true);
    assert_eq!(first.name(), "elf-94");
    assert_eq!(arch(94, false, true).name().as_ptr(), first.name().as_ptr(), "each is made once");
    assert_eq!(arch(40, false, true).name(), "armeb");
    assert_eq!(first.relocation(1), RelocKind::Unknown);
    let insns = decode(first, &[1, 2, 3, 4, 5], 0);
    assert_eq!(
        insns.iter().map(|i| (i.len, i.kind)).collect::<Vec<_>>(),
        [(4, InsnKind::Unknown), (1, InsnKind::Unknown)]
    );
    let code = Code { bytes: &[1, 2, 3, 4, 5], address: 0, sites: &[], modes: &[] };
    assert_eq!(first.format(&code, &insns[1], &|_| None), ".byte 0x05");
}

#[test]
fn words_are_shown_with_what_they_refer_to() {
    let s390 = arch(22, true, true);
    let site = Site { offset: 2, kind: s390.relocation(20) };
    let bytes = [0xc0, 0xe5, 0, 0, 0, 0, 0xa7, 0xf4, 0, 5];
    let code = Code { bytes: &bytes, address: 0, sites: &[site], modes: &[] };
    let mut insns = Vec::new();
    s390.decode(&code, &mut insns);
    let name = |operand| match operand {
        Operand::Site(_) => Some("report".to_owned()),
        Operand::Target(_) => None,
    };
    assert_eq!(s390.format(&code, &insns[0], &name), "c0e5 0000 0000  report");
    assert_eq!(s390.format(&code, &insns[1], &name), "a7f4 0000  0x10");
}

#[test]
fn addresses_of_several_variables_are_lost() {
    let s390 = arch(22, true, true);
    // larl %r1; l %r2,4(%r1) against larl %r1; l %r2,0(%r1)
    for (displacement, count) in [(4, 1), (0, 0)] {
        let bytes = [0xc0, 0x10, 0, 0, 0, 0, 0x58, 0x20, 0x10, displacement, 7, 0xfe];
        let sites = [Site { offset: 2, kind: s390.relocation(19) }];
        let code = Code { bytes: &bytes, address: 0, sites: &sites, modes: &[] };
        let mut insns = Vec::new();
        s390.decode(&code, &mut insns);
        let mut reaches = Vec::new();
        s390.reaches(&code, &insns, &mut reaches);
        assert_eq!(reaches.len(), count, "displacement {displacement}");
    }
}

#[test]
fn an_address_in_two_halves_is_lost_as_one() {
    let riscv = arch(243, true, false);
    // auipc a5; addi REGISTER, a5; lw a0, DISPLACEMENT(a5); ret
    let lost = |register: u8, displacement: u8| {
        let auipc = [0x97, 7, 0, 0];
        let addi = (u32::from(register) << 7 | 15 << 15 | 0x13).to_le_bytes();
        let load = (u32::from(displacement) << 20 | 15 << 15 | 2 << 12 | 10 << 7 | 3).to_le_bytes();
        let bytes = [&auipc[..], &addi, &load, &[0x82, 0x80]].concat();
        let site = |offset, r_type| Site { offset, kind: riscv.relocation(r_type) };
        let sites = [site(0, 23), site(0, 51), site(4, 24)];
        let code = Code { bytes: &bytes, address: 0, sites: &sites, modes: &[] };
        let mut insns = Vec::new();
        riscv.decode(&code, &mut insns);
        let mut reaches = Vec::new();
        riscv.reaches(&code, &insns, &mut reaches);
        reaches.iter().any(|r| r.base == crate::code::Base::Site(0))
    };
    assert!(!lost(15, 0));
    assert!(lost(15, 4), "a neighbour is read");
    assert!(lost(14, 0), "the address goes on in another register");
}
