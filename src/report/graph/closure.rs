//! What has to be replaced because of what: the closure of a report, and the chains of its causes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Drawing, Edge, Line, Look, Node};
use crate::report::model::{Kind, Report, Status};
use crate::report::text::json_name;

/// Draws what differs and what belongs to the closure. An edge leads to what is there because of its beginning; a
/// dashed one from a function to one that carries it. Where no closure was looked for, the chains of causes are drawn.
pub fn drawing(report: &Report) -> Drawing {
    let symbols =
        || report.units.iter().flat_map(|unit| unit.symbols.iter().map(move |symbol| (unit, symbol)));
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    let mut drawing = Drawing { title: "What changes because of what".to_owned(), ..Drawing::default() };
    for (unit, symbol) in symbols().filter(|(_, symbol)| symbol.cold_of.is_none()) {
        let member = symbol.closure.as_ref().is_some_and(|closure| closure.member);
        let look = match symbol.status {
            Status::Changed => Look::Changed,
            Status::New => Look::New,
            Status::Removed => Look::Removed,
            _ if !member => continue,
            _ if symbol.kind == Kind::Object => Look::Object,
            _ => Look::Plain,
        };
        at.insert(&symbol.id, drawing.nodes.len());
        let title = format!(
            "{}, {} in {}",
            symbol.shown_name(),
            json_name(&symbol.status).replace('_', " "),
            unit.name
        );
        drawing.nodes.push(Node { label: symbol.shown_name().to_owned(), title, link: None, look });
    }
    let mut edges = BTreeSet::new();
    for (_, symbol) in symbols() {
        let Some(&this) = at.get(symbol.id.as_str()) else { continue };
        let ids =
            |ids: &[String]| ids.iter().filter_map(|id| at.get(id.as_str()).copied()).collect::<Vec<_>>();
        if let Some(closure) = &symbol.closure {
            edges.extend(ids(&closure.because).into_iter().map(|from| (from, this, Line::Solid)));
            edges.extend(ids(&closure.carried_by).into_iter().map(|to| (this, to, Line::Dashed)));
        }
        let chains =
            symbol.causes.iter().flat_map(|cause| &cause.chain).filter_map(|link| link.id.as_deref());
        edges.extend(chains.filter_map(|id| at.get(id)).map(|&from| (from, this, Line::Solid)));
    }
    drawing.edges = edges.into_iter().map(|(from, to, line)| Edge { from, to, line }).collect();
    drawing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Closure;
    use crate::report::text::tests::sample;

    #[test]
    fn members_and_what_brought_them_in_are_drawn() {
        let mut report = sample();
        let warn = &mut report.units[1].symbols[3];
        assert_eq!(warn.name, "list_warn");
        warn.closure = Some(Closure {
            member: true,
            summary: String::new(),
            because: vec!["lib/list.c#list_insert".into(), "nowhere".into()],
            carried_by: vec!["lib/show.c#show".into()],
        });
        let drawn = drawing(&report);
        let names: Vec<&str> = drawn.nodes.iter().map(|node| node.label.as_str()).collect();
        assert_eq!(names, ["list_insert", "list_grow", "list_warn", "names", "list_old", "show"]);
        let edges: Vec<_> = drawn.edges.iter().map(|e| (names[e.from], names[e.to], e.line)).collect();
        assert!(edges.contains(&("list_insert", "list_warn", Line::Solid)));
        assert!(edges.contains(&("list_warn", "show", Line::Dashed)));
        assert!(edges.contains(&("names", "show", Line::Solid)), "by the chain of a cause");
        assert_eq!(edges.len(), 3);
    }
}
