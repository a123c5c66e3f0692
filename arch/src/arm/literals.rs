//! Where distances count from that position-independent code keeps in literals, or puts together with `movw` and `movt`:
//! from what the program counter reads as where it is added.

use super::bits::t32;
use super::effects::{self, LINK};
use super::format::mode_at;
use crate::{Code, Field, Insn, InsnKind, Mode, Reader, RelocKind};

/// At most so many instructions are looked at behind one that loads a distance.
const FAR: usize = 4096;

/// Appends to `out` where the distances of `code` count from, as far as all ways from the load lead to one addition of
/// the program counter.
pub(super) fn readers(code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reader>) {
    let is_distance = |kind| matches!(kind, RelocKind::Relative { size: 4, .. });
    if !code.sites.iter().any(|s| is_distance(s.kind)) {
        return;
    }
    let first = out.len();
    let mut walk = Walk { code, insns, seen: vec![u32::MAX; insns.len()], found: None, is_number: false };
    for (i, insn) in insns.iter().enumerate() {
        let Some((register, site)) = load(code, insn) else { continue };
        let Ok(at) = code.sites.binary_search_by_key(&site, |s| s.offset) else { continue };
        if !is_distance(code.sites[at].kind) {
            continue;
        }
        walk.found = None;
        if walk.from(i, register)
            && let Some(origin) = walk.found
        {
            out.push(Reader { site, origin });
        }
    }
    // A literal that is loaded in several places is read by one addition, or it is not known where.
    out[first..].sort_by_key(|r| r.site);
    let all = out.split_off(first);
    for same in all.chunk_by(|a, b| a.site == b.site) {
        if same.iter().all(|r| r.origin == same[0].origin) {
            out.push(same[0]);
        }
    }
}

/// Gives literals that the assembler resolved their target: distances to places of the same section that count from an
/// addition of the program counter. A literal that anything else reads is a number.
pub(super) fn resolve(code: &Code<'_>, insns: &mut [Insn]) {
    let mut found: Vec<(usize, u32)> = Vec::new();
    let mut walk = Walk { code, insns, seen: Vec::new(), found: None, is_number: false };
    for (i, insn) in insns.iter().enumerate() {
        let Some((register, site)) = load(code, insn).filter(|(_, site)| *site != insn.offset) else {
            continue;
        };
        let Ok(literal) = insns.binary_search_by_key(&site, |i| i.offset) else { continue };
        let is_whole = insns[literal].kind == InsnKind::Data && insns[literal].len == 4;
        if !is_whole || code.sites.binary_search_by_key(&site, |s| s.offset).is_ok() {
            continue;
        }
        walk.seen.resize(insns.len(), u32::MAX);
        (walk.found, walk.is_number) = (None, false);
        let origin = if walk.from(i, register) && !walk.is_number { walk.found } else { None };
        found.push((literal, origin.unwrap_or(u32::MAX)));
    }
    found.sort_unstable();
    for same in found.chunk_by(|a, b| a.0 == b.0) {
        let (literal, origin) = same[0];
        if origin == u32::MAX || same.iter().any(|s| s.1 != origin) {
            continue;
        }
        let insn = &mut insns[literal];
        let Ok(value) = code.bytes_of(insn).try_into().map(i32::from_le_bytes) else { continue };
        let from = code.address.wrapping_add(u64::from(origin));
        insn.field = Some(Field::whole(0, 4));
        insn.target = Some(from.wrapping_add_signed(value.into()));
    }
}

/// The register that an instruction loads a literal into, or a part of an address, and the place of the relocation.
pub(super) fn load(code: &Code<'_>, insn: &Insn) -> Option<(u32, u32)> {
    let (mode, word) = word_of(code, insn)?;
    if let Some(register) = moved(mode, word) {
        return Some((register, insn.offset));
    }
    let register = match (mode, insn.len) {
        (Mode::Code, _) if word & 0x0f7f_0000 == 0x051f_0000 => word >> 12 & 15,
        (Mode::Thumb, 2) if word & 0xf800 == 0x4800 => word >> 8 & 7,
        (Mode::Thumb, 4) if word & 0xff7f_0000 == 0xf85f_0000 => word >> 12 & 15,
        _ => return None,
    };
    let place = insn.target?.checked_sub(code.address)?;
    (register != 15).then_some((register, u32::try_from(place).ok()?))
}

/// The register of a `movw` or `movt`.
pub(super) fn moved(mode: Mode, word: u32) -> Option<u32> {
    match mode {
        Mode::Code if word & 0x0fb0_0000 == 0x0300_0000 => Some(word >> 12 & 15),
        Mode::Thumb if word & 0xfb70_8000 == 0xf240_0000 => Some(word >> 8 & 15),
        _ => None,
    }
}

