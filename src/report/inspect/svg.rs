//! A call graph as a picture.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::inspect::model::{CallGraph, NodeKind, Use};
use crate::report::graph::{Drawing, Edge, Line, Look, Node, svg};

/// Writes `graph` as SVG: callers on the left of what they call.
///
/// # Errors
/// Only those of `out`.
pub fn write(graph: &CallGraph, out: &mut dyn Write) -> io::Result<()> {
    svg::write(&drawing(graph), out)
}

fn drawing(graph: &CallGraph) -> Drawing {
    let at: HashMap<&str, usize> =
        graph.nodes.iter().enumerate().map(|(i, node)| (node.id.as_str(), i)).collect();
    let node = |node: &crate::inspect::model::Node| {
        let label = node.demangled.as_deref().unwrap_or(&node.name).to_owned();
        let unit = node.unit.and_then(|i| graph.units.get(i)).map_or("another file", |unit| &unit.name);
        let mut title = format!("{label} of {unit}");
        if node.indirect_calls > 0 {
            title += &format!(", {} of whose calls lead nobody knows where", node.indirect_calls);
        }
        let look = match (node.root, node.kind) {
            (true, _) => Look::Changed,
            (false, NodeKind::Function) => Look::Plain,
            (false, NodeKind::Object) => Look::Object,
            (false, NodeKind::External) => Look::External,
        };
        Node { label, title, link: None, look }
    };
    let edge = |edge: &crate::inspect::model::Edge| {
        let line = match edge.using {
            Use::Call => Line::Solid,
            Use::TailCall => Line::Tail,
            Use::Address => Line::Dashed,
        };
        Some(Edge { from: *at.get(edge.from.as_str())?, to: *at.get(edge.to.as_str())?, line })
    };
    Drawing {
        title: "Who calls whom".to_owned(),
        nodes: graph.nodes.iter().map(node).collect(),
        edges: graph.edges.iter().filter_map(edge).collect(),
    }
}
