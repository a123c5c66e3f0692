//! Bytes that no symbol names: strings, constants, jump tables, and what only sections hold.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::entities::EntityKind;
use super::normalized::Normalized;
use super::sections::Treatment;
use super::targets::{Target, Undecided};
use crate::load::{Section, SymbolKind, SymbolPlace, names};

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
        self.nameless_starts(section).binary_search(&offset).is_ok()
    }

    /// Offsets of a section at which references to nameless data of it begin, ascending.
    pub fn nameless_starts(&self, section: u32) -> &[u64] {
        self.nameless_starts.get_or_init(|| self.collect_starts()).get(&section).map_or(&[], Vec::as_slice)
    }

    /// Those of a section's nameless starts that are shown to begin something of their own, ascending; any other may
    /// be a place inside of what begins before it.
    ///
    /// A jump table is one thing, and so is what stands behind it: no code reads a table of places in another
    /// function. Text that ends right before a start ends there, but only where the compiler does not merge strings:
    /// where it does, text in other sections is a literal with zeros inside.
    fn fresh_starts(&self, section: u32) -> &[u64] {
        let all = self.fresh_starts.get_or_init(|| {
            let merges = self.unit.sections.iter().any(|s| s.is_strings() && s.is_allocated());
            let starts = self.nameless_starts.get_or_init(|| self.collect_starts());
            let fresh = |(&section, starts): (&u32, &Vec<u64>)| {
                let is_fresh = |&[before, start]: &[u64; 2]| {
                    self.is_table_of_places(section, before)
                        || self.is_table_of_places(section, start)
                        || !merges && self.is_text(section, before..start)
                };
                (section, starts.array_windows().filter(|w| is_fresh(w)).map(|w| w[1]).collect())
            };
            starts.iter().map(fresh).collect()
        });
        all.get(&section).map_or(&[], Vec::as_slice)
    }

    /// Whether nameless data begins with a place inside of a function, or with a distance to code, as a jump table
    /// does.
    fn is_table_of_places(&self, section: u32, start: u64) -> bool {
        self.relocs_in(section, start..start.saturating_add(1)).first().is_some_and(|reloc| {
            let distance = self.arch.relocation(reloc.r_type).is_relative();
            let behind = self.behind_in_data(section, reloc);
            match self.undecided_target_of(section, reloc, behind) {
                _ if distance => self.symbol_is_code(reloc.symbol),
                Undecided::Sure(Target::Entity { id, offset }) => {
                    let entity = self.entity(id);
                    entity.kind == EntityKind::Function && (offset != 0 || entity.cold_of.is_some())
                }
                Undecided::End(section, _) => self.unit.section(section).is_some_and(Section::is_code),
                Undecided::Sure(_) => false,
            }
        })
    }

    /// Whether a range is one text with its end, and zeros that fill up to a round address.
    fn is_text(&self, section: u32, range: Range<u64>) -> bool {
        let bytes = self.bytes(section, range.clone());
        let ends = [text_end::<1>(bytes), text_end::<2>(bytes), text_end::<4>(bytes)];
        let Some(length) = ends.into_iter().flatten().max() else { return false };
        let end = range.start + length as u64;
        let align = self.unit.section(section).map_or(1, |s| s.align);
        range.end - end < align.max(8)
            && bytes[length..].iter().all(|&b| b == 0)
            && self.relocs_in(section, range).is_empty()
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
        // Places right behind a data object: its end, or the start of what follows.
        let mut in_doubt: Vec<(u32, u64)> = Vec::new();
        for section in 0..self.unit.sections.len() as u32 {
            // Nothing that refers to data from there is compared, and so nothing would compare the data either: the
            // tables of exception handlers that only `.eh_frame` leads to.
            if matches!(self.treatment(section), Treatment::Bookkeeping | Treatment::Index) {
                continue;
            }
            let is_code = self.unit.sections[section as usize].is_code();
            let is_table = matches!(self.treatment(section), Treatment::Table(_));
            for reloc in self.relocs(section) {
                let leads_there = self.unit.symbols.get(reloc.symbol as usize).is_some_and(|s| {
                    let by_place = s.kind == SymbolKind::Section || names::is_local_label(&s.name);
                    matches!(s.place, SymbolPlace::Section(t) if by_place && wanted.get(t as usize) == Some(&true))
                });
                if !leads_there {
                    continue;
                }
                // A distance from data to code may be taken from the start of a table that is not known yet; code
                // that is reached so has a symbol. Entries of known tables are plain: what an exception goes on with.
                if !is_code
                    && !is_table
                    && self.arch.relocation(reloc.r_type).is_relative()
                    && self.symbol_is_code(reloc.symbol)
                {
                    continue;
                }
                let behind = match self.undecided_target_at(section, reloc.offset as i64) {
                    Undecided::Sure(Target::Entity { id, .. }) if is_code => {
                        self.behind_in_function(id, reloc)
                    }
                    _ => self.behind_in_data(section, reloc),
                };
                match self.undecided_target_of(section, reloc, behind) {
                    Undecided::Sure(Target::Nameless { section, offset, .. }) => {
                        starts.entry(section).or_default().push(offset);
                    }
                    Undecided::End(section, offset) => in_doubt.push((section, offset)),
                    Undecided::Sure(_) => {}
                }
            }
        }
        for list in starts.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        self.decide_doubts(in_doubt, &mut starts);
        starts
    }

    /// A place right behind a data object is the start of something when something lies there: up to the next
    /// start or symbol there is more than what fills up to a round address.
    fn decide_doubts(&self, mut in_doubt: Vec<(u32, u64)>, starts: &mut FxHashMap<u32, Vec<u64>>) {
        in_doubt.sort_unstable();
        in_doubt.dedup();
        for (section, offset) in in_doubt {
            let Some(info) = self.unit.section(section) else { continue };
            let (_, entities) = self.entities_in(section);
            let list = starts.entry(section).or_default();
            let i = list.partition_point(|&s| s < offset);
            if list.get(i) == Some(&offset) {
                continue;
            }
            let next_entity =
                entities.get(entities.partition_point(|e| e.offset < offset)).map_or(info.size, |e| e.offset);
            let end = list.get(i).map_or(next_entity, |&next| next.min(next_entity)).max(offset);
            let bytes = self.bytes(section, offset..end);
            let fills = match info.is_code() {
                true => self.arch.is_padding(bytes),
                false => bytes.iter().all(|&b| b == 0),
            };
            let is_filler = fills && self.relocs_in(section, offset..end).is_empty();
            if !is_filler {
                list.insert(i, offset);
            }
        }
    }

    fn symbol_is_code(&self, symbol: u32) -> bool {
        match self.unit.symbols.get(symbol as usize).map(|s| s.place) {
            Some(SymbolPlace::Section(section)) => self.unit.section(section).is_some_and(Section::is_code),
            _ => false,
        }
    }

    /// What may be read of the nameless data at an offset: a string with its end, an entry of a mergeable section,
    /// else everything up to what begins something of its own or has a symbol.
    ///
    /// A place that something refers to is no bound by itself: one function may read a table whole and another from
    /// its middle, and an object file says of both no more than where they begin. In a linked file all constants and
    /// strings of a program are neighbours, and the next place is taken as the bound; assembly text has labels.
    pub fn nameless_extent(&self, section: u32, offset: u64) -> Range<u64> {
        let run = self.nameless_run(section, offset);
        let is_bounded = self.unit.section(section).is_none_or(|s| s.is_mergeable() || s.is_code());
        if is_bounded || self.unit.linked.is_some() || self.unit.text.is_some() {
            return run;
        }
        let fresh = self.fresh_starts(section);
        let next = fresh.get(fresh.partition_point(|&s| s <= offset)).copied().unwrap_or(u64::MAX);
        let starts = self.nameless_starts(section);
        let behind = starts.partition_point(|&s| s <= offset);
        let most = starts.get(behind + MOST_CROSSED).copied().unwrap_or(u64::MAX);
        offset..next.min(most).min(self.next_entity(section, offset)).max(run.end)
    }

    /// Where the next function or data object behind an offset begins, or the end of the section.
    fn next_entity(&self, section: u32, offset: u64) -> u64 {
        let (_, entities) = self.entities_in(section);
        let size = self.unit.section(section).map_or(0, |s| s.size);
        entities.get(entities.partition_point(|e| e.offset <= offset)).map_or(size, |e| e.offset.min(size))
    }

    /// The nameless data at an offset as it is shared out: as [`Self::nameless_extent`], but only up to the next place
    /// that something refers to, so that no byte is in two of them.
    pub fn nameless_run(&self, section: u32, offset: u64) -> Range<u64> {
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
            // A place inside an entry, as of one lane of a vector, reaches to the end of the entry.
            let end = (offset - offset % info.entsize).saturating_add(info.entsize);
            return offset..end.min(info.size).max(offset);
        }
        // Each entry of a table of contents is one address or constant (64-bit ELF V2 ABI, 3.3): it is looked through.
        if info.name == ".toc" {
            return offset..offset.saturating_add(8).min(info.size).max(offset);
        }
        let next_entity = self.next_entity(section, offset);
        let starts = self.nameless_starts(section);
        let next_start = starts.get(starts.partition_point(|&s| s <= offset)).copied().unwrap_or(info.size);
        let end = match self.resolved() {
            // What instructions touch is known better from them than from what lies next to it.
            Some(resolved) => match resolved.touched.get(&(section, offset)) {
                Some(&bytes) => offset + u64::from(bytes),
                None => next_start.max(offset + self.text_length(section, offset)),
            },
            None => next_start,
        };
        offset..end.min(next_entity).min(info.size).max(offset)
    }

    /// Bytes of the text that begins at an offset, its end included; 0 where none seems to. Linkers let a string
    /// begin inside of another one, so that a place that something refers to need not end what stands before it.
    pub fn text_length(&self, section: u32, offset: u64) -> u64 {
        let data = self.unit.section(section).map_or(&[][..], |s| &*s.data);
        let rest = data.get(offset as usize..).unwrap_or_default();
        let ends = [text_end::<1>(rest), text_end::<2>(rest), text_end::<4>(rest)];
        let length = ends.into_iter().flatten().max().unwrap_or(0) as u64;
        // No text holds references.
        if self.relocs_in(section, offset..offset + length).is_empty() { length } else { 0 }
    }
}

/// Nobody is taken to read nameless data from one place beyond so many others that something refers to: else a file of
/// many such places would cost the square of their number.
const MOST_CROSSED: usize = 256;

/// No text that a program shows is longer.
const LONGEST_TEXT: usize = 1 << 16;

/// Where the text of characters of `N` bytes ends that begins here, its end included.
fn text_end<const N: usize>(bytes: &[u8]) -> Option<usize> {
    let is_shown = |b: u8| b >= b' ' && b != 0x7f || matches!(b, 7..=13 | 0x1b);
    let is_text = |character: &[u8; N]| match character[..] {
        // The kernel's log levels begin with the control character 1.
        [b] => is_shown(b) || b == 1,
        // Beyond the first 256 characters, wide ones cannot be told from numbers, nor can those that nobody shows.
        [low, ref high @ ..] => is_shown(low) && high.iter().all(|&b| b == 0),
        [] => false,
    };
    let characters = &bytes[..bytes.len().min(LONGEST_TEXT)].as_chunks::<N>().0;
    let length = characters.iter().position(|c| !is_text(c))?;
    let ends = characters[length].iter().all(|&b| b == 0);
    (ends && length > 0).then_some((length + 1) * N)
}
