//! Who calls what changed, and what it calls.

use std::collections::BTreeMap;

use fixscope_arch::Syntax;
use rustc_hash::FxHashMap;

use super::inspect::on_unit;
use crate::inputs::pairing::ObjectSource;
use crate::inspect::model::{CallGraph, GraphUnit, Node, Use};
use crate::inspect::{self, GraphRequest, UnitGraph};
use crate::pair::{Pair, Side};
use crate::report::model::{AbiRole, Call, Report, Status, SymbolReport};

/// The calls of both sides of one unit, with its name in the report.
pub(super) struct NamedGraph {
    name: String,
    sides: Pair<UnitGraph>,
}

/// Reads the calls of both sides of a unit. A side that cannot be read has none here; the report's errors say why.
pub(super) fn of_unit(
    name: &str,
    objects: &Pair<Option<ObjectSource>>,
    syntax: Option<&'static Syntax>,
) -> Option<NamedGraph> {
    let read = |side: &Option<ObjectSource>| {
        let source = side.as_ref()?;
        on_unit(source, syntax, |n| Ok(inspect::unit_graph(n))).ok()
    };
    let sides = objects.as_ref().map(read);
    sides.any().then(|| NamedGraph { name: name.to_owned(), sides: sides.map(Option::unwrap_or_default) })
}

/// Tells each entry that differs who calls it and whom it calls: on the original side for what was removed, else on the
/// patched one.
pub(super) fn add(report: &mut Report, mut graphs: Vec<NamedGraph>) {
    graphs.sort_by(|a, b| a.name.cmp(&b.name));
    let ids = entries(report);
    for side in Side::BOTH {
        let units = graphs.iter().map(|g| GraphUnit { name: g.name.clone(), errors: Vec::new() }).collect();
        let of_side: Vec<UnitGraph> = graphs.iter().map(|graph| graph.sides.get(side).clone()).collect();
        let request = GraphRequest { external: true, ..GraphRequest::default() };
        // Nothing is asked for by name, so that nothing can be missing.
        let Ok(graph) = inspect::assemble(units, &of_side, &request) else { continue };
        let mut calls = calls(&graph, &ids);
        let symbols = report.units.iter_mut().flat_map(|unit| &mut unit.symbols);
        for symbol in symbols.filter(|s| s.cold_of.is_none() && side_of(s) == Some(side)) {
            symbol.calls = Some(calls.remove(&symbol.id).unwrap_or_default());
        }
    }
}

/// The side whose calls are told.
fn side_of(symbol: &SymbolReport) -> Option<Side> {
    match symbol.status {
        Status::Changed | Status::New => Some(Side::Patched),
        Status::Removed => Some(Side::Original),
        Status::LineOnly | Status::Unchanged => None,
    }
}

/// What tells an entry's node: unit, name and FILE symbol.
type Key = (String, String);

/// The ids of entries; of names that occur more than once in a unit nobody could tell which one is meant.
fn entries(report: &Report) -> FxHashMap<Key, Option<String>> {
    let mut ids: FxHashMap<Key, Option<String>> = FxHashMap::default();
    for unit in &report.units {
        for symbol in &unit.symbols {
            let id = Some(symbol.id.clone());
            let names = [Some(&symbol.name), symbol.original_name.as_ref()];
            for name in names.into_iter().flatten() {
                ids.entry((unit.name.clone(), name.clone()))
                    .and_modify(|known| *known = None)
                    .or_insert_with(|| id.clone());
            }
        }
    }
    ids
}

/// The calls of each entry by its id.
fn calls(graph: &CallGraph, ids: &FxHashMap<Key, Option<String>>) -> BTreeMap<String, Vec<Call>> {
    let unit = |node: &Node| node.unit.and_then(|i| graph.units.get(i)).map(|unit| unit.name.clone());
    let id = |node: &Node| ids.get(&(unit(node)?, node.name.clone())).cloned().flatten();
    let nodes: FxHashMap<&str, &Node> = graph.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    let mut calls: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (nodes.get(edge.from.as_str()), nodes.get(edge.to.as_str())) else {
            continue;
        };
        for (this, other, role) in [(from, to, AbiRole::Callee), (to, from, AbiRole::Caller)] {
            let Some(this) = id(this) else { continue };
            // A function's own address, or data that it reads, is no call.
            if edge.using == Use::Address && role == AbiRole::Callee && id(other).is_none() {
                continue;
            }
            calls.entry(this).or_default().push(Call {
                role,
                id: id(other),
                name: other.name.clone(),
                unit: unit(other),
                using: edge.using,
                count: edge.count,
            });
        }
    }
    for list in calls.values_mut() {
        let key = |call: &Call| {
            (call.role == AbiRole::Callee, call.name.clone(), call.unit.clone(), call.using as u8)
        };
        list.sort_by_key(key);
    }
    calls
}
