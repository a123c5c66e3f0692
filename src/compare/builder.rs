//! The whole of a [`Comparison`]: which pairs are compared, and what becomes of the outcome.

use rayon::prelude::*;

use crate::correlate::Matching;
use crate::normalize::{Entity, EntityId, EntityKind, Normalized};
use crate::pair::{Pair, Side};

use super::delta::{Comparison, Difference, DifferenceKind, Link};
use super::references::Sides;
use super::tables;
use super::unit::Options;
use super::unreached::{self, Unreached};

/// Whether an entity is one that reports list: cold parts belong to their parents, and constants without a name
/// of their own to those who refer to them.
pub(super) fn is_listed(entity: &Entity) -> bool {
    !entity.by_content && entity.cold_of.is_none()
}

/// What one pair, or one thing of one side, gave.
pub(super) struct Outcome {
    pub(super) ids: Pair<Option<EntityId>>,
    pub(super) differences: Vec<Difference>,
}

/// Functions that seem unchanged and may read a constant that differs are not called unchanged.
fn doubt_suspects(outcomes: &mut [Outcome], unreached: &Unreached) {
    let suspects = &unreached.suspects;
    if suspects.original.is_empty() && suspects.patched.is_empty() {
        return;
    }
    for outcome in outcomes.iter_mut().filter(|o| o.differences.is_empty()) {
        let Some(ids) = outcome.ids.both() else { continue };
        let what = suspects.original.get(&ids.original).or_else(|| suspects.patched.get(&ids.patched));
        if let Some(what) = what {
            outcome.differences.push(difference(DifferenceKind::Unsure, what.clone()));
        }
    }
}

pub(super) struct Builder<'c> {
    pub(super) sides: Sides<'c>,
    pub(super) options: Options,
}

impl<'c> Builder<'c> {
    pub(super) fn new(sides: Sides<'c>, options: Options) -> Self {
        Builder { sides, options }
    }

    pub(super) fn run(&self) -> Comparison {
        let (o, p) = (self.sides.original, self.sides.patched);
        let matching: &Matching = self.sides.matching;
        // Worked out before the functions are shared out to threads, which would all wait for it.
        let collect = |n: &Normalized<'_, '_>| {
            n.prepare();
            tables::collect(n)
        };
        let (of_o, of_p) = rayon::join(|| collect(o), || collect(p));
        let tables = Pair::new(of_o, of_p);
        let mut work: Vec<Pair<Option<EntityId>>> = p
            .ids()
            .filter(|&id| !p.entity(id).by_content)
            .map(|id| Pair::new(matching.original(id), Some(id)))
            .collect();
        work.extend(
            o.ids()
                .filter(|&id| !o.entity(id).by_content && matching.patched(id).is_none())
                .map(|id| Pair::new(Some(id), None)),
        );
        let mut outcomes: Vec<Outcome> = work
            .into_par_iter()
            .with_min_len(16)
            .map(|ids| {
                let differences = ids.both().map_or_else(Vec::new, |ids| self.compare_entities(ids, &tables));
                Outcome { ids, differences }
            })
            .collect();
        let unreached = unreached::find(&self.sides);
        doubt_suspects(&mut outcomes, &unreached);
        self.blame_cold_parts(&mut outcomes);
        let mut comparison = self.entries(outcomes);
        self.add_sections(&mut comparison, &tables, &unreached);
        comparison
    }

    fn compare_entities(&self, ids: Pair<EntityId>, tables: &Pair<tables::Tables>) -> Vec<Difference> {
        let (o, p) = (self.sides.original, self.sides.patched);
        let (a, b) = (o.entity(ids.original), p.entity(ids.patched));
        let mut differences = match (a.kind, b.kind) {
            (EntityKind::Function, EntityKind::Function) => self.sides.compare_functions(ids),
            _ => self.sides.compare_objects(ids),
        };
        if a.kind == EntityKind::Function && differences.is_empty() {
            differences.extend(self.sides.compare_tables(ids, tables));
        }
        differences.extend(self.sides.compare_attributes(ids));
        differences
    }

    /// A cold part's change, coming or going is its parent's change too.
    fn blame_cold_parts(&self, outcomes: &mut [Outcome]) {
        let mut blamed: Vec<(Side, EntityId, Difference)> = Vec::new();
        for outcome in outcomes.iter() {
            let (side, id) = match (outcome.ids.original, outcome.ids.patched) {
                (_, Some(id)) => (Side::Patched, id),
                (Some(id), None) => (Side::Original, id),
                (None, None) => continue,
            };
            let n = self.sides.get(side);
            let Some(parent) = n.entity(id).cold_of else { continue };
            let what = match (outcome.ids.original, outcome.ids.patched) {
                (Some(_), Some(_)) if outcome.differences.is_empty() => continue,
                (Some(_), Some(_)) => format!("its cold part {} differs", n.name(id)),
                (None, _) => format!("it has a cold part {} now", n.name(id)),
                (_, None) => format!("it has no cold part {} any more", n.name(id)),
            };
            let link = Link { what: n.name(id).to_owned(), entry: None, at: None };
            let mut difference = difference(DifferenceKind::ColdPart, what);
            difference.chain.push(link);
            blamed.push((side, parent, difference));
        }
        for (side, parent, difference) in blamed {
            let found = outcomes.iter_mut().find(|o| *o.ids.get(side) == Some(parent));
            if let Some(outcome) = found.filter(|o| o.ids.both().is_some()) {
                outcome.differences.push(difference);
            }
        }
    }
}

pub(super) fn difference(kind: DifferenceKind, what: String) -> Difference {
    Difference { kind, at: Pair::default(), what, chain: Vec::new() }
}
