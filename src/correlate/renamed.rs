//! Functions that go by another name on the patched side: found by their code and references.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Matching;
use super::fingerprint::Fingerprints;
use crate::load::names;
use crate::normalize::{EntityId, EntityKind, Normalized};
use crate::pair::{Pair, Side};

/// So many steps away functions that were renamed too are told apart.
const ROUNDS: usize = 4;

/// Pairs functions without a partner whose code and references are the same, where no other has the same. A
/// suffix that comes or goes (`f` and `f.isra.0`) makes another function: its callers call it otherwise.
pub(super) fn match_functions(sides: Pair<&Normalized<'_, '_>>, matching: &mut Matching) {
    let collect = |side: Side| -> Vec<EntityId> {
        let n = sides.get(side);
        let free = |id: &EntityId| match side {
            Side::Original => matching.patched(*id).is_none(),
            Side::Patched => matching.original(*id).is_none(),
        };
        let is_code = |id: &EntityId| {
            let entity = n.entity(*id);
            entity.kind == EntityKind::Function && entity.prefix_of.is_none() && !n.bytes_of(*id).is_empty()
        };
        n.ids().filter(free).filter(is_code).collect()
    };
    let candidates = Pair::new(collect(Side::Original), collect(Side::Patched));
    if candidates.original.is_empty() || candidates.patched.is_empty() {
        return;
    }
    let prints = |side: Side| {
        let n: &Normalized<'_, '_> = sides.get(side);
        let ids = candidates.get(side);
        let kind = |&id: &EntityId| (id, super::hash(&names::suffixes(n.name(id))));
        let mut prints =
            Fingerprints { n, side, matching, unmatched: ids.iter().map(kind).collect::<FxHashMap<_, _>>() };
        // Each round tells functions apart that refer to different ones. Both sides make the same number.
        for _ in 0..ROUNDS {
            prints.unmatched = ids
                .iter()
                .map(|&id| (id, super::hash(&(prints.of(id), names::suffixes(n.name(id))))))
                .collect();
        }
        prints.unmatched
    };
    let (original, patched) = (prints(Side::Original), prints(Side::Patched));
    let unique = |prints: FxHashMap<EntityId, u64>| {
        let mut by_print: BTreeMap<u64, Vec<EntityId>> = BTreeMap::new();
        for (id, print) in prints {
            by_print.entry(print).or_default().push(id);
        }
        by_print.retain(|_, ids| ids.len() == 1);
        by_print
    };
    let (original, patched) = (unique(original), unique(patched));
    for (print, o) in original {
        if let (Some(&o), Some(&p)) = (o.first(), patched.get(&print).and_then(|p| p.first())) {
            matching.put(Pair::new(o, p));
        }
    }
}
