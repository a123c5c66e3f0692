//! A call graph in the language of Graphviz (<https://graphviz.org/doc/info/lang.html>).

use std::borrow::Cow;
use std::io::{self, Write};

use crate::inspect::model::{CallGraph, Node, NodeKind, Use};
use crate::report::model::Binding;
use crate::report::style::visible;

const LEGEND: [&str; 5] = [
    "A box with round corners is a function (bold: not local), a plain box a data object, a dashed one a symbol",
    "that none of the files defines. A double outline has calls of which its code does not tell where they lead.",
    "A solid edge is a call, one with an empty head a jump to another function (tail call), and a dashed one an",
    "address that is taken.",
    "Filled is what the graph begins at.",
];

/// Writes `graph` in DOT, with one cluster for each file; with `verbose` each edge says how often it is taken.
///
/// # Errors
/// Only those of `out`.
pub fn write(graph: &CallGraph, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph callgraph {{")?;
    for line in LEGEND {
        writeln!(out, "  // {line}")?;
    }
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"monospace\"];")?;
    for (i, unit) in graph.units.iter().enumerate() {
        let mut nodes = graph.nodes.iter().filter(|node| node.unit == Some(i)).peekable();
        if nodes.peek().is_none() {
            continue;
        }
        writeln!(out, "  subgraph cluster_{i} {{")?;
        writeln!(out, "    label={};", label(&unit.name))?;
        nodes.try_for_each(|node| write_node(node, "    ", out))?;
        writeln!(out, "  }}")?;
    }
    let mut outside = graph.nodes.iter().filter(|node| node.unit.is_none());
    outside.try_for_each(|node| write_node(node, "  ", out))?;
    for edge in &graph.edges {
        let look = match edge.using {
            Use::Call => None,
            Use::TailCall => Some("arrowhead=empty".to_owned()),
            Use::Address => Some("style=dashed".to_owned()),
        };
        let count = verbose.then(|| format!("label=\"{}\"", edge.count));
        let attributes: Vec<String> = look.into_iter().chain(count).collect();
        let attributes = match attributes.is_empty() {
            true => String::new(),
            false => format!(" [{}]", attributes.join(", ")),
        };
        writeln!(out, "  {} -> {}{attributes};", id(&edge.from), id(&edge.to))?;
    }
    writeln!(out, "}}")
}

fn write_node(node: &Node, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut text = vec![node.demangled.as_deref().unwrap_or(&node.name).to_owned()];
    text.extend(counted(node.indirect_calls, "indirect call"));
    let mut attributes = vec![format!("label={}", lines(&text))];
    let styles: &[&str] = match (node.kind, node.binding) {
        (NodeKind::Function, Some(Binding::Local)) => &[],
        (NodeKind::Function, _) => &["rounded", "bold"],
        (NodeKind::Object, _) => &["solid"],
        (NodeKind::External, _) => &["rounded", "dashed"],
    };
    let mut styles = styles.to_vec();
    if node.root {
        if styles.is_empty() {
            styles.push("rounded");
        }
        styles.push("filled");
    }
    if !styles.is_empty() {
        attributes.push(format!("style=\"{}\"", styles.join(",")));
    }
    if node.indirect_calls > 0 {
        attributes.push("peripheries=2".to_owned());
    }
    let mut more: Vec<String> = node.aliases.iter().map(|alias| format!("also {alias}")).collect();
    more.extend(counted(node.indirect_jumps, "indirect jump"));
    if !more.is_empty() {
        attributes.push(format!("tooltip={}", lines(&more)));
    }
    writeln!(out, "{indent}{} [{}];", id(&node.id), attributes.join(", "))
}

fn counted(count: u64, what: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
}

/// A quoted name. Only quotes are escapes there, and backslashes would take the quote behind them.
fn id(name: &str) -> String {
    quoted(&visible(name).replace('\\', "\\\\"))
}

/// A quoted label, where backslashes and ampersands mean something else too.
fn label(text: &str) -> String {
    quoted(&escaped(text))
}

/// A quoted label of several lines.
fn lines(lines: &[String]) -> String {
    let lines: Vec<Cow<'_, str>> = lines.iter().map(|line| Cow::Owned(escaped(line))).collect();
    quoted(&lines.join("\\n"))
}

fn escaped(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('&', "&amp;")
}

fn quoted(escaped: &str) -> String {
    format!("\"{}\"", escaped.replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(id(r#"a"b\"#), r#""a\"b\\""#);
        assert_eq!(label("f(int&)\n"), r#""f(int&amp;)\\n""#);
        assert_eq!(lines(&["f".to_owned(), "2 indirect calls".to_owned()]), r#""f\n2 indirect calls""#);
    }
}
