//! Entities of the original ↔ entities of the patched side.
//!
//! Names decide, and who refers to what; content only proposes partners for functions without one. Whether two
//! matched things are the same is not asked here. A number that the compiler chose never decides: `buf.3` of one
//! side and `buf.3` of the other may be two different variables.

mod blocks;
mod fingerprint;
mod functions;
mod objects;
mod places;
mod renamed;

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHasher};

use crate::load::{Binding, names};
use crate::normalize::{EntityId, EntityKind, Normalized};
use crate::pair::{Pair, Side};
use blocks::Scopes;

pub use places::Places;

/// Which original entity corresponds to which patched one.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    to_patched: Vec<Option<EntityId>>,
    to_original: Vec<Option<EntityId>>,
    asked_for: Option<Pair<EntityId>>,
    places: OnceLock<Places>,
}

impl Matching {
    /// The patched entity that an original one corresponds to.
    pub fn patched(&self, original: EntityId) -> Option<EntityId> {
        *self.to_patched.get(original.0 as usize)?
    }

    /// The original entity that a patched one corresponds to.
    pub fn original(&self, patched: EntityId) -> Option<EntityId> {
        *self.to_original.get(patched.0 as usize)?
    }

    /// Whether this is the pair that was asked for, whatever its names.
    pub fn is_asked_for(&self, ids: Pair<EntityId>) -> bool {
        self.asked_for == Some(ids)
    }

    /// Which nameless places correspond. `sides` are those that were matched.
    pub fn places(&self, sides: Pair<&Normalized<'_, '_>>) -> &Places {
        self.places.get_or_init(|| Places::find(sides, self))
    }

    fn put(&mut self, pair: Pair<EntityId>) {
        self.to_patched[pair.original.0 as usize] = Some(pair.patched);
        self.to_original[pair.patched.0 as usize] = Some(pair.original);
    }

    fn is_free(&self, side: Side, id: EntityId) -> bool {
        match side {
            Side::Original => self.patched(id).is_none(),
            Side::Patched => self.original(id).is_none(),
        }
    }
}

/// Matches the entities of two units.
pub fn correlate(sides: Pair<&Normalized<'_, '_>>) -> Matching {
    matched(sides, None)
}

/// Matches the entities of two units, of which `ids` correspond to each other whatever their names; their cold parts
/// do too.
pub fn correlate_with(sides: Pair<&Normalized<'_, '_>>, ids: Pair<EntityId>) -> Matching {
    matched(sides, Some(ids))
}

fn matched(sides: Pair<&Normalized<'_, '_>>, asked_for: Option<Pair<EntityId>>) -> Matching {
    let mut matching = Matching {
        to_patched: vec![None; sides.original.entities().len()],
        to_original: vec![None; sides.patched.entities().len()],
        asked_for,
        places: OnceLock::new(),
    };
    if let Some(ids) = asked_for {
        matching.put(ids);
        let cold = |n: &Normalized<'_, '_>, of| {
            n.ids().filter(|&id| n.entity(id).cold_of == Some(of)).collect::<Vec<_>>()
        };
        let parts = cold(sides.original, ids.original).into_iter().zip(cold(sides.patched, ids.patched));
        parts.for_each(|(o, p)| matching.put(Pair::new(o, p)));
    }
    let scopes = blocks::scopes(sides);
    let repeated = by_name(sides, &scopes, &mut matching);
    // Functions before data objects: statics are told apart by the functions that refer to them.
    let (functions, objects): (Vec<_>, Vec<_>) =
        repeated.into_iter().partition(|(kind, _)| *kind == EntityKind::Function);
    functions::match_groups(sides, functions.into_iter().map(|(_, ids)| ids).collect(), &mut matching);
    for scoped in [true, false] {
        if scoped || scopes.are_many {
            let groups = by_class(sides, &scopes, scoped, EntityKind::Function, &matching);
            functions::match_groups(sides, groups, &mut matching);
        }
    }
    renamed::match_functions(sides, &mut matching);
    companions(sides, &mut matching);
    objects::match_groups(sides, objects.into_iter().map(|(_, ids)| ids).collect(), &mut matching);
    for scoped in [true, false] {
        if scoped || scopes.are_many {
            let groups = by_class(sides, &scopes, scoped, EntityKind::Object, &matching);
            objects::match_groups(sides, groups, &mut matching);
        }
    }
    matching
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Candidates for one another.
type Group = Pair<Vec<EntityId>>;

/// A name in its scope: local names may occur once for each FILE symbol, and a function and a data object may
/// share one.
type ScopedName<'n> = (EntityKind, &'n str, u32);

/// Matches names that stand for themselves, those the source has, and returns those that occur more than once in
/// their scope (a source that is included twice).
fn by_name(
    sides: Pair<&Normalized<'_, '_>>,
    scopes: &Scopes,
    matching: &mut Matching,
) -> Vec<(EntityKind, Group)> {
    let original = names_of(sides.original, Side::Original, scopes);
    let mut patched: Vec<_> = names_of(sides.patched, Side::Patched, scopes).into_iter().collect();
    patched.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    let mut repeated = Vec::new();
    for (name, ids) in patched {
        match (original.get(&name).map(Vec::as_slice), &ids[..]) {
            (None, _) => {}
            (Some(&[o]), &[p]) => {
                if matching.patched(o).is_none() && matching.original(p).is_none() {
                    matching.put(Pair::new(o, p));
                }
            }
            (Some(others), _) => repeated.push((name.0, Pair::new(others.to_vec(), ids))),
        }
    }
    repeated
}

