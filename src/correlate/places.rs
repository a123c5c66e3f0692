//! Which nameless places of both sides correspond, told by those who refer to them.

use rustc_hash::FxHashMap;

use super::Matching;
use crate::load::{Reloc, names};
use crate::normalize::{EntityId, EntityKind, Normalized, Target};
use crate::pair::{Pair, Side};

/// A place of nameless data: index of the section, and bytes from its start.
type Place = (u32, u64);

/// Places at which nameless data begins, with the places of the other side that the same references lead to.
#[derive(Debug, Clone, Default)]
pub struct Places {
    to_patched: FxHashMap<Place, Vec<Place>>,
    to_original: FxHashMap<Place, Vec<Place>>,
}

/// More references to one place than these say nothing new of it.
const REFERENCES: usize = 16;

impl Places {
    /// The places on the other side of `side` that correspond to one of `side`; empty where nothing tells.
    pub fn beyond(&self, side: Side, place: Place) -> &[Place] {
        let known = match side {
            Side::Original => &self.to_patched,
            Side::Patched => &self.to_original,
        };
        known.get(&place).map_or(&[], Vec::as_slice)
    }

    /// Collects them from all matched functions and data objects whose references are the same in number and order, but
    /// for what nameless things they lead to.
    pub(super) fn find(sides: Pair<&Normalized<'_, '_>>, matching: &Matching) -> Places {
        let mut places = Places::default();
        let mut found = Vec::new();
        for original in sides.original.ids() {
            let Some(patched) = matching.patched(original) else { continue };
            found.clear();
            if corresponding(sides, matching, Pair::new(original, patched), &mut found) {
                for &(o, p) in &found {
                    note(&mut places.to_patched, o, p);
                    note(&mut places.to_original, p, o);
                }
            }
        }
        places
    }
}

fn note(places: &mut FxHashMap<Place, Vec<Place>>, from: Place, to: Place) {
    let list = places.entry(from).or_default();
    if list.len() < REFERENCES && !list.contains(&to) {
        list.push(to);
    }
}

/// Appends the pairs of nameless places that two entities refer to. `false` when what else they refer to differs, and
/// the pairs may then be of references that have nothing to do with each other.
fn corresponding(
    sides: Pair<&Normalized<'_, '_>>,
    matching: &Matching,
    ids: Pair<EntityId>,
    found: &mut Vec<(Place, Place)>,
) -> bool {
    let (o, p) = (sides.original, sides.patched);
    let (relocs_o, relocs_p) = (o.relocs_of(ids.original), p.relocs_of(ids.patched));
    relocs_o.len() == relocs_p.len()
        && relocs_o.iter().zip(relocs_p).all(|(a, b)| {
            let targets = Pair::new(target(o, ids.original, a), target(p, ids.patched, b));
            match (targets.original, targets.patched) {
                (
                    Target::Nameless { section, offset, .. },
                    Target::Nameless { section: section_p, offset: offset_p, .. },
                ) => {
                    found.push(((section, offset), (section_p, offset_p)));
                    a.r_type == b.r_type
                }
                (Target::Entity { id, .. }, Target::Entity { id: id_p, .. }) => {
                    let constants = o.entity(id).by_content && p.entity(id_p).by_content;
                    constants || matching.patched(id) == Some(id_p)
                }
                (Target::Symbol { index, .. }, Target::Symbol { index: index_p, .. }) => {
                    let (a, b) = (&o.unit.symbols[index as usize], &p.unit.symbols[index_p as usize]);
                    names::same_elsewhere(&a.name, &b.name)
                }
                (a, b) => std::mem::discriminant(&a) == std::mem::discriminant(&b),
            }
        })
}

fn target(n: &Normalized<'_, '_>, id: EntityId, reloc: &Reloc) -> Target {
    let entity = n.entity(id);
    match (entity.kind, entity.section) {
        (EntityKind::Function, _) => n.target_in_function(id, reloc),
        (_, Some(section)) => n.target_in_data(section, reloc),
        (_, None) => Target::Number(0),
    }
}
