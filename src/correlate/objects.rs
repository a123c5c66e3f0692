//! Statics that compilers number: matched by who refers to them, in what order, by size and by initial value.

use rustc_hash::{FxHashMap, FxHashSet};

use super::fingerprint::Fingerprints;
use super::{Group, Matching};
use crate::load::names;
use crate::normalize::{EntityId, EntityKind, Normalized};
use crate::pair::{Pair, Side};

/// Pairs of one group beyond this number are not looked at; its statics are reported as removed and new.
const MOST_PAIRS: usize = 250_000;

/// Pairs the statics of each group.
///
/// A static that is dropped here while another of its name is added elsewhere finds no partner and is reported as
/// removed and new, which is what they are.
pub(super) fn match_groups(
    sides: Pair<&Normalized<'_, '_>>,
    mut groups: Vec<Group>,
    matching: &mut Matching,
) {
    groups.retain(|group| group.original.len().saturating_mul(group.patched.len()) <= MOST_PAIRS);
    // A static may be known only by another one that refers to it.
    let mut pending: Vec<usize> = (0..groups.len()).collect();
    loop {
        let mut found = 0;
        pending.retain(|&i| {
            found += match_group(sides, &groups[i], Bond::Owners, matching);
            let free = |side: Side, ids: &[EntityId]| ids.iter().any(|&id| matching.is_free(side, id));
            free(Side::Original, &groups[i].original) && free(Side::Patched, &groups[i].patched)
        });
        if pending.is_empty() || found == 0 {
            break;
        }
    }
    for bond in [Bond::Moved, Bond::Nobody] {
        for &i in &pending {
            match_group(sides, &groups[i], bond, matching);
        }
    }
}

/// What makes two statics candidates for one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bond {
    /// A function or data object that refers to one corresponds to one that refers to the other.
    Owners,
    /// The code that refers to it was inlined, or split off.
    Moved,
    /// Nothing is known of who refers to at least one of them.
    Nobody,
}

/// How well two statics fit, the most telling first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    same_owners: bool,
    same_size: bool,
    /// The same bytes, and references to the same: a message that goes and another that comes leave an owner with as
    /// many descriptors, of which each has another place.
    same_content: bool,
    /// References to the same, as a descriptor whose line moved has them.
    same_references: bool,
    /// The same place in the order in which an owner refers to as many of the group on both sides.
    same_place: bool,
    same_value: bool,
    /// The same place, though the owner refers to another number of them.
    same_rank: bool,
    shared: usize,
}

/// Pairs what has the bond, the most alike first, and tells how many pairs there are.
fn match_group(
    sides: Pair<&Normalized<'_, '_>>,
    group: &Group,
    bond: Bond,
    matching: &mut Matching,
) -> usize {
    let owners =
        Pair::new(Owners::of(sides.original, &group.original), Owners::of(sides.patched, &group.patched));
    let contents = Pair::new(
        contents(sides, Side::Original, group, matching),
        contents(sides, Side::Patched, group, matching),
    );
    let mut pairs: Vec<(std::cmp::Reverse<Likeness>, usize, usize)> = Vec::new();
    for (i, &o) in group.original.iter().enumerate() {
        for (k, &p) in group.patched.iter().enumerate() {
            if matching.patched(o).is_some() || matching.original(p).is_some() {
                continue;
            }
            let (of_o, of_p) = (owners.original.of_static(o), owners.patched.of_static(p));
            let mut shared = Vec::new();
            for &(owner, rank) in of_o {
                let Some(partner) = matching.patched(owner) else { continue };
                if let Some(&(_, other)) = of_p.iter().find(|(id, _)| *id == partner) {
                    let as_many = owners.original.count(owner) == owners.patched.count(partner);
                    shared.push((rank == other, as_many));
                }
            }
            let bound = match bond {
                Bond::Owners => !shared.is_empty(),
                Bond::Moved => moved(sides, matching, of_o, of_p),
                Bond::Nobody => of_o.is_empty() || of_p.is_empty(),
            };
            if !bound {
                continue;
            }
            let likeness = Likeness {
                same_owners: shared.len() == of_o.len() && shared.len() == of_p.len(),
                same_size: sides.original.entity(o).size == sides.patched.entity(p).size,
                same_content: contents.original[i].0 == contents.patched[k].0,
                same_references: contents.original[i].1 == contents.patched[k].1,
                same_place: shared.iter().all(|&(same, as_many)| same && as_many),
                same_value: sides.original.bytes_of(o) == sides.patched.bytes_of(p),
                same_rank: shared.iter().all(|&(same, _)| same),
                shared: shared.len(),
            };
            pairs.push((std::cmp::Reverse(likeness), i, k));
        }
    }
    pairs.sort_unstable();
    let mut found = 0;
    for (_, i, k) in pairs {
        let (o, p) = (group.original[i], group.patched[k]);
        if matching.patched(o).is_none() && matching.original(p).is_none() {
            matching.put(Pair::new(o, p));
            found += 1;
        }
    }
    found
}

