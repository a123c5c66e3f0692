//! What was found, as the entries of a [`Comparison`].

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::load::{Binding, names};
use crate::normalize::{EntityId, EntityKind, Normalized, Treatment, sections};
use crate::pair::{Pair, Side};

use super::builder::{Builder, Outcome, difference, is_listed};
use super::delta::{Comparison, Difference, DifferenceKind, Entry, EntryKind, Extent, Shifts, Status};
use super::unowned::Unowned;
use super::unreached::Unreached;
use super::{content, listing};

impl Builder<'_> {
    pub(super) fn entries(&self, outcomes: Vec<Outcome>) -> Comparison {
        let (o, p) = (self.sides.original, self.sides.patched);
        let mut repeated: FxHashMap<&str, u32> = FxHashMap::default();
        for n in [o, p] {
            let mut own: FxHashMap<&str, u32> = FxHashMap::default();
            for id in n.ids() {
                *own.entry(n.name(id)).or_default() += 1;
            }
            for (name, count) in own {
                let most = repeated.entry(name).or_default();
                *most = (*most).max(count);
            }
        }
        let mut comparison = Comparison::default();
        let mut by_id: FxHashMap<(Side, EntityId), usize> = FxHashMap::default();
        let mut parents = Vec::new();
        for outcome in outcomes {
            let (side, id) = match (outcome.ids.patched, outcome.ids.original) {
                (Some(id), _) => (Side::Patched, id),
                (None, Some(id)) => (Side::Original, id),
                (None, None) => continue,
            };
            let n = self.sides.get(side);
            let status = match (outcome.ids.original, outcome.ids.patched) {
                (None, _) => Status::New,
                (_, None) => Status::Removed,
                _ if outcome.differences.is_empty() => Status::Unchanged,
                _ => Status::Changed,
            };
            let entity = n.entity(id);
            // What stands in front of a function is told with the function.
            if entity.prefix_of.is_some() {
                continue;
            }
            let symbol = n.symbol(id);
            let name = n.name(id);
            let original_name = outcome.ids.original.map(|id| o.name(id)).filter(|other| *other != name);
            let is_renamed = entity.kind == EntityKind::Function
                && original_name.is_some_and(|other| names::class(other) != names::class(name));
            if status == Status::Unchanged && !self.options.all && !is_renamed {
                comparison.unlisted_unchanged += u64::from(is_listed(entity));
                continue;
            }
            let is_function = entity.kind == EntityKind::Function;
            let listing = match outcome.ids.both() {
                Some(ids) if self.options.show && status == Status::Changed => Some(match is_function {
                    true => listing::function(&self.sides, ids, &outcome.differences),
                    false => listing::object(&self.sides, ids),
                }),
                _ => None,
            };
            by_id.insert((side, id), comparison.entries.len());
            parents.push(entity.cold_of.map(|parent| (side, parent)));
            comparison.entries.push(Entry {
                kind: if is_function { EntryKind::Function } else { EntryKind::Object },
                name: name.to_owned(),
                original_name: original_name.map(str::to_owned),
                binding: symbol.binding,
                section: entity.section.and_then(|s| n.unit.section(s)).map(|s| s.name.to_string()),
                file: symbol
                    .file
                    .filter(|_| repeated.get(name).is_some_and(|&c| c > 1))
                    .map(|f| n.unit.symbols[f as usize].name.to_string()),
                status,
                extent: Pair::new(
                    outcome.ids.original.and_then(|id| extent(o, id)),
                    outcome.ids.patched.and_then(|id| extent(p, id)),
                ),
                size: Pair::new(
                    outcome.ids.original.and_then(|id| size(o, id)),
                    outcome.ids.patched.and_then(|id| size(p, id)),
                ),
                differences: outcome.differences,
                shifts: outcome.shifts,
                cold_of: None,
                listing,
            });
            if let Some(entry) = comparison.entries.last_mut() {
                self.take_out_records(entry);
            }
        }
        for (i, parent) in parents.into_iter().enumerate() {
            // A removed cold part's parent is listed under its patched id.
            let parent = parent.and_then(|(side, id)| match side {
                Side::Patched => by_id.get(&(Side::Patched, id)),
                Side::Original => by_id.get(&(Side::Original, id)).or_else(|| {
                    self.sides.matching.patched(id).and_then(|id| by_id.get(&(Side::Patched, id)))
                }),
            });
            comparison.entries[i].cold_of = parent.copied();
        }
        let names: FxHashMap<String, usize> =
            comparison.entries.iter().enumerate().map(|(i, e)| (e.name.clone(), i)).collect();
        for entry in &mut comparison.entries {
            for link in entry.differences.iter_mut().flat_map(|d| d.chain.iter_mut()) {
                link.entry = names.get(&link.what).copied();
            }
        }
        comparison
    }

    /// Adds an entry for each section whose unowned bytes differ.
    pub(super) fn add_sections(
        &self,
        comparison: &mut Comparison,
        unowned: &Pair<Unowned>,
        unreached: &Unreached,
    ) {
        let (o, p) = (&unowned.original, &unowned.patched);
        let names: BTreeSet<&String> =
            o.by_name.keys().chain(p.by_name.keys()).chain(unreached.sections.keys()).collect();
        for name in names {
            let none = Vec::new();
            let runs = Pair::new(o.by_name.get(name).unwrap_or(&none), p.by_name.get(name).unwrap_or(&none));
            let (status, mut differences) = match (runs.original.is_empty(), runs.patched.is_empty()) {
                (true, true) => (Status::Unchanged, Vec::new()),
                (true, _) => (Status::New, Vec::new()),
                (_, true) => (Status::Removed, Vec::new()),
                _ => match self.sides.same_unowned(Pair::new(runs.original, runs.patched)) {
                    Ok(()) => (Status::Unchanged, Vec::new()),
                    Err(chain) => {
                        let what = chain.iter().map(|l| l.what.as_str()).collect::<Vec<_>>().join(", ");
                        let unreadable = matches!(sections::treatment(name), Treatment::Table(_));
                        let kind = if unreadable { DifferenceKind::Unsure } else { DifferenceKind::Content };
                        (Status::Changed, vec![Difference { kind, at: Pair::default(), what, chain }])
                    }
                },
            };
            let hidden = unreached.sections.get(name);
            let status = match (status, hidden) {
                (Status::Unchanged, None) => continue,
                (Status::Unchanged, Some(_)) => Status::Changed,
                (status, _) => status,
            };
            if let Some(what) = hidden.filter(|_| status == Status::Changed) {
                differences.push(difference(DifferenceKind::Content, what.clone()));
            }
            let size = |n: &Normalized<'_, '_>, runs: &[content::Run]| {
                let measured = runs.iter().all(|(section, _)| n.unit.is_measured(*section));
                (!runs.is_empty() && measured)
                    .then(|| runs.iter().map(|(_, range)| range.end - range.start).sum())
            };
            let listing = (self.options.show && status == Status::Changed)
                .then(|| listing::section(&self.sides, name, Pair::new(runs.original, runs.patched)));
            let extent = |runs: &[content::Run]| {
                let (section, range) = runs.first()?;
                Some(Extent { section: *section, offset: range.start, size: range.end - range.start })
            };
            comparison.entries.push(Entry {
                kind: EntryKind::Section,
                name: name.clone(),
                original_name: None,
                binding: Binding::Local,
                section: Some(name.clone()),
                file: None,
                status,
                extent: Pair::new(extent(runs.original), extent(runs.patched)),
                size: Pair::new(
                    size(self.sides.original, runs.original),
                    size(self.sides.patched, runs.patched),
                ),
                differences,
                shifts: Shifts::default(),
                cold_of: None,
                listing,
            });
        }
    }
}

