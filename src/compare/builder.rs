//! The whole of a [`Comparison`]: which pairs are compared, and what becomes of the outcome.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::correlate::Matching;
use crate::normalize::{Entity, EntityId, EntityKind, Normalized};
use crate::pair::{Pair, Side};

use super::bare;
use super::delta::{Comparison, Difference, DifferenceKind, Link, Shifts};
use super::reached::{self, Reached};
use super::references::Sides;
use super::unit::Options;
use super::unowned;
use super::unreached::{self, Unreached};
use super::{readers, tables};

/// Whether an entity is one that reports list: cold parts and what stands in front of functions belong to their
/// functions, and constants without a name of their own to those who refer to them.
pub(super) fn is_listed(entity: &Entity) -> bool {
    !entity.by_content && entity.cold_of.is_none() && entity.prefix_of.is_none()
}

/// What one pair, or one thing of one side, gave.
pub(super) struct Outcome {
    pub(super) ids: Pair<Option<EntityId>>,
    pub(super) differences: Vec<Difference>,
    pub(super) shifts: Shifts,
}

/// Functions that seem unchanged, or differ in numbers only, and may read a constant that differs are not called unchanged.
fn doubt_suspects(outcomes: &mut [Outcome], unreached: &Unreached) {
    let suspects = &unreached.suspects;
    if suspects.original.is_empty() && suspects.patched.is_empty() {
        return;
    }
    for outcome in outcomes.iter_mut().filter(|o| o.differences.is_empty() || o.shifts.nothing_else) {
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
        // Ids are in this order but for what is empty.
        let place = |ids: &Pair<Option<EntityId>>| {
            let patched = ids.patched.map(|id| p.entity(id));
            let entity = patched.or_else(|| ids.original.map(|id| o.entity(id)));
            (ids.patched.is_none(), entity.map(|e| (e.section, e.offset)))
        };
        work.sort_by_key(place);
        let tables = self.tables();
        let reached = self.reached();
        let unreached = unreached::find(&self.sides, &reached);
        let outcomes = self.outcomes(work, &tables, &unreached);
        let mut comparison = self.entries(outcomes);
        comparison.entries.extend(bare::entries(&self.sides));
        let (of_o, of_p) = rayon::join(
            || unowned::collect(o, &tables.original, &reached.original),
            || unowned::collect(p, &tables.patched, &reached.patched),
        );
        self.add_sections(&mut comparison, &Pair::new(of_o, of_p), &unreached);
        comparison
    }

    /// Compares one pair, or what only one side has, with its cold parts and what stands in front of it, and nothing
    /// else.
    pub(super) fn run_for(&self, ids: Pair<Option<EntityId>>) -> Comparison {
        let (o, p) = (self.sides.original, self.sides.patched);
        let matching: &Matching = self.sides.matching;
        let mut work = vec![ids];
        let is_part = |n: &Normalized<'_, '_>, id, of: Option<EntityId>| {
            of.is_some() && (n.entity(id).cold_of == of || n.entity(id).prefix_of == of)
        };
        work.extend(
            p.ids().filter(|&id| is_part(p, id, ids.patched)).map(|id| {
                Pair::new(matching.original(id).filter(|&c| is_part(o, c, ids.original)), Some(id))
            }),
        );
        let taken: FxHashSet<EntityId> = work.iter().filter_map(|ids| ids.original).collect();
        work.extend(
            o.ids()
                .filter(|&id| is_part(o, id, ids.original) && !taken.contains(&id))
                .map(|id| Pair::new(Some(id), None)),
        );
        let unreached = unreached::find(&self.sides, &self.reached());
        self.entries(self.outcomes(work, &self.tables(), &unreached))
    }

    /// Worked out before the functions are shared out to threads, which would all wait for it.
    fn tables(&self) -> Pair<tables::Tables> {
        let collect = |n: &Normalized<'_, '_>| {
            n.prepare();
            tables::collect(n)
        };
        let (o, p) = rayon::join(|| collect(self.sides.original), || collect(self.sides.patched));
        Pair::new(o, p)
    }

    fn reached(&self) -> Pair<Reached> {
        let (o, p) = rayon::join(|| reached::find(self.sides.original), || reached::find(self.sides.patched));
        Pair::new(o, p)
    }

    fn outcomes(
        &self,
        work: Vec<Pair<Option<EntityId>>>,
        tables: &Pair<tables::Tables>,
        unreached: &Unreached,
    ) -> Vec<Outcome> {
        // Debug sections are not read here; without them nobody asks which numbers differ among other differences.
        let explained = [self.sides.original, self.sides.patched]
            .iter()
            .all(|n| n.unit.sections.iter().any(|s| s.name == ".debug_info"));
        let mut outcomes: Vec<Outcome> = work
            .into_par_iter()
            .with_min_len(16)
            .map(|ids| {
                let (differences, shifts) = match ids.both() {
                    Some(ids) => self.compare_entities(ids, tables, explained),
                    None => Default::default(),
                };
                Outcome { ids, differences, shifts }
            })
            .collect();
        doubt_suspects(&mut outcomes, unreached);
        self.blame_parts(&mut outcomes);
        readers::name(&self.sides, &mut outcomes);
        outcomes
    }

    /// How a pair differs, and in which numbers its instructions do.
    fn compare_entities(
        &self,
        ids: Pair<EntityId>,
        tables: &Pair<tables::Tables>,
        explained: bool,
    ) -> (Vec<Difference>, Shifts) {
        let (o, p) = (self.sides.original, self.sides.patched);
        let (a, b) = (o.entity(ids.original), p.entity(ids.patched));
        let mut differences = match (a.kind, b.kind) {
            (EntityKind::Function, EntityKind::Function) => self.sides.compare_functions(ids),
            _ => self.sides.compare_objects(ids),
        };
        let shifts = match differences.iter().any(|d| d.kind == DifferenceKind::Instructions) {
            true => self.sides.shifts(ids, explained),
            false => Shifts::default(),
        };
        // Where only numbers differ the tables still have to be the same for the function to be the same in the rest.
        if a.kind == EntityKind::Function {
            differences.extend(match differences.is_empty() || shifts.nothing_else {
                true => self.sides.compare_tables(ids, tables),
                false => self.sides.compare_switches(ids, tables),
            });
        }
        differences.extend(self.sides.compare_attributes(ids));
        (differences, shifts)
    }

    /// The change, coming or going of a cold part, or of what stands in front of a function, is the function's
    /// change too.
    fn blame_parts(&self, outcomes: &mut [Outcome]) {
        let mut blamed: Vec<(Side, EntityId, Difference)> = Vec::new();
        for outcome in outcomes.iter() {
            let (side, id) = match (outcome.ids.original, outcome.ids.patched) {
                (_, Some(id)) => (Side::Patched, id),
                (Some(id), None) => (Side::Original, id),
                (None, None) => continue,
            };
            let n = self.sides.get(side);
            let entity = n.entity(id);
            let (parent, part, kind) = match (entity.cold_of, entity.prefix_of) {
                (Some(parent), _) => (parent, "cold part", DifferenceKind::ColdPart),
                // Its size and what it holds are attributes of the entry: the compiler makes them of options and
                // of the function's type.
                (None, Some(parent)) => (parent, "prefix", DifferenceKind::Attributes),
                (None, None) => continue,
            };
            let name = n.name(id);
            let what = match (outcome.ids.original, outcome.ids.patched) {
                (Some(_), Some(_)) if outcome.differences.is_empty() => continue,
                (Some(_), Some(_)) => format!("its {part} {name} differs"),
                (None, _) => format!("it has a {part} {name} now"),
                (_, None) => format!("it has no {part} {name} any more"),
            };
            let mut difference = difference(kind, what);
            if entity.cold_of.is_some() {
                difference.chain.push(Link::new(name, None));
            }
            blamed.push((side, parent, difference));
        }
        if blamed.is_empty() {
            return;
        }
        let mut place: FxHashMap<(Side, EntityId), usize> = FxHashMap::default();
        for (i, outcome) in outcomes.iter().enumerate().filter(|(_, o)| o.ids.both().is_some()) {
            place.extend(outcome.ids.original.map(|id| ((Side::Original, id), i)));
            place.extend(outcome.ids.patched.map(|id| ((Side::Patched, id), i)));
        }
        for (side, parent, difference) in blamed {
            if let Some(outcome) = place.get(&(side, parent)).and_then(|&i| outcomes.get_mut(i)) {
                outcome.differences.push(difference);
            }
        }
    }
}

pub(super) fn difference(kind: DifferenceKind, what: String) -> Difference {
    Difference { kind, at: Pair::default(), what, chain: Vec::new() }
}
