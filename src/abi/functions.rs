//! The functions of one unit, and how they are connected.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::records::clones::Clones;
use super::reliance::{Party, Source};
use crate::compare::Extent;
use crate::inspect::model::Use;
use crate::inspect::references::{references, whole};
use crate::load::dwarf::Dwarf;
use crate::load::names;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};

/// A place at which a function refers to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The function that is referred to.
    pub to: EntityId,
    /// Offset in bytes from the start of the function, or of its cold part.
    pub at: u64,
    /// Whether it is called or jumped to, rather than its address taken.
    pub calls: bool,
}

/// A body that a function holds a copy of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inlined {
    /// Who says so.
    pub sources: BTreeSet<Source>,
    /// Offset in bytes of its first instruction from the start of the function, where it has one there.
    pub at: Option<u64>,
}

/// The functions of a unit. Cold parts count as their functions.
#[derive(Debug)]
pub struct Functions<'n, 'u, 'd> {
    /// The unit.
    pub n: &'n Normalized<'u, 'd>,
    all: Vec<EntityId>,
    by_name: FxHashMap<&'u str, EntityId>,
    edges: FxHashMap<EntityId, Vec<Edge>>,
    callers: FxHashMap<EntityId, BTreeSet<EntityId>>,
    referrers: FxHashMap<EntityId, BTreeSet<EntityId>>,
    inlined: FxHashMap<EntityId, BTreeMap<String, Inlined>>,
}

/// Inlined bodies of a function that knows of none.
static NONE: BTreeMap<String, Inlined> = BTreeMap::new();

impl<'n, 'u, 'd> Functions<'n, 'u, 'd> {
    /// Reads the connections off the code, the compiler's record of its copies and debug information, as far as they
    /// are there.
    pub fn new(n: &'n Normalized<'u, 'd>, clones: Option<&Clones>, dwarf: Option<&Dwarf>) -> Self {
        let is_function = |id: &EntityId| {
            let entity = n.entity(*id);
            entity.kind == EntityKind::Function && entity.prefix_of.is_none()
        };
        let mut functions = Functions {
            n,
            all: n.ids().filter(is_function).filter(|&id| n.entity(id).cold_of.is_none()).collect(),
            by_name: FxHashMap::default(),
            edges: FxHashMap::default(),
            callers: FxHashMap::default(),
            referrers: FxHashMap::default(),
            inlined: FxHashMap::default(),
        };
        for &id in &functions.all {
            for &name in &n.entity(id).names {
                functions.by_name.entry(&n.unit.symbols[name as usize].name).or_insert(id);
            }
        }
        let mut extents: FxHashMap<EntityId, Vec<Extent>> = FxHashMap::default();
        for id in n.ids() {
            let entity = n.entity(id);
            let from = whole(n, id);
            for found in references(n, id) {
                let Target::Entity { id: to, .. } = found.target else { continue };
                let to = whole(n, to);
                if n.entity(to).kind != EntityKind::Function
                    || to == from && entity.kind == EntityKind::Function
                {
                    continue;
                }
                functions.referrers.entry(to).or_default().insert(from);
                if entity.kind == EntityKind::Function {
                    let calls = found.using != Use::Address;
                    functions.edges.entry(from).or_default().push(Edge { to, at: found.at, calls });
                    if calls {
                        functions.callers.entry(to).or_default().insert(from);
                    }
                }
            }
            if let (true, Some(section)) = (is_function(&id), entity.section) {
                let extent = Extent { section, offset: entity.offset, size: entity.size };
                let all = extents.entry(from).or_default();
                // The function itself comes first, wherever its cold part lies.
                if from == id { all.insert(0, extent) } else { all.push(extent) }
            }
        }
        if let Some(clones) = clones {
            functions.add_recorded(clones);
        }
        if let Some(dwarf) = dwarf {
            functions.add_debugged(dwarf, &extents);
        }
        functions
    }

    fn add_recorded(&mut self, clones: &Clones) {
        for (into, bodies) in clones.inlined() {
            let Some(&id) = self.by_name.get(into.as_str()) else { continue };
            let known = self.inlined.entry(id).or_default();
            for body in bodies {
                let inlined = known.entry(body).or_insert(Inlined { sources: BTreeSet::new(), at: None });
                inlined.sources.insert(Source::Dump);
            }
        }
    }

    fn add_debugged(&mut self, dwarf: &Dwarf, extents: &FxHashMap<EntityId, Vec<Extent>>) {
        for (&id, extents) in extents {
            let evidence = dwarf.function(extents);
            for body in evidence.inlined {
                let name = &dwarf.subprogram(body.subprogram).name;
                let known = self.inlined.entry(id).or_default();
                let inlined =
                    known.entry(name.clone()).or_insert(Inlined { sources: BTreeSet::new(), at: None });
                inlined.sources.insert(Source::Dwarf);
                inlined.at = match (inlined.at, body.at) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
        }
    }

    /// All functions, in the unit's order.
    pub fn all(&self) -> &[EntityId] {
        &self.all
    }

    /// The function of that name; of several of one name the first.
    pub fn named(&self, name: &str) -> Option<EntityId> {
        self.by_name.get(name).copied()
    }

    /// A function as a side of a reliance.
    pub fn party(&self, id: EntityId) -> Party {
        Party { entity: Some(id), name: self.n.name(id).to_owned() }
    }

    /// The function of the source that is called so, with its code where it has any of its own.
    pub fn source_party(&self, name: &str) -> Party {
        Party { entity: self.named(name), name: name.to_owned() }
    }

    /// What a function refers to, in the order of its code.
    pub fn edges(&self, id: EntityId) -> &[Edge] {
        self.edges.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The functions that call or jump to `id`.
    pub fn callers(&self, id: EntityId) -> impl Iterator<Item = EntityId> + '_ {
        self.callers.get(&id).into_iter().flatten().copied()
    }

    /// Whether anything in the unit refers to `id`.
    pub fn is_referred_to(&self, id: EntityId) -> bool {
        self.referrers.contains_key(&id)
    }

    /// Whether `from` calls or jumps to `to` itself.
    pub fn calls(&self, from: EntityId, to: EntityId) -> bool {
        self.callers.get(&to).is_some_and(|callers| callers.contains(&from))
    }

    /// Whether calls lead from `from` to `to`, through functions of this unit.
    pub fn reaches(&self, from: EntityId, to: &dyn Fn(EntityId) -> bool) -> bool {
        let mut seen = BTreeSet::from([from]);
        let mut left = vec![from];
        while let Some(id) = left.pop() {
            for edge in self.edges(id) {
                if to(edge.to) {
                    return true;
                }
                if seen.insert(edge.to) {
                    left.push(edge.to);
                }
            }
        }
        false
    }

    /// The bodies that a function holds copies of, by name.
    pub fn inlined(&self, id: EntityId) -> &BTreeMap<String, Inlined> {
        self.inlined.get(&id).unwrap_or(&NONE)
    }

    /// The functions that hold a copy of the body of `name`.
    pub fn holders<'a>(&'a self, name: &'a str) -> impl Iterator<Item = EntityId> + 'a {
        self.all.iter().copied().filter(move |&id| self.inlined(id).contains_key(name))
    }

    /// Whether the compiler made this function out of one with another name in the source.
    pub fn is_copy(&self, id: EntityId) -> bool {
        names::is_copy(self.n.name(id))
    }
}