fn names_of<'u>(
    n: &Normalized<'u, '_>,
    side: Side,
    scopes: &Scopes,
) -> FxHashMap<ScopedName<'u>, Vec<EntityId>> {
    let mut table: FxHashMap<ScopedName<'u>, Vec<EntityId>> = FxHashMap::default();
    let shared = shared_classes(n);
    for id in n.ids() {
        let entity = n.entity(id);
        if entity.by_content || is_chosen_by_compiler(n, id, &shared) {
            continue;
        }
        for &symbol in &entity.names {
            let symbol = &n.unit.symbols[symbol as usize];
            table.entry((entity.kind, &*symbol.name, scopes.of(side, symbol))).or_default().push(id);
        }
    }
    table
}

/// Classes of statics that Clang names after their function, with the number of those that share one. It numbers
/// all but the first (`f.n`, `f.n.5`), and so the first has no name of its own either.
fn shared_classes<'u>(n: &Normalized<'u, '_>) -> FxHashMap<std::borrow::Cow<'u, str>, u32> {
    let mut classes: FxHashMap<std::borrow::Cow<'u, str>, u32> = FxHashMap::default();
    for id in n.ids() {
        let is_static = n.entity(id).kind == EntityKind::Object && n.symbol(id).binding == Binding::Local;
        if is_static && n.name(id).contains('.') {
            *classes.entry(names::class(n.name(id))).or_default() += 1;
        }
    }
    classes
}

fn is_chosen_by_compiler(
    n: &Normalized<'_, '_>,
    id: EntityId,
    shared: &FxHashMap<std::borrow::Cow<'_, str>, u32>,
) -> bool {
    let name = n.name(id);
    let class = names::class(name);
    n.entity(id).names.len() == 1
        && (class != name || name.contains('.') && shared.get(&class).is_some_and(|&count| count > 1))
}

/// Groups things without a partner by their names without what the compiler or a counting macro chose.
fn by_class(
    sides: Pair<&Normalized<'_, '_>>,
    scopes: &Scopes,
    scoped: bool,
    kind: EntityKind,
    matching: &Matching,
) -> Vec<Group> {
    let renamed = renamed_functions(sides, matching);
    let collect = |side: Side| {
        let n: &Normalized<'_, '_> = sides.get(side);
        let mut table: FxHashMap<(String, u32), Vec<EntityId>> = FxHashMap::default();
        for id in n.ids() {
            let entity = n.entity(id);
            if entity.kind != kind || entity.by_content || !matching.is_free(side, id) {
                continue;
            }
            let mut class = names::class(&names::without_rust_hash(n.name(id))).into_owned();
            // Clang's name of a static begins with its function's.
            if side == Side::Original
                && let Some((function, rest)) = class.split_once('.')
                && let Some(now) = renamed.get(function)
            {
                class = format!("{now}.{rest}");
            }
            let scope = if scoped { scopes.of(side, n.symbol(id)) } else { 0 };
            table.entry((class, scope)).or_default().push(id);
        }
        table
    };
    let mut patched = collect(Side::Patched);
    let mut groups: Vec<_> = collect(Side::Original)
        .into_iter()
        .filter_map(|(key, originals)| {
            let patched = patched.remove(&key)?;
            Some((key, Pair::new(originals, patched)))
        })
        .collect();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Functions whose partner has another name, with that name.
fn renamed_functions<'u>(
    sides: Pair<&Normalized<'u, '_>>,
    matching: &Matching,
) -> FxHashMap<&'u str, &'u str> {
    let names = sides.original.ids().filter_map(|id| {
        let partner = matching.patched(id)?;
        let names = (sides.original.name(id), sides.patched.name(partner));
        (sides.original.entity(id).kind == EntityKind::Function && names.0 != names.1).then_some(names)
    });
    names.collect()
}

/// Matches cold parts of matched functions, and what stands in front of them, where a function has one on each side.
fn companions(sides: Pair<&Normalized<'_, '_>>, matching: &mut Matching) {
    let parent = |n: &Normalized<'_, '_>, id: EntityId| {
        let entity = n.entity(id);
        let cold = entity.cold_of.map(|parent| (parent, String::new()));
        cold.or_else(|| {
            // What is in front of a function is of one kind or the other.
            let kind = n.name(id).split_inclusive('_').take(3).collect();
            entity.prefix_of.map(|parent| (parent, kind))
        })
    };
    let mut free: FxHashMap<(EntityId, String), Vec<EntityId>> = FxHashMap::default();
    for p in sides.patched.ids().filter(|&id| matching.is_free(Side::Patched, id)) {
        if let Some(key) = parent(sides.patched, p) {
            free.entry(key).or_default().push(p);
        }
    }
    if free.is_empty() {
        return;
    }
    let ids: Vec<EntityId> =
        sides.original.ids().filter(|&id| matching.is_free(Side::Original, id)).collect();
    for o in ids {
        let Some((of, kind)) = parent(sides.original, o) else { continue };
        let Some(of) = matching.patched(of) else { continue };
        if let Some(p) = free.get_mut(&(of, kind)).and_then(Vec::pop) {
            matching.put(Pair::new(o, p));
        }
    }
}
