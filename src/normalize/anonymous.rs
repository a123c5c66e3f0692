//! Bytes that no symbol names: strings, constants, jump tables, and what only sections hold.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::normalized::Normalized;
use super::targets::Target;
use crate::load::{SymbolKind, SymbolPlace};

impl Normalized<'_, '_> {
    /// The ranges of a section that no entity covers, in order.
    pub fn gaps(&self, section: u32) -> Vec<Range<u64>> {
        let Some(info) = self.unit.section(section) else { return Vec::new() };
        let mut gaps = Vec::new();
        let mut at = 0;
        for entity in self.entities_in(section).1 {
            if entity.offset > at {
                gaps.push(at..entity.offset);
            }
            at = at.max(entity.end());
        }
        if at < info.size {
            gaps.push(at..info.size);
        }
        gaps
    }

    /// Whether something refers to nameless data that starts here.
    pub(super) fn is_nameless_start(&self, section: u32, offset: u64) -> bool {
        // Asked while the starts are being collected, when a place right behind a data object is in doubt: such a
        // place is taken for the end of that object.
        self.nameless_starts
            .get()
            .and_then(|starts| starts.get(&section))
            .is_some_and(|starts| starts.binary_search(&offset).is_ok())
    }

    /// Offsets of a section at which references to nameless data of it begin, ascending.
    pub fn nameless_starts(&self, section: u32) -> &[u64] {
        self.nameless_starts.get_or_init(|| self.collect_starts()).get(&section).map_or(&[], Vec::as_slice)
    }

    fn collect_starts(&self) -> FxHashMap<u32, Vec<u64>> {
        let mut starts: FxHashMap<u32, Vec<u64>> = FxHashMap::default();
        // Only sections that hold nameless data whose bounds are not plain from their own bytes are of interest.
        let wanted: Vec<bool> = (0..self.unit.sections.len() as u32)
            .map(|s| {
                let info = &self.unit.sections[s as usize];
                info.is_allocated() && !info.is_mergeable() && self.is_ordinary(s) && !self.gaps(s).is_empty()
            })
            .collect();
        if !wanted.contains(&true) {
            return starts;
        }
        for section in 0..self.unit.sections.len() as u32 {
            let is_code = self.unit.sections[section as usize].is_code();
            for reloc in self.relocs(section) {
                let leads_there = self.unit.symbols.get(reloc.symbol as usize).is_some_and(|s| {
                    let by_place = s.kind == SymbolKind::Section || s.name.starts_with(".L");
                    matches!(s.place, SymbolPlace::Section(t) if by_place && wanted.get(t as usize) == Some(&true))
                });
                if !leads_there {
                    continue;
                }
                let target = match self.target_at(section, reloc.offset as i64) {
                    Target::Entity { id, .. } if is_code => self.target_in_function(id, reloc),
                    _ => self.target_in_data(section, reloc),
                };
                if let Target::Nameless { section, offset } = target {
                    starts.entry(section).or_default().push(offset);
                }
            }
        }
        for list in starts.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        starts
    }

    /// The extent of the nameless thing at an offset: a string with its end, an entry of a mergeable section,
    /// else everything up to the next place that something refers to or that a symbol names.
    pub fn nameless_extent(&self, section: u32, offset: u64) -> Range<u64> {
        let Some(info) = self.unit.section(section) else { return offset..offset };
        if info.is_strings() {
            let unit = info.entsize.clamp(1, 4) as usize;
            let rest = info.data.get(offset as usize..).unwrap_or_default();
            let len = rest
                .chunks(unit)
                .position(|c| c.iter().all(|&b| b == 0))
                .map_or(rest.len(), |n| (n + 1) * unit);
            return offset..offset + len as u64;
        }
        if info.is_mergeable() && info.entsize > 0 {
            return offset..(offset + info.entsize).min(info.size);
        }
        let (_, entities) = self.entities_in(section);
        let next_entity =
            entities.get(entities.partition_point(|e| e.offset <= offset)).map_or(info.size, |e| e.offset);
        let starts = self.nameless_starts(section);
        let next_start = starts.get(starts.partition_point(|&s| s <= offset)).copied().unwrap_or(info.size);
        offset..next_entity.min(next_start).min(info.size).max(offset)
    }
}