/// The size of a thing that runs as it lies there: text does not say how large its code will be.
fn size(n: &Normalized<'_, '_>, id: EntityId) -> Option<u64> {
    let entity = n.entity(id);
    entity.section.is_none_or(|s| n.unit.is_measured(s)).then_some(entity.size)
}

impl Builder<'_> {
    /// Offsets in the text of code mean nothing outside of it.
    fn take_out_records(&self, entry: &mut Entry) {
        let measured = |side: Side| {
            let extent: &Option<Extent> = entry.extent.get(side);
            extent.is_none_or(|e| self.sides.get(side).unit.is_measured(e.section))
        };
        if Side::BOTH.into_iter().all(measured) {
            return;
        }
        for difference in &mut entry.differences {
            difference.at = Pair::default();
            if entry.kind == EntryKind::Object && difference.kind == DifferenceKind::Content {
                difference.what = "its content among code differs".to_owned();
            }
        }
        // What is shown of data among code would have the records' own bytes in it.
        if entry.kind != EntryKind::Function {
            entry.listing = None;
        }
    }
}

fn extent(n: &Normalized<'_, '_>, id: EntityId) -> Option<Extent> {
    let entity = n.entity(id);
    Some(Extent { section: entity.section?, offset: entity.offset, size: entity.size })
}
