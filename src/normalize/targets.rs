//! What a reference leads to.

use crate::load::{Reloc, Symbol, SymbolKind, SymbolPlace};

use super::entities::EntityId;
use super::normalized::Normalized;

/// What a reference leads to, with everything taken out that only says where things lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A symbol without a place in this unit (undefined, absolute), plus an addend.
    Symbol {
        /// Index of the symbol.
        index: u32,
        /// Bytes behind it.
        addend: i64,
    },
    /// A function or data object.
    Entity {
        /// Which.
        id: EntityId,
        /// Bytes from its start; may lie outside of it, as in `&array[-1]`.
        offset: i64,
    },
    /// Nameless data of an allocated section.
    Nameless {
        /// Index of the section.
        section: u32,
        /// Offset in bytes, from the start of the section, at which the nameless thing begins.
        offset: u64,
        /// Bytes from there; not 0 only where a local label tells the beginning from the place that is meant, and
        /// then possibly outside of the thing, as in `"text"[i - 1]`.
        inner: i64,
    },
    /// A section that is not compared by content.
    Place {
        /// Index of the section.
        section: u32,
        /// Offset in bytes from its start.
        offset: i64,
    },
    /// Somewhere in a section: code reaches it in a way that is not followed. All of the section may be meant.
    Unplaced {
        /// Index of the section.
        section: u32,
        /// What the relocation adds to its start, in bytes.
        addend: i64,
    },
    /// No symbol at all: a number.
    Number(i64),
}

/// A target, but for the question whether something nameless begins where a data object ends.
pub(super) enum Undecided {
    /// There is no such question.
    Sure(Target),
    /// The end of a data object: section and offset.
    End(u32, u64),
}

impl Normalized<'_, '_> {
    /// What a relocation leads to. `behind` is the number of bytes from its field to the end of the
    /// instruction for a distance in code, else 0.
    pub fn target_of(&self, section: u32, reloc: &Reloc, behind: i64) -> Target {
        match self.undecided_target_of(section, reloc, behind) {
            Undecided::Sure(target) => target,
            Undecided::End(section, offset) => self.decide_end(section, offset),
        }
    }

    /// As [`Self::target_of`], without asking what starts where.
    pub(super) fn undecided_target_of(&self, section: u32, reloc: &Reloc, behind: i64) -> Undecided {
        use Undecided::Sure;
        let addend = self.addend_of(section, reloc).wrapping_add(behind);
        if reloc.symbol == 0 {
            return Sure(Target::Number(addend));
        }
        let Some(symbol) = self.unit.symbols.get(reloc.symbol as usize) else {
            return Sure(Target::Number(addend));
        };
        if self.arch.follows_relocation(reloc.r_type)
            && let Some((section, other)) = self.followed(symbol, addend)
        {
            return self.undecided_target_of(section, other, 0);
        }
        match symbol.place {
            SymbolPlace::Section(target) => {
                if let Some((id, inside)) = self.entity_of_symbol(reloc.symbol) {
                    return Sure(Target::Entity { id, offset: (inside as i64).wrapping_add(addend) });
                }
                // Assemblers keep a local label where the linker merges what it names: the addend alone would
                // lead into a neighbour.
                if symbol.kind != SymbolKind::Section
                    && addend != 0
                    && self.unit.section(target).is_some_and(|s| !s.is_code())
                {
                    match self.undecided_target_at(target, symbol.offset as i64) {
                        Sure(Target::Nameless { section, offset, .. }) => {
                            return Sure(Target::Nameless { section, offset, inner: addend });
                        }
                        // A place behind the label is in what the label names, though something else ends there.
                        Undecided::End(section, offset) if addend > 0 => {
                            return Sure(Target::Nameless { section, offset, inner: addend });
                        }
                        _ => {}
                    }
                }
                self.undecided_target_at(target, (symbol.offset as i64).wrapping_add(addend))
            }
            SymbolPlace::Common => match self.entity_of_symbol(reloc.symbol) {
                Some((id, _)) => Sure(Target::Entity { id, offset: addend }),
                None => Sure(Target::Symbol { index: reloc.symbol, addend }),
            },
            _ => Sure(Target::Symbol { index: reloc.symbol, addend }),
        }
    }