/// What each static of a group holds and what it leads to, as numbers that are equal where that is.
fn contents(
    sides: Pair<&Normalized<'_, '_>>,
    side: Side,
    group: &Group,
    matching: &Matching,
) -> Vec<(u64, Option<u64>)> {
    let ids = group.get(side);
    // Nothing is chosen where there is only one.
    if group.original.len() == 1 && group.patched.len() == 1 {
        return vec![(0, None); ids.len()];
    }
    let prints = Fingerprints { n: sides.get(side), side, matching, unmatched: FxHashMap::default() };
    ids.iter().map(|&id| (prints.of_content(id), prints.of_references(id))).collect()
}

/// Who refers to the statics of one group.
struct Owners {
    /// By static: its owners, each with the place of the static among those of the group that the owner refers to.
    by_static: FxHashMap<EntityId, Vec<(EntityId, usize)>>,
    /// By owner: how many of the group it refers to.
    counts: FxHashMap<EntityId, usize>,
}

impl Owners {
    fn of(n: &Normalized<'_, '_>, group: &[EntityId]) -> Owners {
        let mut places: FxHashMap<EntityId, Vec<(u64, EntityId)>> = FxHashMap::default();
        for &id in group {
            let mut seen = FxHashSet::default();
            collect(n, id, &mut seen, &mut |owner, at| {
                if owner != id {
                    places.entry(owner).or_default().push((at, id));
                }
            });
        }
        let mut owners = Owners { by_static: FxHashMap::default(), counts: FxHashMap::default() };
        for (owner, mut list) in places {
            list.sort_unstable();
            let mut seen = FxHashSet::default();
            list.retain(|(_, id)| seen.insert(*id));
            owners.counts.insert(owner, list.len());
            for (rank, (_, id)) in list.into_iter().enumerate() {
                owners.by_static.entry(id).or_default().push((owner, rank));
            }
        }
        owners
    }

    fn of_static(&self, id: EntityId) -> &[(EntityId, usize)] {
        self.by_static.get(&id).map_or(&[], Vec::as_slice)
    }

    fn count(&self, owner: EntityId) -> usize {
        self.counts.get(&owner).copied().unwrap_or(0)
    }
}

/// Tells of each function and data object with an identity that refers to a thing: a constant of the compiler
/// stands for those that refer to it, and a cold part for its function, behind whose code it comes.
fn collect(
    n: &Normalized<'_, '_>,
    id: EntityId,
    seen: &mut FxHashSet<EntityId>,
    tell: &mut impl FnMut(EntityId, u64),
) {
    // A stack of its own, because such constants may form long chains.
    let mut left = vec![id];
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        for referrer in n.referrers(id) {
            let from = n.entity(referrer.from);
            match (from.by_content, from.cold_of) {
                (true, _) => left.push(referrer.from),
                (false, Some(parent)) => tell(parent, (1 << 40) + referrer.at),
                (false, None) => tell(referrer.from, referrer.at),
            }
        }
    }
}

/// Whether the code that refers to a static may have moved: between a function and a part or clone of it, into a
/// function that now inlines what referred to it, or out of one that no longer does.
fn moved(
    sides: Pair<&Normalized<'_, '_>>,
    matching: &Matching,
    of_o: &[(EntityId, usize)],
    of_p: &[(EntityId, usize)],
) -> bool {
    of_o.iter().any(|&(o, _)| {
        of_p.iter().any(|&(p, _)| {
            let (gone, came) = (matching.patched(o).is_none(), matching.original(p).is_none());
            if gone || came {
                let stems = (names::stem(sides.original.name(o)), names::stem(sides.patched.name(p)));
                if stems.0 == stems.1 {
                    return true;
                }
            }
            let partner = |side: Side, id| match side {
                Side::Original => matching.patched(id),
                Side::Patched => matching.original(id),
            };
            match (gone, came) {
                (true, false) => calls(sides.original, o, |id| partner(Side::Original, id), p),
                (false, true) => calls(sides.patched, p, |id| partner(Side::Patched, id), o),
                _ => false,
            }
        })
    })
}

/// Whether `function`, which has no partner, is referred to by the partner of `caller`, directly or through others
/// without a partner.
fn calls(
    n: &Normalized<'_, '_>,
    function: EntityId,
    partner: impl Fn(EntityId) -> Option<EntityId>,
    caller: EntityId,
) -> bool {
    let mut seen = FxHashSet::default();
    let mut left = vec![function];
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        for referrer in n.referrers(id) {
            match partner(referrer.from) {
                Some(other) if other == caller => return true,
                Some(_) => {}
                None if n.entity(referrer.from).kind == EntityKind::Function => left.push(referrer.from),
                None => {}
            }
        }
    }
    false
}
