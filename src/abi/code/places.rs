//! What tables of a unit say about the flow of control, for all functions at once.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::normalize::{EntityId, EntityKind, Normalized, Target};

/// By function: what tables say of places in it.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Offset in bytes from the function's start, and where control may go on from there.
    edges: FxHashMap<EntityId, Vec<(u64, Target)>>,
    /// Offsets of traps that go on behind themselves.
    warnings: FxHashMap<EntityId, Vec<u64>>,
    /// Functions with a table of exception handlers.
    handlers: FxHashSet<EntityId>,
}

/// `BUGFLAG_WARNING` (Linux, `include/asm-generic/bug.h`).
const WARNING: u8 = 1;

impl Places {
    /// Reads the tables of a unit.
    pub fn read(n: &Normalized<'_, '_>) -> Places {
        let mut places = Places::default();
        for (index, section) in (0u32..).zip(&n.unit.sections) {
            if !section.is_allocated() {
                continue;
            }
            match &*section.name {
                "__jump_table" | "__ex_table" => places.edges_in(n, index),
                "__bug_table" => places.warnings_in(n, index),
                ".eh_frame" => places.handlers_in(n, index),
                _ => {}
            }
        }
        places
    }

    /// Edges from places of a function.
    pub fn edges_of(&self, id: EntityId) -> &[(u64, Target)] {
        self.edges.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Traps of a function that go on behind themselves.
    pub fn warnings_of(&self, id: EntityId) -> &[u64] {
        self.warnings.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Whether exceptions may land in a function.
    pub fn has_handlers(&self, id: EntityId) -> bool {
        self.handlers.contains(&id)
    }

    /// The first reference of an entry is the place, the second where it may go on; in a table of static keys the third
    /// is the key, in one of faults a handler.
    fn edges_in(&mut self, n: &Normalized<'_, '_>, section: u32) {
        let Some(layout) = n.table_layout(section) else { return };
        let size = n.unit.section(section).map_or(0, |s| s.size);
        for start in (0..size).step_by(layout.entry as usize) {
            let [from, to, ..] = n.relocs_in(section, start..start + layout.entry) else { continue };
            let Some((id, at)) = place(n, section, from) else { continue };
            self.edges.entry(id).or_default().push((at, n.target_in_data(section, to)));
        }
    }

    /// The flags are the last two bytes of an entry, with and without file and line. Where an entry is none of the known
    /// ones, every trap may go on.
    fn warnings_in(&mut self, n: &Normalized<'_, '_>, section: u32) {
        let Some(info) = n.unit.section(section) else { return };
        let layout = n.table_layout(section);
        let flags_at = layout.map(|l| (l.entry, if l.entry == 12 { 10 } else { 4 }));
        for reloc in n.relocs(section) {
            let is_warning = match flags_at {
                Some((entry, _)) if !reloc.offset.is_multiple_of(entry) => continue,
                Some((_, at)) => {
                    let byte = if n.unit.endian == object::Endianness::Big { at + 1 } else { at };
                    let flags = usize::try_from(reloc.offset + byte).ok().and_then(|i| info.data.get(i));
                    flags.is_none_or(|flags| flags & WARNING != 0)
                }
                None => true,
            };
            if let Some((id, at)) = place(n, section, reloc).filter(|_| is_warning) {
                self.warnings.entry(id).or_default().push(at);
            }
        }
    }

    /// A frame that leads anywhere but to its function has a table of handlers; which one is of no matter here.
    fn handlers_in(&mut self, n: &Normalized<'_, '_>, section: u32) {
        let mut last = None;
        for reloc in n.relocs(section) {
            match place(n, section, reloc) {
                Some((id, _)) => last = Some(id),
                None => {
                    let symbol = n.unit.symbols.get(reloc.symbol as usize).map(|s| s.place);
                    let leads_to_table = matches!(symbol, Some(crate::load::SymbolPlace::Section(s))
                        if n.unit.section(s).is_some_and(|s| s.name.starts_with(".gcc_except_table")));
                    self.handlers.extend(last.filter(|_| leads_to_table));
                }
            }
        }
    }
}

/// The function, and the offset in it, that a reference leads to.
fn place(n: &Normalized<'_, '_>, section: u32, reloc: &crate::load::Reloc) -> Option<(EntityId, u64)> {
    match n.target_in_data(section, reloc) {
        Target::Entity { id, offset } if n.entity(id).kind == EntityKind::Function => {
            Some((id, u64::try_from(offset).ok()?))
        }
        _ => None,
    }
}
