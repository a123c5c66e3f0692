//! The graphs of several units put together: names of one unit resolved to definitions of another.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::reach::{Graph, reached};
use super::{GraphRequest, To, UnitGraph};
use crate::error::{Error, Result};
use crate::inspect::model::{CallGraph, Edge, GraphUnit, Node, NodeKind, SCHEMA_VERSION, Use};
use crate::inspect::names::near;
use crate::load::names::demangled;
use crate::report::ids::Ids;
use crate::report::model::{Binding, Tool};

/// Puts the graphs of units together. `units` has one graph for each of `graphs`, an empty one for a file that could
/// not be read.
///
/// # Errors
/// [`Error::Request`] when the graph shall begin at a name that no file has, with names like it.
pub fn assemble(units: Vec<GraphUnit>, graphs: &[UnitGraph], request: &GraphRequest) -> Result<CallGraph> {
    let mut whole = Whole::new(&units, graphs);
    if request.calls_only {
        whole.edges.retain(|&(_, _, using), _| using != Use::Address);
    }
    let roots = whole.roots(request)?;
    let shown = shown(&whole, &roots, request);
    let nodes = whole.nodes;
    let edges = whole
        .edges
        .iter()
        .filter(|((from, to, _), _)| shown[*from] && shown[*to])
        .map(|(&(from, to, using), &count)| Edge {
            from: nodes[from].id.clone(),
            to: nodes[to].id.clone(),
            using,
            count,
        })
        .collect();
    let nodes = nodes
        .into_iter()
        .enumerate()
        .filter(|&(i, _)| shown[i])
        .map(|(i, node)| Node { root: roots.contains(&i), ..node })
        .collect();
    let tool = Tool { name: "fixscope".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    Ok(CallGraph { schema_version: SCHEMA_VERSION, tool, units, nodes, edges, errors: Vec::new() })
}

/// Which nodes are shown.
fn shown(whole: &Whole, roots: &BTreeSet<usize>, request: &GraphRequest) -> Vec<bool> {
    let called = whole.called();
    let leads_to_function = whole.lead_to_functions(&called);
    let is_shown = |i: usize| match whole.nodes[i].kind {
        NodeKind::Function => true,
        NodeKind::Object => leads_to_function[i],
        // Of what is never called nobody knows here whether it is a function.
        NodeKind::External => request.external && called[i],
    };
    let in_reach = if request.from.is_empty() {
        vec![true; whole.nodes.len()]
    } else {
        let edges = whole.edges.keys().map(|&(from, to, _)| (from, to));
        reached(&Graph::new(whole.nodes.len(), edges, request.callers), roots, request.max_depth)
    };
    // Whoever begins at something wants to see it, whatever it is.
    (0..whole.nodes.len()).map(|i| roots.contains(&i) || in_reach[i] && is_shown(i)).collect()
}

/// All nodes and edges.
struct Whole {
    nodes: Vec<Node>,
    edges: BTreeMap<(usize, usize, Use), u64>,
}

impl Whole {
    fn new(units: &[GraphUnit], graphs: &[UnitGraph]) -> Whole {
        let mut whole = Whole { nodes: Vec::new(), edges: BTreeMap::new() };
        let mut starts = Vec::with_capacity(graphs.len());
        let mut ids = Ids::default();
        for (unit, graph) in graphs.iter().enumerate() {
            starts.push(whole.nodes.len());
            let unit_name = units.get(unit).map_or("", |u| &u.name);
            for node in &graph.nodes {
                let id = ids.give(Some(unit_name), &node.name, node.file.as_deref());
                whole.nodes.push(Node {
                    id,
                    name: node.name.clone(),
                    demangled: demangled(&node.name),
                    kind: if node.is_function { NodeKind::Function } else { NodeKind::Object },
                    unit: Some(unit),
                    binding: Some(Binding::from(node.binding)),
                    aliases: node.aliases.clone(),
                    indirect_calls: node.indirect.calls,
                    indirect_jumps: node.indirect.jumps,
                    root: false,
                });
            }
        }
        let definitions = definitions(graphs, &starts);
        let mut externals: FxHashMap<&str, usize> = FxHashMap::default();
        for (unit, graph) in graphs.iter().enumerate() {
            for (from, to, using, count) in &graph.edges {
                let from = starts[unit] + from;
                let targets = match to {
                    To::Node(to) => resolved(&graph.nodes[*to].global, starts[unit] + to, &definitions),
                    To::Named(name) => match definitions.get(name.as_str()) {
                        Some(found) => found.chosen(),
                        None => vec![*externals.entry(name).or_insert_with(|| {
                            whole.nodes.push(external(&mut ids, name));
                            whole.nodes.len() - 1
                        })],
                    },
                };
                for to in targets {
                    *whole.edges.entry((from, to, *using)).or_default() += count;
                }
            }
        }
        whole
    }

    /// By node: whether it is called somewhere.
    fn called(&self) -> Vec<bool> {
        let mut called = vec![false; self.nodes.len()];
        for &(_, to, using) in self.edges.keys() {
            called[to] |= using != Use::Address;
        }
        called
    }

    /// By node: whether it is a data object that leads to a function, through other data objects too.
    fn lead_to_functions(&self, called: &[bool]) -> Vec<bool> {
        let is_object = |i: usize| self.nodes[i].kind == NodeKind::Object;
        let from_objects = self.edges.keys().filter(|(from, ..)| is_object(*from));
        let graph = Graph::new(self.nodes.len(), from_objects.map(|&(from, to, _)| (from, to)), true);
        let functions = (0..self.nodes.len()).filter(|&i| match self.nodes[i].kind {
            NodeKind::Function => true,
            NodeKind::External => called[i],
            NodeKind::Object => false,
        });
        reached(&graph, &functions.collect(), None)
    }

    /// The nodes that the graph shall begin at.
    fn roots(&self, request: &GraphRequest) -> Result<BTreeSet<usize>> {
        let mut roots = BTreeSet::new();
        for (name, units) in &request.from {
            let is_named = |node: &Node| {
                node.name == *name
                    || node.aliases.contains(name)
                    || node.demangled.as_deref() == Some(name.as_str())
            };
            let in_units = |node: &Node| match (units, node.unit) {
                (None, _) => true,
                (Some(units), Some(unit)) => units.contains(&unit),
                (Some(_), None) => false,
            };
            let found: Vec<usize> = (0..self.nodes.len())
                .filter(|&i| in_units(&self.nodes[i]) && is_named(&self.nodes[i]))
                .collect();
            if found.is_empty() {
                let candidates = self.nodes.iter().filter(|node| in_units(node));
                let names = candidates.flat_map(|node| std::iter::once(&node.name).chain(&node.aliases));
                return Err(unknown(name, &near(name, names.map(String::as_str))));
            }
            roots.extend(found);
        }
        Ok(roots)
    }
}

/// The message for a name that nothing has.
fn unknown(name: &str, near: &[String]) -> Error {
    let hint = match near {
        [] => "`fixscope info` lists the names".to_owned(),
        near => format!("is it {}?", near.join(" or ")),
    };
    Error::Request(format!("{name}: no function of that name is defined or called in these files; {hint}"))
}

/// Who defines a name that other units can see.
#[derive(Debug, Default)]
struct Definitions {
    strong: Vec<usize>,
    weak: Vec<usize>,
}

impl Definitions {
    /// A strong definition wins over weak ones, of which the linker takes the first. Files that would not link
    /// together, such as modules that define the same name, have several strong ones: any may be meant.
    fn chosen(&self) -> Vec<usize> {
        match (self.strong.as_slice(), self.weak.first()) {
            ([], Some(&weak)) => vec![weak],
            (strong, _) => strong.to_vec(),
        }
    }
}

fn definitions<'g>(graphs: &'g [UnitGraph], starts: &[usize]) -> FxHashMap<&'g str, Definitions> {
    let mut found: FxHashMap<&str, Definitions> = FxHashMap::default();
    for (unit, graph) in graphs.iter().enumerate() {
        for (i, node) in graph.nodes.iter().enumerate() {
            for (name, is_weak) in &node.global {
                let definitions = found.entry(name).or_default();
                let list = if *is_weak { &mut definitions.weak } else { &mut definitions.strong };
                list.push(starts[unit] + i);
            }
        }
    }
    found
}

/// What a reference to a node of the same unit leads to: a strong definition elsewhere takes the place of a weak one.
fn resolved(global: &[(String, bool)], own: usize, definitions: &FxHashMap<&str, Definitions>) -> Vec<usize> {
    // Which of several names was used is not known any more; one that is not weak stays.
    if global.is_empty() || global.iter().any(|(_, is_weak)| !is_weak) {
        return vec![own];
    }
    let elsewhere = global.iter().filter_map(|(name, _)| definitions.get(name.as_str())).next();
    match elsewhere {
        Some(found) if !found.strong.is_empty() => found.strong.clone(),
        _ => vec![own],
    }
}

fn external(ids: &mut Ids, name: &str) -> Node {
    Node {
        id: ids.give(None, name, None),
        name: name.to_owned(),
        demangled: demangled(name),
        kind: NodeKind::External,
        unit: None,
        binding: None,
        aliases: Vec::new(),
        indirect_calls: 0,
        indirect_jumps: 0,
        root: false,
    }
}
