//! Symbols that other units see and that no byte belongs to: numbers (SHN_ABS), and labels at the end of a section or
//! in one that is not compared by symbols. A unit elsewhere may depend on each of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::{Binding, SymbolKind, SymbolPlace};
use crate::normalize::Normalized;
use crate::pair::{Pair, Side};

use super::builder::difference;
use super::delta::{DifferenceKind, Entry, EntryKind, Shifts, Status};
use super::references::Sides;

/// What other units see of such a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bare {
    binding: Binding,
    visibility: u8,
    /// The section's name; `None` for a number.
    section: Option<String>,
    /// Of a number, its value. Of a label at the end of its section nothing: what lies in front is compared.
    value: Option<u64>,
}

/// Entries for those that differ.
pub(super) fn entries(sides: &Sides<'_>) -> Vec<Entry> {
    let (o, p) = (collect(sides.original), collect(sides.patched));
    let names: BTreeSet<&str> = o.keys().chain(p.keys()).copied().collect();
    let mut entries = Vec::new();
    for name in names {
        let (a, b) = (o.get(name), p.get(name));
        // On the other side bytes may belong to it: it is an entry already.
        let elsewhere = |side: Side| is_elsewhere(sides.get(side), name);
        let status = match (a, b) {
            (Some(a), Some(b)) if a == b => continue,
            (None, _) if elsewhere(Side::Original) => continue,
            (_, None) if elsewhere(Side::Patched) => continue,
            (Some(_), Some(_)) => Status::Changed,
            (None, _) => Status::New,
            (_, None) => Status::Removed,
        };
        let Some(shown) = b.or(a) else { continue };
        let mut differences = Vec::new();
        if let (Some(a), Some(b)) = (a, b) {
            let (kind, what) = match (a.value, b.value) {
                (Some(x), Some(y)) if x != y => {
                    (DifferenceKind::Content, format!("value {x:#x} became {y:#x}"))
                }
                _ => (DifferenceKind::Attributes, "binding, visibility or section became another".to_owned()),
            };
            differences.push(difference(kind, what));
        }
        entries.push(Entry {
            kind: EntryKind::Object,
            name: name.to_owned(),
            original_name: None,
            binding: shown.binding,
            section: shown.section.clone(),
            file: None,
            status,
            extent: Pair::default(),
            size: Pair::default(),
            differences,
            cold_of: None,
            shifts: Shifts::default(),
            listing: None,
        });
    }
    entries
}

fn collect<'n>(n: &'n Normalized<'_, '_>) -> BTreeMap<&'n str, Bare> {
    let mut found = BTreeMap::new();
    for (index, symbol) in n.unit.symbols.iter().enumerate() {
        if symbol.binding == Binding::Local
            || symbol.name.is_empty()
            || matches!(symbol.kind, SymbolKind::Section | SymbolKind::File)
            || n.entity_of_symbol(index as u32).is_some()
        {
            continue;
        }
        let (section, value) = match symbol.place {
            SymbolPlace::Absolute => (None, Some(symbol.offset)),
            SymbolPlace::Section(section) => {
                let Some(info) = n.unit.section(section).filter(|s| s.is_allocated()) else { continue };
                let at_end = symbol.offset == info.size || !n.is_ordinary(section);
                (Some(info.name.to_string()), (!at_end).then_some(symbol.offset))
            }
            _ => continue,
        };
        let bare = Bare { binding: symbol.binding, visibility: symbol.visibility, section, value };
        found.insert(&*symbol.name, bare);
    }
    found
}

fn is_elsewhere(n: &Normalized<'_, '_>, name: &str) -> bool {
    let symbols = n.unit.symbols.iter().enumerate();
    symbols
        .filter(|(_, s)| s.binding != Binding::Local && s.name == name)
        .any(|(index, _)| n.entity_of_symbol(index as u32).is_some())
}