    /// The relocation, which does not follow one itself, of the instruction at a label.
    fn followed(&self, label: &Symbol<'_>, addend: i64) -> Option<(u32, &Reloc)> {
        let SymbolPlace::Section(section) = label.place else { return None };
        let at = label.offset.wrapping_add_signed(addend);
        let there = self.relocs_in(section, at..at.checked_add(1)?).iter();
        let leads = |r: &&Reloc| {
            self.arch.relocation(r.r_type).size() != Some(0) && !self.arch.follows_relocation(r.r_type)
        };
        Some((section, there.rev().find(leads)?))
    }

    /// What lies at an offset of a section.
    pub fn target_at(&self, section: u32, offset: i64) -> Target {
        match self.undecided_target_at(section, offset) {
            Undecided::Sure(target) => target,
            Undecided::End(section, offset) => self.decide_end(section, offset),
        }
    }

    /// The end of a data object, or the nameless thing that begins there.
    fn decide_end(&self, section: u32, offset: u64) -> Target {
        if self.is_nameless_start(section, offset) {
            return Target::Nameless { section, offset, inner: 0 };
        }
        let (first, entities) = self.entities_in(section);
        let before = entities.partition_point(|e| e.offset < offset);
        match before.checked_sub(1) {
            Some(i) => Target::Entity {
                id: EntityId(first.0 + i as u32),
                offset: (offset - entities[i].offset) as i64,
            },
            None => Target::Nameless { section, offset, inner: 0 },
        }
    }

    /// As [`Self::target_at`], without asking what starts where.
    pub(super) fn undecided_target_at(&self, section: u32, offset: i64) -> Undecided {
        use Undecided::Sure;
        let Some(info) = self.unit.section(section) else { return Sure(Target::Place { section, offset }) };
        if !info.is_allocated() || !self.is_ordinary(section) {
            return Sure(Target::Place { section, offset });
        }
        let (first, entities) = self.entities_in(section);
        let in_entity = |i: usize| {
            let offset = offset.wrapping_sub(entities[i].offset as i64);
            Sure(Target::Entity { id: EntityId(first.0 + i as u32), offset })
        };
        let before = entities.partition_point(|e| (e.offset as i64) <= offset);
        // The nearest start before the place wins; an enclosing one only where that ends too early.
        for i in (0..before).rev().take(4) {
            if offset < entities[i].end() as i64 {
                return in_entity(i);
            }
        }
        let inside = offset >= 0 && (offset as u64) < info.size;
        match before.checked_sub(1) {
            // The linker may move the entries of a mergeable section apart, so that no compiler reaches the end of
            // one from its neighbour: what is meant is what begins there.
            Some(i) if entities[i].end() as i64 == offset && inside && info.is_mergeable() => {
                Sure(Target::Nameless { section, offset: offset as u64, inner: 0 })
            }
            // A pointer to the end of an array belongs to the array, unless something nameless starts there.
            Some(i) if entities[i].end() as i64 == offset && inside => Undecided::End(section, offset as u64),
            _ if inside => Sure(Target::Nameless { section, offset: offset as u64, inner: 0 }),
            Some(i) => in_entity(i),
            // The end of a section without a symbol is the end of what lies there.
            None if entities.is_empty() && offset >= 0 && offset as u64 == info.size && info.size > 0 => {
                Sure(Target::Nameless { section, offset: offset as u64, inner: 0 })
            }
            None if !entities.is_empty() => in_entity(0),
            None => Sure(Target::Place { section, offset }),
        }
    }

    /// The addend of a relocation, wherever it is kept.
    pub fn addend_of(&self, section: u32, reloc: &Reloc) -> i64 {
        reloc.addend.unwrap_or_else(|| self.addend_in_place(section, reloc))
    }

    /// REL formats keep the addend in the field.
    fn addend_in_place(&self, section: u32, reloc: &Reloc) -> i64 {
        let Some(info) = self.unit.section(section) else { return 0 };
        let size = usize::from(self.arch.relocation(reloc.r_type).size().unwrap_or(0));
        let start = reloc.offset as usize;
        let Some(field) = start.checked_add(size).and_then(|end| info.data.get(start..end)) else { return 0 };
        if let Some(addend) = self.arch.addend_in_field(reloc.r_type, field) {
            return addend;
        }
        let little = self.unit.endian == object::Endianness::Little;
        let value = field.iter().enumerate().fold(0u64, |value, (i, &byte)| {
            let shift = if little { i } else { size - 1 - i };
            value | u64::from(byte) << (8 * shift.min(7))
        });
        match size {
            1 => i64::from(value as i8),
            2 => i64::from(value as i16),
            4 => i64::from(value as i32),
            _ => value as i64,
        }
    }
}
