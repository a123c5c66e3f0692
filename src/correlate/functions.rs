//! Functions whose names share a class: clones of one function, nested functions, a source that is included twice.

use rustc_hash::FxHashMap;

use super::fingerprint::Fingerprints;
use super::{Group, Matching};
use crate::load::names;
use crate::normalize::{EntityId, Normalized};
use crate::pair::{Pair, Side};

/// Pairs functions of one class: those with the same code and references first, then those with the same bytes,
/// the same size, and in the order of the file. A wrong pair only reports one too many.
pub(super) fn match_groups(sides: Pair<&Normalized<'_, '_>>, groups: Vec<Group>, matching: &mut Matching) {
    let (single, several): (Vec<Group>, Vec<Group>) =
        groups.into_iter().partition(|g| g.original.len() == 1 && g.patched.len() == 1);
    for group in single {
        pair_up(&group, matching, |_, _| 0u8);
    }
    let hashes = hashes(sides, matching);
    for group in &several {
        by_hash(sides, group, &hashes, matching);
    }
    for group in several {
        let prints = {
            let of = |side: Side| {
                let n = *sides.get(side);
                let prints = Fingerprints { n, side, matching, unmatched: FxHashMap::default() };
                group.get(side).iter().map(|&id| (id, prints.of(id))).collect::<FxHashMap<_, _>>()
            };
            Pair::new(of(Side::Original), of(Side::Patched))
        };
        pair_up(&group, matching, |side, id| prints.get(side).get(&id).copied());
        pair_up(&group, matching, |side, id| sides.get(side).bytes_of(id));
        pair_up(&group, matching, |side, id| sides.get(side).entity(id).size);
        pair_up(&group, matching, |_, _| 0u8);
    }
}

/// Pairs those of a group that are still free and that `key` gives the same for, in order.
fn pair_up<K: std::hash::Hash + Eq>(
    group: &Group,
    matching: &mut Matching,
    key: impl Fn(Side, EntityId) -> K,
) {
    let mut by_key: FxHashMap<K, Vec<EntityId>> = FxHashMap::default();
    for &p in group.patched.iter().rev().filter(|&&p| matching.original(p).is_none()) {
        by_key.entry(key(Side::Patched, p)).or_default().push(p);
    }
    for &o in &group.original {
        if matching.patched(o).is_none()
            && let Some(p) = by_key.get_mut(&key(Side::Original, o)).and_then(Vec::pop)
        {
            matching.put(Pair::new(o, p));
        }
    }
}

/// Which hash of Clang's ThinLTO became which: every pair of names that only a hash tells apart shows it for all
/// statics of its unit.
fn hashes<'u>(sides: Pair<&Normalized<'u, '_>>, matching: &Matching) -> FxHashMap<&'u str, &'u str> {
    let hash_of = |n: &Normalized<'u, '_>, id: EntityId| names::llvm_hash(n.name(id));
    let pairs = sides
        .original
        .ids()
        .filter_map(|o| Some((hash_of(sides.original, o)?, hash_of(sides.patched, matching.patched(o)?)?)));
    pairs.collect()
}

fn by_hash(
    sides: Pair<&Normalized<'_, '_>>,
    group: &Group,
    hashes: &FxHashMap<&str, &str>,
    matching: &mut Matching,
) {
    if hashes.is_empty() {
        return;
    }
    let mut free: FxHashMap<&str, Vec<EntityId>> = FxHashMap::default();
    for &p in group.patched.iter().rev().filter(|&&p| matching.original(p).is_none()) {
        if let Some(hash) = names::llvm_hash(sides.patched.name(p)) {
            free.entry(hash).or_default().push(p);
        }
    }
    for &o in &group.original {
        let hash = names::llvm_hash(sides.original.name(o)).and_then(|hash| hashes.get(hash));
        if matching.patched(o).is_none()
            && let Some(p) = hash.and_then(|&hash| free.get_mut(hash)).and_then(Vec::pop)
        {
            matching.put(Pair::new(o, p));
        }
    }
}
