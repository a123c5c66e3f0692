//! Distances among code that count from where the code adds the program counter to them.

use fixscope_arch::{Code, Origin};
use rustc_hash::FxHashMap;

use super::entities::{EntityId, EntityKind};
use super::function;
use super::normalized::Normalized;
use super::targets::Target;
use crate::load::{Reloc, SymbolKind, SymbolPlace};

impl Normalized<'_, '_> {
    /// The number of bytes from the field of such a relocation to the place that it counts from, which may lie before
    /// it. `None` when it is not known where the code reads it.
    pub(super) fn behind_by_reader(&self, section: u32, reloc: &Reloc) -> Option<i64> {
        let known = self.readers.get(section as usize)?.get_or_init(|| self.find_readers(section));
        known.get(&reloc.offset).copied()
    }

    /// In a section, by the offset of the field: what [`Self::behind_by_reader`] gives.
    fn find_readers(&self, section: u32) -> FxHashMap<u64, i64> {
        let mut known = FxHashMap::default();
        let (first, entities) = self.entities_in(section);
        let mut found = Vec::new();
        for (i, entity) in entities.iter().enumerate().filter(|(_, e)| e.kind == EntityKind::Function) {
            let id = EntityId(first.0 + i as u32);
            let relocs = self.relocs_of(id);
            if !relocs.iter().any(|r| self.arch.origin(r.r_type) == Origin::Reader) {
                continue;
            }
            let sites = function::sites(self.arch, entity.offset, relocs);
            let modes = self.modes_of(id);
            let code =
                Code { bytes: self.bytes_of(id), address: entity.offset, sites: &sites, modes: &modes };
            found.clear();
            self.with_instructions(id, |insns| self.arch.readers(&code, insns, &mut found));
            for reader in &found {
                let behind = i64::from(reader.origin) - i64::from(reader.site);
                known.insert(entity.offset + u64::from(reader.site), behind);
            }
        }
        known
    }

    /// The target of a relocation whose reader is not known, where the section and a number are all that tells it.
    pub(super) fn unplaced(&self, section: u32, reloc: &Reloc) -> Option<Target> {
        if self.arch.origin(reloc.r_type) != Origin::Reader || self.behind_by_reader(section, reloc).is_some()
        {
            return None;
        }
        let symbol = self.unit.symbols.get(reloc.symbol as usize)?;
        match symbol.place {
            SymbolPlace::Section(place) if symbol.kind == SymbolKind::Section => {
                Some(Target::Unplaced { section: place, addend: self.addend_of(section, reloc) })
            }
            _ => None,
        }
    }
}
