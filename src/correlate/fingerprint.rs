//! What a function's code and references amount to, as one number. Equal numbers make a pair worth comparing;
//! whether it is the same is decided there.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::Matching;
use crate::load::names;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};
use crate::pair::Side;

/// So far references of nameless data are followed.
const DEEPEST: u32 = 3;

/// Tells functions of one side by what they do.
pub(super) struct Fingerprints<'a, 'u, 'd> {
    pub n: &'a Normalized<'u, 'd>,
    pub side: Side,
    pub matching: &'a Matching,
    /// What is known of functions without a partner.
    pub unmatched: FxHashMap<EntityId, u64>,
}

impl Fingerprints<'_, '_, '_> {
    /// The fingerprint of a function.
    pub(super) fn of(&self, id: EntityId) -> u64 {
        let n = self.n;
        let entity = n.entity(id);
        let decoded = n.decoded(id);
        let bytes = n.bytes_of(id);
        let relocs = n.relocs_of(id);
        let mut hasher = FxHasher::default();
        let mut first = 0;
        let mut masked = Vec::new();
        for &i in &decoded.significant {
            let Some(insn) = decoded.insns.get(i as usize) else { continue };
            (insn.kind, insn.opcode).hash(&mut hasher);
            let start = entity.offset + u64::from(insn.offset);
            first += relocs[first..].partition_point(|r| r.offset < start);
            let end = start + u64::from(insn.len);
            let count = relocs[first..].partition_point(|r| r.offset < end);
            let own = &relocs[first..first + count];
            if insn.opcode == 0 {
                masked.clear();
                let range = insn.offset as usize..insn.end() as usize;
                masked.extend_from_slice(bytes.get(range).unwrap_or_default());
                if let Some(field) = insn.field {
                    masked.iter_mut().enumerate().for_each(|(at, byte)| *byte &= !field.bits_at(at));
                }
                for reloc in own {
                    blank(n, &mut masked, (reloc.offset - start) as usize, reloc.r_type);
                }
                masked.hash(&mut hasher);
            }
            if let (Some(target), Some(_), Some(section)) = (insn.target, insn.field, entity.section) {
                self.target(n.target_at(section, target as i64), id, DEEPEST, &mut hasher);
            }
            for reloc in own.iter().filter(|r| n.arch.relocation(r.r_type).size() != Some(0)) {
                self.target(n.target_in_function(id, reloc), id, DEEPEST, &mut hasher);
            }
        }
        hasher.finish()
    }

    /// The fingerprint of what a data object holds.
    pub(super) fn of_content(&self, id: EntityId) -> u64 {
        let mut hasher = FxHasher::default();
        let entity = self.n.entity(id);
        if let Some(section) = entity.section {
            self.content(section, entity.offset..entity.end(), id, DEEPEST, &mut hasher);
        }
        hasher.finish()
    }

    /// The fingerprint of what a data object leads to, without its own bytes; `None` where it leads to nothing.
    pub(super) fn of_references(&self, id: EntityId) -> Option<u64> {
        let mut hasher = FxHasher::default();
        let entity = self.n.entity(id);
        self.references(entity.section?, entity.offset..entity.end(), id, DEEPEST, &mut hasher);
        (!self.n.relocs_of(id).is_empty()).then(|| hasher.finish())
    }

    fn target(&self, target: Target, of: EntityId, depth: u32, hasher: &mut FxHasher) {
        let n = self.n;
        match target {
            Target::Entity { id, offset } if id == of => (0u8, self.place(id, offset)).hash(hasher),
            Target::Entity { id, offset } => {
                let entity = n.entity(id);
                if entity.by_content {
                    (1u8, offset).hash(hasher);
                    if let Some(section) = entity.section {
                        self.content(section, entity.offset..entity.end(), of, depth, hasher);
                    }
                    return;
                }
                let partner = match self.side {
                    Side::Original => self.matching.patched(id),
                    Side::Patched => self.matching.original(id).map(|_| id),
                };
                let label = match partner {
                    Some(id) => super::hash(&(0u8, id)),
                    None => match self.unmatched.get(&id) {
                        Some(&known) => super::hash(&(1u8, known)),
                        // Clang names a function's statics after it, and that name is what may differ.
                        None => super::hash(&(2u8, entity.kind, entity.size, n.bytes_of(id))),
                    },
                };
                (2u8, label, self.place(id, offset)).hash(hasher);
            }
            Target::Nameless { section, offset, inner } => {
                (1u8, inner).hash(hasher);
                self.content(section, n.nameless_run(section, offset), of, depth, hasher);
            }
            Target::Symbol { index, addend } => {
                let name = n.unit.symbols.get(index as usize).map_or("", |s| &*s.name);
                let name = names::llvm_hash(name).map_or(name, |_| names::stem(name));
                (3u8, name, addend).hash(hasher);
            }
            Target::Place { section, offset } => {
                (4u8, n.unit.section(section).map(|s| &*s.name), offset).hash(hasher);
            }
            Target::Unplaced { section, addend } => {
                (6u8, n.unit.section(section).map(|s| &*s.name), addend).hash(hasher);
            }
            Target::Number(number) => (5u8, number).hash(hasher),
        }
    }

    /// An offset as it is compared: in code the instruction counts.
    fn place(&self, id: EntityId, offset: i64) -> i64 {
        let is_code = self.n.entity(id).kind == EntityKind::Function && offset != 0;
        let ordinal = u64::try_from(offset).ok().filter(|_| is_code);
        ordinal.and_then(|at| self.n.decoded(id).ordinal(at)).map_or(offset, i64::from)
    }

    fn content(
        &self,
        section: u32,
        range: std::ops::Range<u64>,
        of: EntityId,
        depth: u32,
        hasher: &mut FxHasher,
    ) {
        let n = self.n;
        let relocs = n.relocs_in(section, range.clone());
        let mut bytes = n.bytes(section, range.clone()).to_vec();
        for reloc in relocs {
            blank(n, &mut bytes, (reloc.offset - range.start) as usize, reloc.r_type);
        }
        // What only fills up to the next round address is not part of it.
        let used = bytes.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1);
        bytes[..used].hash(hasher);
        self.references(section, range, of, depth, hasher);
    }

    fn references(
        &self,
        section: u32,
        range: std::ops::Range<u64>,
        of: EntityId,
        depth: u32,
        hasher: &mut FxHasher,
    ) {
        let n = self.n;
        for reloc in n.relocs_in(section, range.clone()) {
            (reloc.offset - range.start).hash(hasher);
            if depth > 0 {
                let table = n.target_from_table(section, range.start, reloc);
                let target = match table {
                    Target::Entity { id, .. } if id == of => table,
                    _ => n.target_in_data(section, reloc),
                };
                self.target(target, of, depth - 1, hasher);
            }
        }
    }
}

/// Takes out what a relocation of this type fills at an offset of `bytes`.
fn blank(n: &Normalized<'_, '_>, bytes: &mut [u8], offset: usize, r_type: u32) {
    let size = usize::from(n.arch.relocation(r_type).size().unwrap_or(0));
    let bits = n.arch.relocated_bits(r_type);
    for (i, byte) in bytes.iter_mut().skip(offset).take(size.min(8)).enumerate() {
        *byte &= !((bits >> (8 * i)) as u8);
    }
}