/// An instruction's mode and bits, with the first halfword in front.
pub(super) fn word_of(code: &Code<'_>, insn: &Insn) -> Option<(Mode, u32)> {
    let bytes = code.bytes_of(insn);
    match (insn.kind, mode_at(code, insn.offset), bytes) {
        (InsnKind::Data | InsnKind::Unknown, ..) => None,
        (_, Mode::Code, &[a, b, c, d]) => Some((Mode::Code, u32::from_le_bytes([a, b, c, d]))),
        (_, Mode::Thumb, &[a, b, c, d]) => Some((Mode::Thumb, t32(u32::from_le_bytes([a, b, c, d])))),
        (_, Mode::Thumb, &[a, b]) => Some((Mode::Thumb, u16::from_le_bytes([a, b]).into())),
        _ => None,
    }
}

struct Walk<'c> {
    code: &'c Code<'c>,
    insns: &'c [Insn],
    /// By instruction: the load for which it was looked at last.
    seen: Vec<u32>,
    /// What the program counter reads as where it is added, as an offset from the start of the code.
    found: Option<u32>,
    /// Something else reads the register.
    is_number: bool,
}

impl Walk<'_> {
    /// Follows the register from behind instruction `load` on; false when it is not known what becomes of it.
    fn from(&mut self, load: usize, register: u32) -> bool {
        let mut work = vec![load + 1];
        let mut count = 0;
        while let Some(mut at) = work.pop() {
            while let Some(insn) = self.insns.get(at) {
                if self.seen[at] == load as u32 {
                    break;
                }
                self.seen[at] = load as u32;
                count += 1;
                if count > FAR {
                    return false;
                }
                if let Some(origin) = self.addition(insn, register) {
                    if self.found.is_some_and(|found| found != origin) {
                        return false;
                    }
                    self.found = Some(origin);
                } else {
                    let reads = effects::effects(self.code, insn).reads;
                    self.is_number |= reads.contains(register as u8);
                }
                if self.ends(insn, register) {
                    break;
                }
                if matches!(insn.kind, InsnKind::Jump | InsnKind::ConditionalJump)
                    && let Some(next) = insn.target.and_then(|target| self.at(target))
                {
                    work.push(next);
                }
                if insn.kind.ends_flow() {
                    break;
                }
                at += 1;
            }
        }
        true
    }

    /// The instruction at an offset from the start of the section.
    fn at(&self, target: u64) -> Option<usize> {
        let offset = u32::try_from(target.checked_sub(self.code.address)?).ok()?;
        self.insns.binary_search_by_key(&offset, |i| i.offset).ok()
    }

    /// What the program counter reads as in an instruction that adds the register to it.
    fn addition(&self, insn: &Insn, register: u32) -> Option<u32> {
        let (mode, word) = word_of(self.code, insn)?;
        let (added, _) = plain_addition(mode, word, insn.len)?;
        (added == register).then(|| insn.offset + if mode == Mode::Code { 8 } else { 4 })
    }

    /// Whether the register does not hold the distance any more behind an instruction.
    fn ends(&self, insn: &Insn, register: u32) -> bool {
        if matches!(insn.kind, InsnKind::Call | InsnKind::IndirectCall) {
            return matches!(register, 0..=3 | 12) || register == u32::from(LINK);
        }
        // The upper half of the same address.
        let Some((mode, word)) = word_of(self.code, insn) else { return true };
        let is_site = self.code.sites.binary_search_by_key(&insn.offset, |s| s.offset).is_ok();
        if is_site && moved(mode, word) == Some(register) && insn.len == 4 && is_upper(mode, word) {
            return false;
        }
        effects::effects(self.code, insn).writes.contains(register as u8)
    }
}

pub(super) fn is_upper(mode: Mode, word: u32) -> bool {
    match mode {
        Mode::Code => word & 0x0040_0000 != 0,
        _ => word & 0x0080_0000 != 0,
    }
}

/// The register that an instruction adds to the program counter, and where the sum is put; `None` for it where a load or
/// store reaches that place.
pub(super) fn plain_addition(mode: Mode, word: u32, len: u8) -> Option<(u32, Option<u32>)> {
    let (first, second) = (word >> 16 & 15, word & 15);
    match (mode, len) {
        (Mode::Code, _) if word >> 28 == 0xf => None,
        (Mode::Code, _) if word & 0x0fe0_0ff0 == 0x0080_0000 => {
            let register = match (first, second) {
                (15, other) | (other, 15) if other != 15 => other,
                _ => return None,
            };
            Some((register, Some(word >> 12 & 15)))
        }
        // ldr and str with an offset in a register, without a shift; ldrh and its like
        (Mode::Code, _) if first == 15 && second != 15 => {
            let reaches =
                word & 0x0fa0_0ff0 == 0x0780_0000 || word & 0x0fe0_0f90 == 0x0180_0090 && word & 0x60 != 0;
            reaches.then_some((second, None))
        }
        (Mode::Thumb, 2) if word & 0xff78 == 0x4478 => {
            let register = word >> 4 & 8 | word & 7;
            Some((register, Some(register)))
        }
        _ => None,
    }
}
