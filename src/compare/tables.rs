//! Tables whose entries belong to the function they point into: exception handlers, alternatives, static keys.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::load::Reloc;
use crate::normalize::{EntityId, EntityKind, Normalized, TableLayout, Target, Treatment, sections};
use crate::pair::{Pair, Side};

use super::content::{Run, relocated_bits};
use super::delta::{Difference, DifferenceKind};
use super::handlers;
use super::references::{Mismatch, Sides, Visiting};
use super::{table_words, words};

/// The entries of all tables of a unit.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// By function, then by section name, in the order of the table.
    by_function: FxHashMap<EntityId, BTreeMap<String, Vec<TableEntry>>>,
    /// Entries that point into no function, and tables whose size is no multiple of an entry's.
    pub(super) unowned: Vec<(u32, Range<u64>)>,
    /// Replacement code that an entry of a function leads to, and that is compared with it.
    pub(super) replacements: Vec<Run>,
    /// By function: the tables of its exception handlers.
    pub(super) handlers: FxHashMap<EntityId, Vec<Run>>,
}

#[derive(Debug, Clone)]
struct TableEntry {
    section: u32,
    range: Range<u64>,
    layout: TableLayout,
}

impl Tables {
    /// The entries that belong to functions.
    pub(super) fn owned(&self) -> impl Iterator<Item = Run> {
        let entries = self.by_function.values().flat_map(BTreeMap::values).flatten();
        entries.map(|entry| (entry.section, entry.range.clone()))
    }
}

/// Reads the tables of a unit.
pub(super) fn collect(n: &Normalized<'_, '_>) -> Tables {
    let mut tables = Tables { handlers: handlers::collect(n), ..Tables::default() };
    for (index, section) in n.unit.sections.iter().enumerate() {
        if !section.is_allocated() || section.size == 0 {
            continue;
        }
        if !matches!(sections::treatment_of(section), Treatment::Table(_)) {
            continue;
        }
        let index = index as u32;
        let Some(layout) = n.table_layout(index) else {
            tables.unowned.push((index, 0..section.size));
            continue;
        };
        for start in (0..section.size).step_by(layout.entry as usize) {
            let range = start..start + layout.entry;
            let owner = n.relocs_in(index, range.clone()).first().map(|r| n.target_in_data(index, r));
            match owner {
                Some(Target::Entity { id, .. }) if n.entity(id).kind == EntityKind::Function => {
                    let entry = TableEntry { section: index, range, layout };
                    tables.replacements.extend(replacement(n, &entry));
                    let of_function = tables.by_function.entry(id).or_default();
                    of_function.entry(section.name.to_string()).or_default().push(entry);
                }
                _ => tables.unowned.push((index, range)),
            }
        }
    }
    tables
}

/// The replacement code that an entry leads to.
fn replacement(n: &Normalized<'_, '_>, entry: &TableEntry) -> Option<Run> {
    let (place, length) = entry.layout.replacement?;
    let at = entry.range.start + place;
    let reloc = n.relocs_in(entry.section, at..at + 1).first()?;
    let length = replacement_length(n, entry, length);
    replacement_run(n.target_in_data(entry.section, reloc), length)
}

/// The length of replacement code that an entry gives at an offset in it: a byte, or the distance between two labels
/// where it is not assembled.
fn replacement_length(n: &Normalized<'_, '_>, entry: &TableEntry, at: u64) -> u64 {
    let at = entry.range.start + at;
    match n.relocs_in(entry.section, at..at + 1) {
        [to, from, ..] => {
            let offset = |r: &Reloc| n.unit.symbols.get(r.symbol as usize).map_or(0, |s| s.offset);
            offset(to).saturating_sub(offset(from))
        }
        _ => n.bytes(entry.section, at..at + 1).first().map_or(0, |&b| u64::from(b)),
    }
}

fn replacement_run(target: Target, length: u64) -> Option<Run> {
    let Target::Place { section, offset } = target else { return None };
    let start = u64::try_from(offset).ok()?;
    Some((section, start..start.checked_add(length)?))
}

