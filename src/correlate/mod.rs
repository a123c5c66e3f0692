//! Entities of the original ↔ entities of the patched side.
//!
//! Only names, and who refers to what, decide here; whether two matched things are the same is not asked. A
//! number that the compiler chose never decides: `buf.3` of one side and `buf.3` of the other may be two
//! different variables.

mod numbered;

use rustc_hash::FxHashMap;

use crate::load::names;
use crate::normalize::{EntityId, EntityKind, Normalized};
use crate::pair::Pair;

/// Which original entity corresponds to which patched one.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    to_patched: Vec<Option<EntityId>>,
    to_original: Vec<Option<EntityId>>,
    asked_for: Option<Pair<EntityId>>,
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

    fn put(&mut self, pair: Pair<EntityId>) {
        self.to_patched[pair.original.0 as usize] = Some(pair.patched);
        self.to_original[pair.patched.0 as usize] = Some(pair.original);
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
    };
    if let Some(ids) = asked_for {
        matching.put(ids);
        let cold = |n: &Normalized<'_, '_>, of| {
            n.ids().filter(|&id| n.entity(id).cold_of == Some(of)).collect::<Vec<_>>()
        };
        let parts = cold(sides.original, ids.original).into_iter().zip(cold(sides.patched, ids.patched));
        parts.for_each(|(o, p)| matching.put(Pair::new(o, p)));
    }
    by_name(sides, &mut matching);
    by_class(sides, &mut matching);
    matching
}

/// A name in its scope: local names may occur once for each FILE symbol, and a function and a data object may
/// share one.
type ScopedName<'n> = (EntityKind, &'n str, Option<&'n str>);

/// Matches names that stand for themselves: those the source has.
fn by_name(sides: Pair<&Normalized<'_, '_>>, matching: &mut Matching) {
    // In a file with one FILE symbol the scope says nothing, and a compiler that names its files otherwise would
    // keep every local symbol from being matched.
    let many_files = [sides.original, sides.patched].iter().any(|n| {
        n.unit
            .symbols
            .iter()
            .filter(|s| s.kind == crate::load::SymbolKind::File && !s.name.is_empty())
            .count()
            > 1
    });
    let (original, patched) = rayon::join(
        || names_of(sides.original, many_files),
        || {
            let mut patched: Vec<_> = names_of(sides.patched, many_files).into_iter().collect();
            patched.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
            patched
        },
    );
    for (name, ids) in patched {
        let Some(others) = original.get(&name) else { continue };
        // The same name twice in one file (a source included twice): in the order of the file.
        for (&o, &p) in others.iter().zip(&ids) {
            if matching.patched(o).is_none() && matching.original(p).is_none() {
                matching.put(Pair::new(o, p));
            }
        }
    }
}

fn names_of<'u>(n: &Normalized<'u, '_>, many_files: bool) -> FxHashMap<ScopedName<'u>, Vec<EntityId>> {
    let mut table: FxHashMap<ScopedName<'u>, Vec<EntityId>> = FxHashMap::default();
    for id in n.ids() {
        let entity = n.entity(id);
        if entity.by_content || is_chosen_by_compiler(n, id) {
            continue;
        }
        for &symbol in &entity.names {
            let symbol = &n.unit.symbols[symbol as usize];
            let file = symbol.file.filter(|_| many_files).map(|f| &*n.unit.symbols[f as usize].name);
            table.entry((entity.kind, &*symbol.name, file)).or_default().push(id);
        }
    }
    table
}

fn is_chosen_by_compiler(n: &Normalized<'_, '_>, id: EntityId) -> bool {
    let name = n.name(id);
    n.entity(id).names.len() == 1 && names::class(name) != name
}

/// Matches names that differ only in what the compiler or a counting macro chose.
fn by_class(sides: Pair<&Normalized<'_, '_>>, matching: &mut Matching) {
    let collect = |n: &Normalized<'_, '_>, taken: &dyn Fn(EntityId) -> bool| {
        let mut table: FxHashMap<(EntityKind, String), Vec<EntityId>> = FxHashMap::default();
        for id in n.ids() {
            if !n.entity(id).by_content && !taken(id) {
                table.entry((n.entity(id).kind, names::class(n.name(id)).into_owned())).or_default().push(id);
            }
        }
        table
    };
    let original = collect(sides.original, &|id| matching.patched(id).is_some());
    let mut patched = collect(sides.patched, &|id| matching.original(id).is_some());
    let mut classes: Vec<_> = original
        .into_iter()
        .filter_map(|(key, originals)| Some((key.clone(), Pair::new(originals, patched.remove(&key)?))))
        .collect();
    // Functions first: statics are told apart by the functions that refer to them.
    classes.sort_by(|a, b| a.0.cmp(&b.0));
    let (functions, objects): (Vec<_>, Vec<_>) =
        classes.into_iter().partition(|((kind, _), _)| *kind == EntityKind::Function);
    for (_, candidates) in functions {
        numbered::match_functions(sides, candidates, matching);
    }
    if !objects.is_empty() {
        let (original, patched) =
            rayon::join(|| numbered::referrers(sides.original), || numbered::referrers(sides.patched));
        let referrers = Pair::new(original, patched);
        for (_, candidates) in objects {
            numbered::match_objects(sides, candidates, &referrers, matching);
        }
    }
}
