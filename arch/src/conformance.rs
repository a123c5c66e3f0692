//! Whether an implementation of [`Arch`] keeps what it promises, as far as that shows by trying: for the tests of
//! architectures, here and elsewhere.

use crate::{Arch, Code, Insn, InsnKind, Operand, RelocKind, Site};

/// Relocation types that are tried.
const TYPES: std::ops::Range<u32> = 0..1100;

/// Tries everything of an architecture on some code: bytes of any kind. Finding out about one field costs decoding
/// all of the code for each of its bits, so that some hundred bytes at a time are best.
///
/// # Errors
/// A sentence about the first promise that was not kept. A promise not to panic is broken by panicking.
pub fn check(arch: &dyn Arch, code: &Code<'_>) -> Result<(), String> {
    let insns = decode(arch, code);
    covers(code, &insns)?;
    if decode(arch, code) != insns {
        return Err("decoding the same twice gives two answers".to_owned());
    }
    for (i, insn) in insns.iter().enumerate() {
        let wrong = one(arch, code, insn).and_then(|()| field(arch, code, i, insn));
        wrong.map_err(|what| {
            format!("{} at {:#x} of {:02x?}: {what}", arch.name(), insn.offset, code.bytes)
        })?;
    }
    beside(arch, code, &insns)
}

/// Tries all relocation types of an architecture.
///
/// # Errors
/// As [`check`].
pub fn check_relocations(arch: &dyn Arch) -> Result<(), String> {
    for r_type in TYPES {
        let kind = arch.relocation(r_type);
        let size = kind.size().unwrap_or(0);
        if size > 8 {
            return Err(format!("type {r_type} fills {size} bytes"));
        }
        let bits = arch.relocated_bits(r_type);
        let inside = if size == 8 { bits } else { bits & ((1 << (8 * size)) - 1) };
        if size > 0 && inside == 0 {
            return Err(format!("type {r_type} fills none of its {size} bytes"));
        }
        if kind != RelocKind::Unknown && arch.follows_relocation(r_type) && size == 0 {
            return Err(format!("type {r_type} leads where another one does, and fills nothing"));
        }
        let _ = (arch.origin(r_type), arch.dynamic(r_type), arch.low_half(r_type), arch.filler(r_type, 4));
        let _ = arch.addend_in_field(r_type, &[0xff; 8][..usize::from(size)]);
        if arch.relocation_type(kind).is_some_and(|plain| arch.relocation(plain) != kind) {
            return Err(format!("the plainest type that does what type {r_type} does, does something else"));
        }
    }
    Ok(())
}

fn decode(arch: &dyn Arch, code: &Code<'_>) -> Vec<Insn> {
    let mut insns = Vec::new();
    arch.decode(code, &mut insns);
    insns
}

/// Every byte is covered once, in order.
fn covers(code: &Code<'_>, insns: &[Insn]) -> Result<(), String> {
    let mut end = 0;
    for insn in insns {
        if insn.offset != end || insn.len == 0 {
            return Err(format!(
                "an instruction of {} bytes at {:#x} follows {end:#x}",
                insn.len, insn.offset
            ));
        }
        end = insn.end();
    }
    match end as usize == code.bytes.len() {
        true => Ok(()),
        false => Err(format!("{end} bytes of {} are covered", code.bytes.len())),
    }
}

/// What is said of one instruction fits together.
fn one(arch: &dyn Arch, code: &Code<'_>, insn: &Insn) -> Result<(), String> {
    let wrong = |what: &str| Err(what.to_owned());
    match insn.field {
        Some(field) if field.offset.checked_add(field.size).is_none_or(|end| end > insn.len) => {
            return wrong("a field that is not inside of it");
        }
        Some(field) if field.size == 0 || field.size > 4 => return wrong("a field of no size"),
        Some(_) if insn.target.is_none() => return wrong("a field that leads nowhere"),
        None if insn.target.is_some() => return wrong("a target without a field"),
        _ => {}
    }
    if insn.opcode != 0 && !insn.kind.is_direct_branch() {
        return wrong("an opcode, and it is no direct branch");
    }
    if insn.kind == InsnKind::Unknown && (insn.field.is_some() || arch.numbers(code, insn).is_some()) {
        return wrong("something is known of it though it could not be decoded");
    }
    let named = |operand| match operand {
        Operand::Site(at) => Some(format!("site{at}")),
        Operand::Target(at) => Some(format!("target{at}")),
    };
    if arch.format(code, insn, &named).is_empty() || arch.format(code, insn, &|_| None).is_empty() {
        return wrong("no text");
    }
    let _ = (arch.effects(code, insn), arch.may_hold_distance(code, insn));
    Ok(())
}

/// The bits of a field hold a distance and nothing else: with others it is the same instruction and leads elsewhere.
fn field(arch: &dyn Arch, code: &Code<'_>, index: usize, insn: &Insn) -> Result<(), String> {
    let Some(field) = insn.field else { return Ok(()) };
    let mut bytes = code.bytes.to_vec();
    for (i, bit) in (0..insn.len).flat_map(|i| (0..8).map(move |bit| (i, bit))) {
        if field.bits_at(usize::from(i)) & 1 << bit == 0 {
            continue;
        }
        let at = insn.offset as usize + usize::from(i);
        bytes[at] ^= 1 << bit;
        let insns = decode(arch, &Code { bytes: &bytes, ..*code });
        bytes[at] ^= 1 << bit;
        // The bits of what could not be decoded in front may make an instruction with these.
        if insns
            .get(..index)
            .is_none_or(|before| before.iter().map(Insn::end).max() != Some(insn.offset) && index > 0)
        {
            continue;
        }
        let same = insns.get(index).is_some_and(|other| {
            let parts = |i: &Insn| (i.offset, i.len, i.kind, i.opcode, i.field);
            parts(other) == parts(insn) && other.target != insn.target
        });
        if !same {
            return Err(format!("bit {bit} of byte {i} is in its field, and is no part of a distance"));
        }
    }
    Ok(())
}

/// What is said of all instructions together means instructions and places that are there.
fn beside(arch: &dyn Arch, code: &Code<'_>, insns: &[Insn]) -> Result<(), String> {
    let (mut tables, mut reaches, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
    arch.jump_tables(code, insns, &mut tables);
    arch.reaches(code, insns, &mut reaches);
    arch.addresses(code, &mut addresses);
    let is_there = |insn: u32| (insn as usize) < insns.len();
    if !tables.iter().all(|t| is_there(t.jump)) || !reaches.iter().all(|r| is_there(r.insn)) {
        return Err("a table or an address of an instruction that is not there".to_owned());
    }
    let inside = |a: &crate::Address| (a.field as usize + usize::from(a.size)) <= code.bytes.len();
    if !addresses.iter().all(inside) || !addresses.is_sorted_by_key(|a| a.field) {
        return Err("addresses out of order or outside of the code".to_owned());
    }
    let _ = arch.is_padding(code.bytes);
    (0..=u8::MAX).for_each(|register| _ = arch.register_name(register));
    Ok(())
}

/// Sites at some offsets of code of `len` bytes, each filled by a relocation of the type beside it; those that do not fit
/// are left out.
pub fn sites(arch: &dyn Arch, len: usize, places: impl IntoIterator<Item = (u32, u32)>) -> Vec<Site> {
    let mut sites: Vec<Site> = places
        .into_iter()
        .map(|(offset, r_type)| Site { offset, kind: arch.relocation(r_type) })
        .filter(|site| site.offset as usize + usize::from(site.kind.size().unwrap_or(0)) < len)
        .collect();
    sites.sort_by_key(|site| site.offset);
    sites
}