impl Sides<'_> {
    /// How the table entries of two functions differ whose instructions are the same.
    pub(super) fn compare_tables(&self, ids: Pair<EntityId>, tables: &Pair<Tables>) -> Vec<Difference> {
        let mut differences = Vec::new();
        let none = BTreeMap::new();
        let of_o = tables.original.by_function.get(&ids.original).unwrap_or(&none);
        let of_p = tables.patched.by_function.get(&ids.patched).unwrap_or(&none);
        let names: BTreeSet<&String> = of_o.keys().chain(of_p.keys()).collect();
        for name in names {
            let entries = |of: &BTreeMap<String, Vec<TableEntry>>| of.get(name).cloned().unwrap_or_default();
            let (o, p) = (entries(of_o), entries(of_p));
            if o.len() != p.len() {
                // The side that has more of them has one whose place the other side does not have.
                let (place_o, place_p) =
                    (self.places(ids, Side::Original, &o), self.places(ids, Side::Patched, &p));
                let (more, fewer) =
                    if o.len() < p.len() { (&place_p, &place_o) } else { (&place_o, &place_p) };
                let fewer: BTreeSet<u64> = fewer.iter().copied().collect();
                let at = more.iter().find(|at| !fewer.contains(at)).copied();
                let (n, id) = match o.len() < p.len() {
                    true => (self.patched, ids.patched),
                    false => (self.original, ids.original),
                };
                let shown = at.map(|at| words::place(n, id, at));
                let what = table_words::count(name, shown, o.len(), p.len());
                let at = if o.len() < p.len() { Pair::new(None, at) } else { Pair::new(at, None) };
                differences.push(Difference { at, ..special(what, Vec::new()) });
                continue;
            }
            for (a, b) in o.iter().zip(&p) {
                if let Err(mut chain) = self.same_entry(a, b) {
                    let place =
                        |side, entry| self.places(ids, side, std::slice::from_ref(entry)).first().copied();
                    let at = Pair::new(place(Side::Original, a), place(Side::Patched, b));
                    let bytes = self.original.bytes(a.section, a.range.clone());
                    let entries = (bytes, self.patched.bytes(b.section, b.range.clone()));
                    let shown = at.patched.map(|at| words::place(self.patched, ids.patched, at));
                    let what = table_words::entry(name, shown, &mut chain, entries);
                    differences.push(Difference { at, ..special(what, chain) });
                    break;
                }
            }
        }
        differences.extend(self.compare_handlers(ids, tables));
        differences
    }

    /// What switches of two functions with different instructions came or went. Of other tables nothing can be said
    /// then: their entries follow the instructions.
    pub(super) fn compare_switches(&self, ids: Pair<EntityId>, tables: &Pair<Tables>) -> Vec<Difference> {
        let count = |tables: &Tables, id, name| {
            let of_function = tables.by_function.get(&id).and_then(|of| of.get(name));
            of_function.map_or(0, Vec::len)
        };
        let mut differences = Vec::new();
        for name in ["__jump_table", ".static_call_sites"] {
            let o = count(&tables.original, ids.original, name);
            let p = count(&tables.patched, ids.patched, name);
            if o != p {
                differences.push(special(format!("{o} entries of {name} became {p}"), Vec::new()));
            }
        }
        differences
    }

    fn compare_handlers(&self, ids: Pair<EntityId>, tables: &Pair<Tables>) -> Option<Difference> {
        let o = tables.original.handlers.get(&ids.original).map_or(&[][..], Vec::as_slice);
        let p = tables.patched.handlers.get(&ids.patched).map_or(&[][..], Vec::as_slice);
        if o.len() != p.len() {
            let what = format!("{} tables of exception handlers became {}", o.len(), p.len());
            return Some(special(what, Vec::new()));
        }
        o.iter().zip(p).find_map(|(o, p)| {
            let runs = Pair::new(o.clone(), p.clone());
            let chain = self.same_content(runs, true, &mut Visiting::new()).err()?;
            let detail = words::path(&chain);
            Some(special(format!("its table of exception handlers differs: {detail}"), chain))
        })
    }

    /// The places of a function that entries of its are for, in bytes from its start.
    fn places(&self, ids: Pair<EntityId>, side: Side, entries: &[TableEntry]) -> Vec<u64> {
        let n = self.get(side);
        let place = |entry: &TableEntry| match n
            .target_in_data(entry.section, n.relocs_in(entry.section, entry.range.clone()).first()?)
        {
            Target::Entity { id, offset } if id == *ids.get(side) => u64::try_from(offset).ok(),
            _ => None,
        };
        entries.iter().filter_map(place).collect()
    }

    fn same_entry(&self, a: &TableEntry, b: &TableEntry) -> Result<(), Mismatch> {
        let (o, p) = (self.original, self.patched);
        let relocs =
            Pair::new(o.relocs_in(a.section, a.range.clone()), p.relocs_in(b.section, b.range.clone()));
        let bytes = Pair::new(o.bytes(a.section, a.range.clone()), p.bytes(b.section, b.range.clone()));
        for (i, (x, y)) in bytes.original.iter().zip(bytes.patched).enumerate() {
            let i = i as u64;
            let is_line = a.layout.line.is_some_and(|(start, len)| (start..start + len).contains(&i));
            let named = relocated_bits(o, relocs.original, a.range.start + i)
                & relocated_bits(p, relocs.patched, b.range.start + i);
            if (x ^ y) & !named != 0 && !is_line {
                return Err(vec![super::content::link(format!("byte {x:#04x} became {y:#04x}"), i)]);
            }
        }
        if relocs.original.len() != relocs.patched.len() {
            return Err(vec![super::content::link("other references".to_owned(), 0)]);
        }
        for (ra, rb) in relocs.original.iter().zip(relocs.patched) {
            let at = ra.offset - a.range.start;
            if at != rb.offset - b.range.start || ra.r_type != rb.r_type {
                return Err(vec![super::content::link("other references".to_owned(), at)]);
            }
            let targets = Pair::new(o.target_in_data(a.section, ra), p.target_in_data(b.section, rb));
            // The name of the source file means as little as the line. Anything but a string is no name.
            if a.layout.file == Some(at) && is_string(o, targets.original) && is_string(p, targets.patched) {
                continue;
            }
            match a.layout.replacement {
                Some((place, length)) if place == at => {
                    let length =
                        Pair::new(replacement_length(o, a, length), replacement_length(p, b, length));
                    self.same_replacement(targets, length).map_err(|mut chain| {
                        chain.insert(0, super::content::link("code differs".to_owned(), at));
                        chain
                    })?;
                }
                // The replacement code is compared as a whole.
                Some((_, length)) if length == at => {}
                _ => self.same_target(targets, &mut Visiting::new()).map_err(|mut chain| {
                    if let Some(first) = chain.first_mut() {
                        first.at = Some(at);
                    }
                    chain
                })?,
            }
        }
        Ok(())
    }

    /// Replacement code lies in a section of its own that nothing but the table leads to.
    fn same_replacement(&self, targets: Pair<Target>, length: Pair<u64>) -> Result<(), Mismatch> {
        match (
            replacement_run(targets.original, length.original),
            replacement_run(targets.patched, length.patched),
        ) {
            (Some(o), Some(p)) => self.same_content(Pair::new(o, p), false, &mut Visiting::new()),
            _ => self.same_target(targets, &mut Visiting::new()),
        }
    }
}

fn is_string(n: &Normalized<'_, '_>, target: Target) -> bool {
    let section = match target {
        Target::Nameless { section, inner: 0, .. } => Some(section),
        Target::Entity { id, offset: 0 } if n.entity(id).by_content => n.entity(id).section,
        _ => None,
    };
    section.and_then(|s| n.unit.section(s)).is_some_and(crate::load::Section::is_strings)
}

fn special(what: String, chain: Vec<super::delta::Link>) -> Difference {
    Difference { kind: DifferenceKind::Special, at: Pair::default(), what, chain }
}
