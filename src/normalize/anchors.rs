//! Several data objects reached from one address.
//!
//! GCC forms the address of one place of a section (a section anchor), and Clang that of several variables it merged, and
//! reaches what lies around it by the numbers in other instructions. The relocation names the first data object at that
//! place, which need not be the one that is meant. So, as for linked files, relocations are written: each instruction that
//! reaches something gets one for it, and those that only make the address lead nowhere. Everything behind this works as
//! for any other reference.

use fixscope_arch::code::Via;
use fixscope_arch::{Base, Code, Insn, Origin, REACH_LOST, REACH_MADE, Reach, ReachHow, Reader, RelocKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::entities::{EntityId, EntityKind};
use super::function;
use super::normalized::Normalized;
use super::sections;
use crate::load::{Reloc, SymbolKind, SymbolPlace};

/// What changes in the relocations of a section.
#[derive(Default)]
struct Changes {
    /// Offsets of those that others stand for now.
    replaced: FxHashSet<u64>,
    /// Offsets of literals that someone reaches something from.
    literals: FxHashSet<u64>,
    /// Offsets of literals that someone uses as they are.
    meant: FxHashSet<u64>,
    added: Vec<Reloc>,
}

impl Normalized<'_, '_> {
    /// The relocations of a section of code, given those of the file, with what its functions reach in place of how
    /// they reach it.
    pub(super) fn with_reached(&self, section: u32, relocs: Vec<Reloc>) -> Vec<Reloc> {
        let is_code = self.unit.section(section).is_some_and(crate::load::Section::is_code);
        if !self.arch.has_section_anchors() || !is_code {
            return relocs;
        }
        let mut anchored: FxHashMap<u32, bool> = FxHashMap::default();
        let mut is_anchored =
            |reloc: &Reloc| *anchored.entry(reloc.symbol).or_insert_with(|| self.is_of_anchors(reloc.symbol));
        // Nothing but calls: there is nothing to follow.
        if relocs
            .iter()
            .all(|r| matches!(self.arch.relocation(r.r_type), RelocKind::Relative { via: Via::Plt, .. }))
        {
            return relocs;
        }
        let mut changes = Changes::default();
        let with_cold_part: FxHashSet<EntityId> = self.entities().iter().filter_map(|e| e.cold_of).collect();
        let (first, entities) = self.entities_in(section);
        for (i, entity) in entities.iter().enumerate().filter(|(_, e)| e.kind == EntityKind::Function) {
            let from = relocs.partition_point(|r| r.offset < entity.offset);
            let to = relocs.partition_point(|r| r.offset < entity.end()).max(from);
            // A literal lies in the function, or is reached by an address in the section.
            if to > from {
                let id = EntityId(first.0 + i as u32);
                let known = changes.added.len();
                self.reached_by(id, &relocs, from..to, &mut is_anchored, &mut changes);
                // A cold part goes on with what the registers hold, and that is not followed into it.
                if with_cold_part.contains(&id) && changes.added.len() > known {
                    self.lose(id, &relocs[from..to], &mut is_anchored, &mut changes);
                }
            }
        }
        applied(relocs, changes)
    }

    /// Whether a symbol names a section, and so perhaps several data objects by one address.
    fn is_of_anchors(&self, symbol: u32) -> bool {
        let Some(symbol) = self.unit.symbols.get(symbol as usize) else { return false };
        let SymbolPlace::Section(index) = symbol.place else { return false };
        // In text a label is what it names, but for anchors.
        let by_place = match &self.unit.text {
            Some(_) => symbol.name == crate::load::asm::PLACE,
            None => symbol.kind == SymbolKind::Section || symbol.name.starts_with(".L"),
        };
        let Some(section) = self.unit.section(index).filter(|_| by_place) else { return false };
        if section.is_code() || !section.is_allocated() || section.is_mergeable() || !self.is_ordinary(index)
        {
            return false;
        }
        // With `-fdata-sections` there is nothing else to reach.
        match self.entities_in(index) {
            (id, [only]) => {
                only.offset != 0 || sections::family(&section.name, self.name(id)) == section.name
            }
            _ => true,
        }
    }

    fn reached_by(
        &self,
        id: EntityId,
        relocs: &[Reloc],
        own: std::ops::Range<usize>,
        is_anchored: &mut impl FnMut(&Reloc) -> bool,
        changes: &mut Changes,
    ) {
        let entity = self.entity(id);
        let sites = function::sites(self.arch, entity.offset, &relocs[own.clone()]);
        let modes = self.modes_of(id);
        let code = Code { bytes: self.bytes_of(id), address: entity.offset, sites: &sites, modes: &modes };
        let mut insns = Vec::new();
        self.arch.decode(&code, &mut insns);
        let mut reaches = Vec::new();
        self.arch.reaches(&code, &insns, &mut reaches);
        let mut readers = Vec::new();
        self.arch.readers(&code, &insns, &mut readers);
        let section = entity.section.unwrap_or(0);
        let names_all = |r: &&Reloc| !self.arch.relocation(r.r_type).is_relative();
        let completed: FxHashSet<u32> =
            relocs[own.clone()].iter().filter(names_all).map(|r| r.symbol).collect();
        let at = |offset: u32| entity.offset + u64::from(offset);
        for reach in reaches {
            let base = match reach.base {
                Base::Site(site) => reloc_at(&relocs[own.clone()], at(site)),
                Base::Literal(load) => self.literal(id, &insns, relocs, own.clone(), load),
            };
            let Some(base) = base else { continue };
            let is_local = is_anchored(base);
            // A local variable goes by its section, and a global one by its name: of both, what completes the address
            // is compared.
            let is_completed = reach.how == ReachHow::Begins && completed.contains(&base.symbol);
            if !is_local && !is_completed {
                continue;
            }
            let Some(addend) = self.addend_of_base(section, base, at(0), &readers) else { continue };
            let base = Reloc { addend: Some(addend), ..*base };
            let insn = &insns[reach.insn as usize];
            let first = relocs.partition_point(|r| r.offset < at(insn.offset));
            let filled = relocs[first..].iter().map(|r| r.offset).take_while(|r| *r < at(insn.end()));
            self.note(reach, &base, at(insn.offset), filled, changes);
        }
    }

    /// What a relocation of a function adds to its symbol, as an address: distances that code adds the program counter
    /// to count from there. `None` where that is not known; what is reached from there is not told then, and the whole
    /// section is compared.
    fn addend_of_base(&self, section: u32, base: &Reloc, start: u64, readers: &[Reader]) -> Option<i64> {
        let addend = self.addend_of(section, base);
        if self.arch.origin(base.r_type) != Origin::Reader {
            return Some(addend);
        }
        let site = u32::try_from(base.offset.checked_sub(start)?).ok()?;
        let reader = &readers[readers.binary_search_by_key(&site, |r| r.site).ok()?];
        Some(addend.wrapping_add(i64::from(reader.origin) - i64::from(site)))
    }

    /// Nothing is known of what is reached from the addresses of a function.
    fn lose(
        &self,
        id: EntityId,
        own: &[Reloc],
        is_anchored: &mut impl FnMut(&Reloc) -> bool,
        changes: &mut Changes,
    ) {
        let entity = self.entity(id);
        let sites = function::sites(self.arch, entity.offset, own);
        let modes = self.modes_of(id);
        let code = Code { bytes: self.bytes_of(id), address: entity.offset, sites: &sites, modes: &modes };
        let (mut insns, mut readers) = (Vec::new(), Vec::new());
        self.arch.decode(&code, &mut insns);
        self.arch.readers(&code, &insns, &mut readers);
        changes.added.extend(own.iter().filter(|r| is_anchored(r)).filter_map(|r| {
            let addend = self.addend_of_base(entity.section?, r, entity.offset, &readers)?;
            Some(Reloc { r_type: REACH_LOST, addend: Some(addend), ..*r })
        }));
    }

    /// Notes what one instruction, at an offset of the section, has to do with an address. `filled` are the offsets of its
    /// own relocations.
    fn note(
        &self,
        reach: Reach,
        base: &Reloc,
        at: u64,
        filled: impl Iterator<Item = u64>,
        changes: &mut Changes,
    ) {
        let is_literal = matches!(reach.base, Base::Literal(_));
        match reach.how {
            // Literals stay where they are, and lead nowhere.
            ReachHow::Makes if is_literal => _ = changes.literals.insert(base.offset),
            ReachHow::Makes | ReachHow::Begins => {
                changes.replaced.extend(filled);
                changes.added.push(Reloc { offset: at, r_type: REACH_MADE, symbol: 0, addend: Some(0) });
            }
            // A literal that is used as it is.
            ReachHow::Leads(field, 0) if is_literal && field.bits == 0 => {
                changes.meant.insert(base.offset);
            }
            ReachHow::Leads(field, plus) => {
                if let Some(r_type) = self.arch.reach_type(field) {
                    if !is_literal {
                        changes.replaced.extend(filled);
                    }
                    let addend = base.addend.map(|addend| addend.wrapping_add(plus));
                    changes.added.push(Reloc { offset: at, r_type, symbol: base.symbol, addend });
                }
            }
            ReachHow::Lost => changes.added.push(Reloc { offset: at, r_type: REACH_LOST, ..*base }),
        }
    }

    /// The relocation of the literal that an instruction of a function loads an address from: one among code.
    fn literal<'r>(
        &self,
        id: EntityId,
        insns: &[Insn],
        relocs: &'r [Reloc],
        own: std::ops::Range<usize>,
        load: u32,
    ) -> Option<&'r Reloc> {
        let entity = self.entity(id);
        let section = entity.section?;
        let place = match reloc_at(&relocs[own], entity.offset + u64::from(load)) {
            Some(reloc) => {
                let symbol = self.unit.symbols.get(reloc.symbol as usize)?;
                let SymbolPlace::Section(place) = symbol.place else { return None };
                (place == section).then(|| symbol.offset.wrapping_add_signed(reloc.addend.unwrap_or(0)))?
            }
            None => insns[insns.binary_search_by_key(&load, |i| i.offset).ok()?].target?,
        };
        let pointer = if self.unit.is_64 { 8 } else { 4 };
        reloc_at(relocs, place).filter(|r| self.arch.relocation(r.r_type).size() == Some(pointer))
    }
}

/// The relocation at an offset.
fn reloc_at(relocs: &[Reloc], offset: u64) -> Option<&Reloc> {
    relocs.get(relocs.partition_point(|r| r.offset < offset)).filter(|r| r.offset == offset)
}

fn applied(mut relocs: Vec<Reloc>, changes: Changes) -> Vec<Reloc> {
    relocs.retain(|r| !changes.replaced.contains(&r.offset));
    for reloc in &mut relocs {
        if changes.literals.contains(&reloc.offset) && !changes.meant.contains(&reloc.offset) {
            (reloc.symbol, reloc.addend) = (0, Some(0));
        }
    }
    relocs.extend(changes.added);
    // Those of one place in the order in which they were found.
    relocs.sort_by_key(|r| r.offset);
    relocs
}
