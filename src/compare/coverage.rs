//! The account of what compares each byte: every byte of every allocated section is somebody's.
//!
//! It adds up what the parts of the comparison say they look at, and decides nothing itself, so that what all of
//! them leave out shows as a gap.

use std::ops::Range;

use crate::error::Result;
use crate::load::Unit;
use crate::normalize::{EntityKind, Normalized, Treatment, arch_of, sections};

use super::reached::{self, Content};
use super::{tables, unowned, unreached};

/// Who compares a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Keeper {
    /// A function.
    Function,
    /// A function's cold part.
    ColdPart,
    /// A data object.
    Object,
    /// A constant without an identity of its own: whoever refers to it, or all such constants of its section.
    Constant,
    /// Nameless data: whoever refers to it.
    Nameless,
    /// An entry of a table: the function that it is for.
    TableEntry,
    /// Replacement code: the table entry that leads to it.
    Replacement,
    /// A table of exception handlers: the function that it is for.
    Handlers,
    /// What nothing owns: compared under its section.
    Unowned,
    /// Nobody, because it only fills up to a round address.
    Filler,
    /// Nobody, because nothing refers to it and the linker may merge it away: a string or constant of a mergeable
    /// section.
    Unread,
    /// Nobody, because it says again what is compared elsewhere (see [`Treatment::Bookkeeping`]).
    Bookkeeping,
}

/// A run of bytes and who compares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Index of the section.
    pub section: u32,
    /// Offsets in bytes from the start of the section.
    pub range: Range<u64>,
    /// Who compares it.
    pub keeper: Keeper,
}

/// The account of one unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// All runs, ordered by section and offset. They may overlap where one symbol lies inside another.
    pub shares: Vec<Share>,
    /// Runs of allocated sections that are nobody's. There must be none.
    pub gaps: Vec<(u32, Range<u64>)>,
    /// Runs that are more than one's.
    pub overlaps: Vec<(u32, Range<u64>)>,
}

/// Says what compares each byte of a unit's allocated sections.
///
/// # Errors
/// As [`compare`](super::compare): a machine that fixscope does not know.
pub fn coverage(unit: &Unit<'_>) -> Result<Coverage> {
    let n = Normalized::new(unit, arch_of(unit)?);
    let mut shares = Vec::new();
    let mut add = |section: u32, range: Range<u64>, keeper| {
        if range.start < range.end {
            shares.push(Share { section, range, keeper });
        }
    };
    let tables = tables::collect(&n);
    let reached = reached::find(&n);
    let unowned = unowned::collect(&n, &tables, &reached);
    for (id, entity) in n.ids().zip(n.entities()) {
        let Some(section) = entity.section else { continue };
        let content = Content::Constant(id);
        let keeper = match (entity.kind, entity.by_content) {
            (EntityKind::Function, _) if entity.cold_of.is_some() => Keeper::ColdPart,
            (EntityKind::Function, _) => Keeper::Function,
            (EntityKind::Object, false) => Keeper::Object,
            _ if reached.is_bookkeeping(content) => Keeper::Bookkeeping,
            _ if reached.holds(content) || unreached::hidden_in(&n, id).is_some() => Keeper::Constant,
            _ => Keeper::Unread,
        };
        add(section, entity.offset..entity.end(), keeper);
    }
    for (section, range) in tables.owned() {
        add(section, range, Keeper::TableEntry);
    }
    for (section, range) in &tables.replacements {
        add(*section, range.clone(), Keeper::Replacement);
    }
    for (section, range) in tables.handlers.values().flatten() {
        add(*section, range.clone(), Keeper::Handlers);
    }
    for (section, range) in unowned.by_name.values().flatten() {
        add(*section, range.clone(), Keeper::Unowned);
    }
    for (section, range) in &unowned.fillers {
        add(*section, range.clone(), Keeper::Filler);
    }
    let mut read = reached::read_entries(&n);
    for (index, section) in unit.sections.iter().enumerate().filter(|(_, s)| s.is_allocated()) {
        let index = index as u32;
        match sections::treatment_of(section) {
            Treatment::Bookkeeping | Treatment::Index => add(index, 0..section.size, Keeper::Bookkeeping),
            Treatment::Ordinary if section.is_mergeable() => {
                let read = read.remove(&index).unwrap_or_default();
                for gap in n.gaps(index) {
                    for range in unowned::outside_of(gap, read.clone()) {
                        add(index, range, Keeper::Unread);
                    }
                }
                for range in read {
                    add(index, range, Keeper::Nameless);
                }
            }
            Treatment::Ordinary => {
                for &start in n.nameless_starts(index) {
                    if reached.holds(Content::Nameless(index, start)) {
                        add(index, n.nameless_run(index, start), Keeper::Nameless);
                    }
                }
            }
            Treatment::ModuleInfo => {
                let compared = unowned.by_name.get(&*section.name).into_iter().flatten();
                let compared = compared.filter(|run| run.0 == index).map(|run| run.1.clone()).collect();
                for range in unowned::outside_of(0..section.size, compared) {
                    add(index, range, Keeper::Bookkeeping);
                }
            }
            Treatment::Table(_) | Treatment::ThroughTable => {}
        }
    }
    shares.sort_by_key(|s| (s.section, s.range.start, s.range.end, s.keeper));
    Ok(add_up(unit, shares))
}

/// Finds gaps and overlaps. What shares say of places outside of a section counts for nothing.
fn add_up(unit: &Unit<'_>, shares: Vec<Share>) -> Coverage {
    let mut coverage = Coverage::default();
    for (index, section) in unit.sections.iter().enumerate().filter(|(_, s)| s.is_allocated()) {
        let index = index as u32;
        let mut at = 0;
        let first = shares.partition_point(|s| s.section < index);
        for share in shares[first..].iter().take_while(|s| s.section == index) {
            let (start, end) = (share.range.start.min(section.size), share.range.end.min(section.size));
            if start > at {
                coverage.gaps.push((index, at..start));
            }
            if start < at {
                coverage.overlaps.push((index, start..end.min(at)));
            }
            at = at.max(end);
        }
        if at < section.size {
            coverage.gaps.push((index, at..section.size));
        }
    }
    coverage.shares = shares;
    coverage
}
