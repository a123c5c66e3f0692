//! Who calls whom, in one unit and over several.

mod assemble;
mod reach;

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::info::aliases;
use super::model::Use;
use super::references::{Indirect, indirect, references, whole};
use crate::load::names::{exported, is_indirect_thunk, is_return_thunk, is_tracer};
use crate::load::{Binding, SymbolPlace};
use crate::normalize::{EntityId, EntityKind, Normalized, Target};

pub use assemble::assemble;

/// What is wanted of a call graph.
#[derive(Debug, Clone, Default)]
pub struct GraphRequest {
    /// Show symbols that none of the files defines.
    pub external: bool,
    /// Show only what is reached from these: a name, and the files (by index) it is looked for in, all when `None`.
    pub from: Vec<(String, Option<std::ops::Range<usize>>)>,
    /// Reach callers instead of callees.
    pub callers: bool,
    /// Show only what is reached over that many edges.
    pub max_depth: Option<u64>,
    /// Leave out addresses, and data objects that hold them.
    pub calls_only: bool,
}

/// The part of a call graph that one unit gives.
#[derive(Debug, Clone, Default)]
pub struct UnitGraph {
    nodes: Vec<UnitNode>,
    /// From, to, how, and the number of places.
    edges: Vec<(usize, To, Use, u64)>,
}

#[derive(Debug, Clone)]
struct UnitNode {
    name: String,
    file: Option<String>,
    aliases: Vec<String>,
    /// The names that other units can call it by, and whether that is a weak one.
    global: Vec<(String, bool)>,
    binding: Binding,
    is_function: bool,
    indirect: Indirect,
}

/// What an edge of one unit leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum To {
    /// A node of the same unit.
    Node(usize),
    /// The symbol of this name in another unit.
    Named(String),
}

/// Data without a name is followed through no more than this many steps.
const DEEPEST: u32 = 20;

/// Reads the calls and addresses off one unit. Cold parts count as their functions. All data objects are nodes here,
/// because only the whole graph tells which of them lead to functions.
pub fn unit_graph(n: &Normalized<'_, '_>) -> UnitGraph {
    let mut uses: BTreeMap<(EntityId, To, Use), u64> = BTreeMap::new();
    let mut counts: FxHashMap<EntityId, Indirect> = FxHashMap::default();
    let mut reader = Reader { n, visited: FxHashSet::default(), found: Vec::new() };
    for id in n.ids() {
        let from = whole(n, id);
        if n.entity(id).kind == EntityKind::Function {
            let more = indirect(n, id);
            let count = counts.entry(from).or_default();
            count.calls += more.calls;
            count.jumps += more.jumps;
        }
        reader.visited.clear();
        for found in references(n, id) {
            // Tables of places inside a function, as of computed jumps, take no function's address.
            let is_place = matches!(found.target, Target::Entity { id: to, offset }
                if offset != 0 && n.entity(to).kind == EntityKind::Function);
            if is_place && n.entity(id).kind == EntityKind::Object {
                continue;
            }
            reader.follow(found.target, found.using, 0);
        }
        for (to, using) in reader.found.drain(..) {
            *uses.entry((from, to, using)).or_default() += 1;
        }
    }
    // Being exported is not a use.
    let is_export = |id: EntityId| n.entity(id).kind == EntityKind::Object && exported(n.name(id)).is_some();
    let kept: Vec<EntityId> =
        n.ids().filter(|&id| n.entity(id).cold_of.is_none() && !is_export(id)).collect();
    let number: FxHashMap<EntityId, usize> = kept.iter().enumerate().map(|(i, &id)| (id, i)).collect();
    let edges = uses
        .into_iter()
        .filter_map(|((from, to, using), count)| {
            let from = *number.get(&from)?;
            let to = match to {
                To::Node(id) => To::Node(*number.get(&EntityId(id as u32))?),
                named => named,
            };
            Some((from, to, using, count))
        })
        .collect();
    UnitGraph { nodes: kept.iter().map(|&id| node(n, id, counts.get(&id))).collect(), edges }
}

fn node(n: &Normalized<'_, '_>, id: EntityId, indirect: Option<&Indirect>) -> UnitNode {
    let symbol = n.symbol(id);
    let names = n.entity(id).names.iter().map(|&s| &n.unit.symbols[s as usize]);
    UnitNode {
        name: symbol.name.to_string(),
        file: super::info::file(n, symbol),
        aliases: aliases(n, id).map(|s| s.name.to_string()).collect(),
        global: names
            .filter(|s| s.binding != Binding::Local)
            .map(|s| (s.name.to_string(), s.binding == Binding::Weak))
            .collect(),
        binding: symbol.binding,
        is_function: n.entity(id).kind == EntityKind::Function,
        indirect: indirect.copied().unwrap_or_default(),
    }
}

/// Follows references to what is a node: through data without a name, such as a table of handlers.
struct Reader<'r, 'u, 'd> {
    n: &'r Normalized<'u, 'd>,
    visited: FxHashSet<(u32, u64)>,
    /// Nodes by the number of their entity.
    found: Vec<(To, Use)>,
}

impl Reader<'_, '_, '_> {
    fn follow(&mut self, target: Target, using: Use, depth: u32) {
        let n = self.n;
        match target {
            Target::Entity { id, .. } => {
                let id = whole(n, id);
                self.found.push((To::Node(id.0 as usize), using));
            }
            Target::Symbol { index, .. } => {
                let Some(symbol) = n.unit.symbols.get(index as usize) else { return };
                let name = &symbol.name;
                // None of these is what the program's author calls: the tracer, returns, and calls that are counted
                // as indirect.
                let is_means = is_tracer(name) || is_return_thunk(name) || is_indirect_thunk(name);
                if symbol.place == SymbolPlace::Undefined && !is_means && !name.is_empty() {
                    self.found.push((To::Named(name.to_string()), using));
                }
            }
            Target::Nameless { section, offset, .. } if depth < DEEPEST => {
                if !self.visited.insert((section, offset)) {
                    return;
                }
                // Where a jump table leads to is inside of the function.
                if super::data::jump_table(n, section, offset).is_some() {
                    return;
                }
                let range = n.nameless_run(section, offset);
                for reloc in n.relocs_in(section, range) {
                    self.follow(n.target_in_nameless(section, offset, reloc), Use::Address, depth + 1);
                }
            }
            _ => {}
        }
    }
}
