//! Things whose names share a class: clones of a function, and statics the compiler numbered.

use rustc_hash::FxHashMap;

use super::Matching;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};
use crate::pair::Pair;

/// Pairs clones: equal bytes first, then in the order of the file. A wrong pair only reports one too many.
pub(super) fn match_functions(
    sides: Pair<&Normalized<'_, '_>>,
    mut candidates: Pair<Vec<EntityId>>,
    matching: &mut Matching,
) {
    if candidates.original.len() > 1 || candidates.patched.len() > 1 {
        candidates.original.retain(|&o| {
            let bytes = sides.original.bytes_of(o);
            let alike = candidates.patched.iter().position(|&p| sides.patched.bytes_of(p) == bytes);
            let Some(i) = alike else { return true };
            matching.put(Pair::new(o, candidates.patched.remove(i)));
            false
        });
    }
    for (&o, &p) in candidates.original.iter().zip(&candidates.patched) {
        matching.put(Pair::new(o, p));
    }
}

/// For each data object: the entities that refer to it, in the order of their places, with the number of the
/// reference among the entity's own.
pub(super) type Referrers = FxHashMap<EntityId, Vec<EntityId>>;

/// Collects who refers to each data object of a unit.
pub(super) fn referrers(n: &Normalized<'_, '_>) -> Referrers {
    let mut found: Referrers = FxHashMap::default();
    for from in n.ids() {
        let entity = n.entity(from);
        let Some(section) = entity.section else { continue };
        for reloc in n.relocs_of(from) {
            let target = match entity.kind {
                EntityKind::Function => n.target_in_function(from, reloc),
                EntityKind::Object => n.target_in_data(section, reloc),
            };
            if let Target::Entity { id, .. } = target
                && n.entity(id).kind == EntityKind::Object
            {
                let list = found.entry(id).or_default();
                if list.last() != Some(&from) {
                    list.push(from);
                }
            }
        }
    }
    found
}

/// Pairs statics of one class by who refers to them: the referrers of one, carried over to the other side, must
/// meet those of the other. Among several the one of equal size and initial value goes first, then the order.
///
/// A static that is dropped here while another of its name is added elsewhere finds no partner and is reported as
/// removed and new, which is what they are.
pub(super) fn match_objects(
    sides: Pair<&Normalized<'_, '_>>,
    candidates: Pair<Vec<EntityId>>,
    referrers: &Pair<Referrers>,
    matching: &mut Matching,
) {
    let none = Vec::new();
    let mut left = candidates.patched;
    for o in candidates.original {
        let of_original = referrers.original.get(&o).unwrap_or(&none);
        let carried: Vec<Option<EntityId>> = of_original.iter().map(|&f| matching.patched(f)).collect();
        let mut best: Option<(Likeness, usize)> = None;
        for (i, &p) in left.iter().enumerate() {
            let of_patched = referrers.patched.get(&p).unwrap_or(&none);
            let shared = of_patched.iter().filter(|f| carried.contains(&Some(**f))).count();
            // Nobody refers to it, or only functions that are themselves new: nothing speaks against it.
            let unknown = carried.iter().all(Option::is_none)
                || of_patched.iter().all(|&f| matching.original(f).is_none());
            if shared == 0 && !unknown {
                continue;
            }
            let likeness = Likeness {
                same_referrers: shared == carried.len() && shared == of_patched.len(),
                shared,
                same_size: sides.original.entity(o).size == sides.patched.entity(p).size,
                same_value: sides.original.bytes_of(o) == sides.patched.bytes_of(p),
            };
            if best.as_ref().is_none_or(|(b, _)| likeness > *b) {
                best = Some((likeness, i));
            }
        }
        if let Some((_, i)) = best {
            matching.put(Pair::new(o, left.remove(i)));
        }
    }
}

/// How well two statics fit, the most telling first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    same_referrers: bool,
    same_size: bool,
    same_value: bool,
    shared: usize,
}
