//! Which layout a table of entries that belong to functions has, and which instructions such entries are for.

use rustc_hash::FxHashMap;

use crate::load::SymbolPlace;

use super::normalized::Normalized;
use super::sections::{self, TableLayout};

impl Normalized<'_, '_> {
    /// The layout in which a table can be read: each entry begins with the place it is for. `None` when the section
    /// is no such table, or has a layout that is not known.
    pub fn table_layout(&self, section: u32) -> Option<TableLayout> {
        let info = self.unit.section(section)?;
        sections::layouts(&info.name).find(|layout| {
            // The object knows best how large an entry is, where it says so.
            (info.entsize <= 1 || info.entsize == layout.entry)
                && info.size.is_multiple_of(layout.entry)
                && info.data.len() as u64 == info.size
                && (0..info.size).step_by(layout.entry as usize).all(|start| {
                    let first = self.relocs_in(section, start..start + layout.entry).first();
                    first.is_some_and(|r| r.offset == start)
                })
        })
    }

    /// Offsets in a section, ascending, of the instructions that entries of tables are for.
    pub(super) fn tabled_places(&self, section: u32) -> &[u64] {
        self.tabled_places.get_or_init(|| self.collect_places()).get(&section).map_or(&[], Vec::as_slice)
    }

    fn collect_places(&self) -> FxHashMap<u32, Vec<u64>> {
        let mut places: FxHashMap<u32, Vec<u64>> = FxHashMap::default();
        for (index, section) in self.unit.sections.iter().enumerate() {
            if !section.is_allocated() || section.size == 0 {
                continue;
            }
            let Some(layout) = self.table_layout(index as u32) else { continue };
            for reloc in self.relocs(index as u32).iter().filter(|r| r.offset.is_multiple_of(layout.entry)) {
                // Asked while functions are decoded, and so without asking what anything leads to.
                let Some(symbol) = self.unit.symbols.get(reloc.symbol as usize) else { continue };
                if let SymbolPlace::Section(code) = symbol.place {
                    let place = symbol.offset.wrapping_add_signed(self.addend_of(index as u32, reloc));
                    places.entry(code).or_default().push(place);
                }
            }
        }
        for list in places.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        places
    }
}
