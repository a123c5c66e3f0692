//! Which nameless data and which constants without an identity are compared, because something that is compared
//! leads to them.
//!
//! The opposite of a garbage collector's question, with the same answer: what only refers to each other, or is
//! referred to from what is not compared, is reached by nobody and must be compared by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::load::{Reloc, Section, SymbolPlace};
use crate::normalize::{EntityId, Normalized, Target, Treatment};

/// Something that is compared only with what leads to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Content {
    /// Nameless data: section, and the offset in bytes at which it starts.
    Nameless(u32, u64),
    /// A constant without an identity of its own.
    Constant(EntityId),
}

/// What is reached in a unit.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// From things that are compared.
    compared: FxHashSet<Content>,
    /// From the index of messages, and so from nothing that is compared.
    indexed: FxHashSet<Content>,
}

impl Reached {
    /// Whether something that is compared leads there.
    pub(super) fn holds(&self, content: Content) -> bool {
        self.compared.contains(&content)
    }

    /// Whether nothing but bookkeeping has a use for it.
    pub(super) fn is_bookkeeping(&self, content: Content) -> bool {
        !self.holds(content) && self.indexed.contains(&content)
    }
}

/// Where a reference stands.
enum Source {
    /// In something that is compared by itself.
    Compared,
    /// In the index of messages.
    Index,
    /// In something that is compared with what leads to it.
    Content(Content),
}

/// Follows all references of a unit.
pub(super) fn find(n: &Normalized<'_, '_>) -> Reached {
    let wanted = wanted(n);
    let mut reached = Reached::default();
    if !wanted.contains(&true) {
        return reached;
    }
    let mut inner: Vec<(Content, Content)> = Vec::new();
    for section in 0..n.unit.sections.len() as u32 {
        let treatment = n.treatment(section);
        if !n.unit.sections[section as usize].is_allocated() || treatment == Treatment::Bookkeeping {
            continue;
        }
        for reloc in n.relocs(section) {
            let leads_there = n.unit.symbols.get(reloc.symbol as usize).is_some_and(
                |s| matches!(s.place, SymbolPlace::Section(t) if wanted.get(t as usize) == Some(&true)),
            );
            if !leads_there {
                continue;
            }
            let (source, target) = edge(n, section, treatment, reloc);
            let target = match target {
                Target::Entity { id, .. } if n.entity(id).by_content => Content::Constant(id),
                Target::Nameless { section, offset, .. } => Content::Nameless(section, offset),
                _ => continue,
            };
            match source {
                Source::Compared => _ = reached.compared.insert(target),
                Source::Index => _ = reached.indexed.insert(target),
                Source::Content(from) => inner.push((from, target)),
            }
        }
    }
    inner.sort_unstable();
    inner.dedup();
    spread(&mut reached.compared, &inner);
    spread(&mut reached.indexed, &inner);
    reached
}

/// By mergeable section: the strings and constants of it that something compared refers to, each once.
pub(super) fn read_entries(n: &Normalized<'_, '_>) -> BTreeMap<u32, Vec<Range<u64>>> {
    let mut read: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    for section in 0..n.unit.sections.len() as u32 {
        let treatment = n.treatment(section);
        if !n.unit.sections[section as usize].is_allocated() || treatment == Treatment::Bookkeeping {
            continue;
        }
        for reloc in n.relocs(section) {
            if let (Source::Compared | Source::Content(_), Target::Nameless { section, offset, .. }) =
                edge(n, section, treatment, reloc)
                && n.unit.section(section).is_some_and(Section::is_mergeable)
            {
                read.entry(section).or_default().insert(offset);
            }
        }
    }
    let mut entries: BTreeMap<u32, Vec<Range<u64>>> = BTreeMap::new();
    for (section, starts) in read {
        let mut behind = 0;
        for start in starts {
            let range = n.nameless_run(section, start);
            // One string may be the end of another.
            if range.end > behind {
                entries.entry(section).or_default().push(range.start.max(behind)..range.end);
                behind = range.end;
            }
        }
    }
    entries
}

/// Sections that hold something that is compared only with what leads to it.
fn wanted(n: &Normalized<'_, '_>) -> Vec<bool> {
    let mut wanted: Vec<bool> =
        (0..n.unit.sections.len() as u32).map(|s| !n.nameless_starts(s).is_empty()).collect();
    for entity in n.entities().iter().filter(|e| e.by_content) {
        if let Some(wanted) = entity.section.and_then(|s| wanted.get_mut(s as usize)) {
            *wanted = true;
        }
    }
    wanted
}

/// Where a reference stands, and what the comparison takes it to lead to.
fn edge(n: &Normalized<'_, '_>, section: u32, treatment: Treatment, reloc: &Reloc) -> (Source, Target) {
    use crate::normalize::EntityKind::Function;
    match treatment {
        Treatment::Index => return (Source::Index, n.target_in_data(section, reloc)),
        Treatment::Ordinary => {}
        _ => return (Source::Compared, n.target_in_data(section, reloc)),
    }
    let entity = match n.target_at(section, reloc.offset as i64) {
        // The place right behind an entity leads to it, and does not lie in it.
        Target::Entity { id, .. } if reloc.offset < n.entity(id).end() => Some((id, n.entity(id))),
        _ => None,
    };
    match entity {
        Some((id, entity)) if entity.kind == Function => (Source::Compared, n.target_in_function(id, reloc)),
        Some((id, entity)) if entity.by_content => {
            (Source::Content(Content::Constant(id)), n.target_in_nameless(section, entity.offset, reloc))
        }
        Some(_) => (Source::Compared, n.target_in_data(section, reloc)),
        None => {
            // What lies in front of the first start is compared as what nobody owns.
            let starts = n.nameless_starts(section);
            let before = starts.partition_point(|&s| s <= reloc.offset);
            let previous = before.checked_sub(1).map(|i| starts[i]);
            let (_, entities) = n.entities_in(section);
            let behind = entities[..entities.partition_point(|e| e.offset <= reloc.offset)].last();
            match previous.filter(|&start| behind.is_none_or(|e| e.offset < start)) {
                Some(start) => (
                    Source::Content(Content::Nameless(section, start)),
                    n.target_in_nameless(section, start, reloc),
                ),
                None => (Source::Compared, n.target_in_data(section, reloc)),
            }
        }
    }
}

/// Adds all that is reached through what is reached already.
fn spread(reached: &mut FxHashSet<Content>, edges: &[(Content, Content)]) {
    let mut left: Vec<Content> = reached.iter().copied().collect();
    while let Some(from) = left.pop() {
        let first = edges.partition_point(|e| e.0 < from);
        for &(_, to) in edges[first..].iter().take_while(|e| e.0 == from) {
            if reached.insert(to) {
                left.push(to);
            }
        }
    }
}
