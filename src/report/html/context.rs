//! A report as the template wants it: every text made visible, every id an anchor of the page.

use std::collections::BTreeMap;

use serde::Serialize;

use super::lines::{self, Diff};
use crate::report::conclusion::conclusion;
use crate::report::graph::{Drawing, Edge, Line, Look, Node, svg};
use crate::report::model::{
    AbiRole, Call, Cause, Kind, Location, Report, SkipReason, Status, SymbolReport, UnitReport,
};
use crate::report::source;
use crate::report::style::visible;
use crate::report::text::{json_name, skip_reason};

/// Nodes beyond which the picture of calls would only be a carpet.
const MOST_NODES: usize = 150;

#[derive(Serialize)]
pub(super) struct Page {
    title: String,
    conclusion: String,
    facts: Vec<(&'static str, String)>,
    statuses: Vec<Count>,
    causes: Vec<Count>,
    units: Vec<Count>,
    has_abi: bool,
    has_closure: bool,
    has_patchability: bool,
    entries: Vec<Entry>,
    errors: Vec<(String, String)>,
    skipped: Vec<(String, &'static str, bool)>,
    fix: Vec<FixFile>,
    graph: Option<minijinja::Value>,
    graph_note: Option<String>,
}

/// A choice of a filter.
#[derive(Serialize)]
struct Count {
    value: String,
    word: String,
    count: usize,
}

#[derive(Serialize)]
struct Entry {
    anchor: String,
    name: String,
    mangled: Option<String>,
    status: String,
    mark: char,
    word: &'static str,
    kind: &'static str,
    unit: String,
    unit_value: String,
    remarks: Vec<String>,
    cause_kinds: Vec<String>,
    causes: Vec<CauseView>,
    closure: Option<ClosureView>,
    abi: Option<Vec<AbiView>>,
    patchability: Option<PatchabilityView>,
    callers: Vec<CallView>,
    callees: Vec<CallView>,
    has_calls: bool,
    diffs: Vec<Diff>,
    notes: Vec<String>,
    cold: bool,
}

#[derive(Serialize)]
struct Linked {
    text: String,
    href: Option<String>,
}

#[derive(Serialize)]
struct CauseView {
    kind: String,
    summary: String,
    location: Option<Linked>,
    chain: Vec<(Linked, String)>,
}

#[derive(Serialize)]
struct ClosureView {
    member: bool,
    because: Vec<Linked>,
    carried_by: Vec<Linked>,
}

#[derive(Serialize)]
struct AbiView {
    kind: String,
    role: &'static str,
    other: Linked,
    strength: String,
    evidence: Vec<(String, String, String)>,
    option: Option<String>,
    action: String,
}

#[derive(Serialize)]
struct PatchabilityView {
    verdict: String,
    word: &'static str,
    notes: Vec<NoteView>,
}

#[derive(Serialize)]
struct NoteView {
    code: String,
    summary: String,
    action: String,
    location: Option<Linked>,
}

#[derive(Serialize)]
struct CallView {
    name: Linked,
    unit: Option<String>,
    how: String,
}

#[derive(Serialize)]
struct FixFile {
    anchor: String,
    name: String,
    diffs: Vec<Diff>,
}

/// What the page is made of.
pub(super) fn page(report: &Report, context: Option<usize>) -> Page {
    let places = Places::new(report);
    let symbols =
        || report.units.iter().flat_map(|unit| unit.symbols.iter().map(move |symbol| (unit, symbol)));
    let entries: Vec<Entry> =
        symbols().map(|(unit, symbol)| places.entry(report, unit, symbol, context)).collect();
    let counted = |of: &dyn Fn(&Entry) -> Vec<(String, String)>| {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for entry in &entries {
            for key in of(entry) {
                *counts.entry(key).or_default() += 1;
            }
        }
        counts.into_iter().map(|((value, word), count)| Count { value, word, count }).collect::<Vec<_>>()
    };
    let statuses = counted(&|entry| vec![(entry.status.clone(), entry.word.to_owned())]);
    let causes =
        counted(&|entry| entry.cause_kinds.iter().map(|kind| (kind.clone(), kind.clone())).collect());
    let units = counted(&|entry| vec![(entry.unit_value.clone(), entry.unit.clone())]);
    let (graph, graph_note) = places.graph(report);
    Page {
        title: shown(&format!("{} on {}", report.request.patched, report.request.original)),
        conclusion: shown(&conclusion(report)),
        facts: facts(report),
        statuses,
        causes,
        units,
        has_abi: symbols().any(|(_, s)| s.abi.is_some()),
        has_closure: symbols().any(|(_, s)| s.closure.is_some()),
        has_patchability: symbols().any(|(_, s)| s.patchability.is_some()),
        entries,
        errors: report
            .units
            .iter()
            .flat_map(|unit| unit.errors.iter().map(|error| (shown(&unit.name), lines_of(&error.message))))
            .collect(),
        skipped: report
            .skipped
            .iter()
            .map(|s| (shown(&s.path), skip_reason(s.reason), s.reason != SkipReason::Documentation))
            .collect(),
        fix: places.fix(report),
        graph: graph.map(|drawing| minijinja::Value::from_safe_string(svg::element(&drawing, None))),
        graph_note,
    }
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let request = &report.request;
    let mut facts = vec![("Original", shown(&request.original)), ("Patched", shown(&request.patched))];
    for compiler in &request.compilers {
        facts.push(("Compiler", shown(&format!("{}, for {}", compiler.version, compiler.target))));
    }
    facts.push(("Made by", shown(&format!("{} {}", report.tool.name, report.tool.version))));
    facts
}

/// A text of one line.
fn shown(text: &str) -> String {
    visible(text).into_owned()
}

/// A text of several lines.
fn lines_of(text: &str) -> String {
    text.lines().map(shown).collect::<Vec<_>>().join("\n")
}

/// Where things are on the page.
struct Places<'r> {
    anchors: BTreeMap<&'r str, (String, &'r SymbolReport)>,
    files: BTreeMap<&'r str, usize>,
    fix_lines: std::collections::BTreeSet<(usize, u32)>,
}

impl<'r> Places<'r> {
    fn new(report: &'r Report) -> Self {
        let symbols = report.units.iter().flat_map(|unit| &unit.symbols);
        let anchors =
            symbols.enumerate().map(|(i, symbol)| (symbol.id.as_str(), (format!("s{i}"), symbol))).collect();
        let fix = report.fix.as_deref().unwrap_or_default();
        let files = fix.iter().enumerate().map(|(i, file)| (source::path(file), i)).collect();
        let lines = fix.iter().enumerate().flat_map(|(i, file)| {
            file.hunks.iter().flat_map(|hunk| &hunk.lines).filter_map(move |line| {
                let line = if file.path.patched.is_some() { line.line.patched } else { line.line.original };
                Some((i, line?))
            })
        });
        Places { anchors, files, fix_lines: lines.collect() }
    }

    fn anchor(&self, id: &str) -> Option<String> {
        self.anchors.get(id).map(|(anchor, _)| format!("#{anchor}"))
    }

    /// An entry by its id; what is no entry is named all the same.
    fn by_id(&self, id: &str) -> Linked {
        let text = self.anchors.get(id).map_or(id, |(_, symbol)| symbol.shown_name());
        Linked { text: shown(text), href: self.anchor(id) }
    }

    fn location(&self, at: &Location) -> Linked {
        let file = self.files.get(at.file.as_str()).copied();
        let line = file.filter(|&file| self.fix_lines.contains(&(file, at.line)));
        Linked {
            text: shown(&format!("{}:{}", at.file, at.line)),
            href: line.map(|file| format!("#f{file}-{}", at.line)),
        }
    }

    fn entry(
        &self,
        report: &Report,
        unit: &UnitReport,
        symbol: &SymbolReport,
        context: Option<usize>,
    ) -> Entry {
        let (mark, word) = match symbol.status {
            Status::Changed => ('*', "changed"),
            Status::New => ('+', "new"),
            Status::Removed => ('-', "removed"),
            Status::LineOnly => ('~', "line numbers only"),
            Status::Unchanged => ('=', "unchanged"),
        };
        let mut cause_kinds: Vec<String> = symbol.causes.iter().map(|cause| json_name(&cause.kind)).collect();
        cause_kinds.dedup();
        let calls = |role: AbiRole| {
            let of_role = symbol.calls.iter().flatten().filter(move |call| call.role == role);
            of_role.map(|call| self.call(call, unit)).collect()
        };
        Entry {
            anchor: self.anchors.get(symbol.id.as_str()).map_or_else(String::new, |(a, _)| a.clone()),
            name: shown(symbol.shown_name()),
            mangled: symbol.demangled.as_ref().map(|_| shown(&symbol.name)),
            status: json_name(&symbol.status),
            mark,
            word,
            kind: match symbol.kind {
                Kind::Function => "function",
                Kind::Object => "data object",
                Kind::Section => "section",
            },
            unit: shown(&unit.name),
            unit_value: shown(&unit.name),
            remarks: self.remarks(unit, symbol),
            cause_kinds,
            causes: symbol.causes.iter().map(|cause| self.cause(cause)).collect(),
            closure: symbol.closure.as_ref().map(|closure| ClosureView {
                member: closure.member,
                because: closure.because.iter().map(|id| self.by_id(id)).collect(),
                carried_by: closure.carried_by.iter().map(|id| self.by_id(id)).collect(),
            }),
            abi: symbol.abi.as_ref().map(|entries| entries.iter().map(|entry| self.abi(entry)).collect()),
            patchability: symbol.patchability.as_ref().map(|p| self.patchability(p)),
            callers: calls(AbiRole::Caller),
            callees: calls(AbiRole::Callee),
            has_calls: symbol.calls.is_some(),
            diffs: lines::of_symbol(report, symbol, context),
            notes: symbol.listing.iter().flat_map(|l| &l.notes).map(|note| shown(note)).collect(),
            cold: symbol.cold_of.is_some(),
        }
    }

    fn remarks(&self, unit: &UnitReport, symbol: &SymbolReport) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(name) = &symbol.original_name {
            remarks.push(format!("was {}", shown(name)));
        }
        if let Some(file) = &symbol.file {
            remarks.push(format!("of {}", shown(file)));
        }
        if let Some(parent) = &symbol.cold_of {
            remarks.push(format!("cold part of {}", self.by_id(parent).text));
        }
        if let Some(module) = &unit.module {
            remarks.push(format!("in {}", shown(module)));
        }
        if let Some(section) = &symbol.section {
            remarks.push(format!("section {}", shown(section)));
        }
        match (symbol.original_size, symbol.patched_size) {
            (Some(a), Some(b)) if a != b => remarks.push(format!("{a} \u{2192} {b} bytes")),
            (Some(size), _) | (None, Some(size)) => remarks.push(format!("{size} bytes")),
            (None, None) => {}
        }
        remarks
    }

    fn cause(&self, cause: &Cause) -> CauseView {
        let chain = cause.chain.iter().map(|link| {
            let href = link.id.as_deref().and_then(|id| self.anchor(id));
            let at = link.at.map(|at| format!("+{at:#x}")).unwrap_or_default();
            (Linked { text: shown(&link.what), href }, at)
        });
        CauseView {
            kind: json_name(&cause.kind),
            summary: shown(&cause.summary),
            location: cause.location.as_ref().map(|at| self.location(at)),
            chain: chain.collect(),
        }
    }

    fn abi(&self, entry: &crate::report::model::AbiEntry) -> AbiView {
        let href = entry.other.id.as_deref().and_then(|id| self.anchor(id));
        let evidence = entry.evidence.iter().map(|evidence| {
            let at = evidence.at.map(|at| format!("+{at:#x}")).unwrap_or_default();
            (json_name(&evidence.source), shown(&evidence.summary), at)
        });
        AbiView {
            kind: shown(&entry.kind),
            role: match entry.role {
                AbiRole::Caller => "caller",
                AbiRole::Callee => "callee",
            },
            other: Linked { text: shown(&entry.other.name), href },
            strength: json_name(&entry.strength),
            evidence: evidence.collect(),
            option: entry.option.as_deref().map(shown),
            action: shown(&entry.action.summary),
        }
    }

    fn patchability(&self, found: &crate::report::model::Patchability) -> PatchabilityView {
        use crate::report::model::PatchabilityVerdict::{Care, No, Ok};
        let note = |note: &crate::report::model::Note| NoteView {
            code: shown(&note.code),
            summary: shown(&note.summary),
            action: shown(&note.action),
            location: note.location.as_ref().map(|at| self.location(at)),
        };
        PatchabilityView {
            verdict: json_name(&found.verdict),
            word: match found.verdict {
                Ok => "can be replaced",
                Care => "can be replaced with care",
                No => "cannot be replaced",
            },
            notes: found.notes.iter().map(note).collect(),
        }
    }

    fn call(&self, call: &Call, unit: &UnitReport) -> CallView {
        use crate::inspect::model::Use;
        let how = match call.using {
            Use::Call => "",
            Use::TailCall => "jump",
            Use::Address => "address",
        };
        let times = if call.count > 1 { format!("{} times", call.count) } else { String::new() };
        let how: Vec<&str> = [how, &times].into_iter().filter(|word| !word.is_empty()).collect();
        let href = call.id.as_deref().and_then(|id| self.anchor(id));
        CallView {
            name: Linked { text: shown(&call.name), href },
            unit: call.unit.as_ref().filter(|other| **other != unit.name).map(|other| shown(other)),
            how: how.join(", "),
        }
    }

    fn fix(&self, report: &Report) -> Vec<FixFile> {
        let files = report.fix.iter().flatten().enumerate();
        let file = |(i, file): (usize, &crate::report::model::FixFile)| FixFile {
            anchor: format!("f{i}"),
            name: shown(source::path(file)),
            diffs: lines::of_file(i, file),
        };
        files.map(file).collect()
    }

    /// The calls between what differs, and who else calls or is called.
    fn graph(&self, report: &Report) -> (Option<Drawing>, Option<String>) {
        let symbols = || report.units.iter().flat_map(|unit| unit.symbols.iter().map(move |s| (unit, s)));
        if symbols().all(|(_, symbol)| symbol.calls.is_none()) {
            return (None, None);
        }
        let mut graph = Graph::default();
        for (unit, symbol) in symbols().filter(|(_, s)| s.calls.as_ref().is_some_and(|c| !c.is_empty())) {
            let this = graph.entry(self, &unit.name, symbol);
            for call in symbol.calls.iter().flatten() {
                let known = call.id.as_deref().and_then(|id| self.anchors.get(id));
                let other = match known {
                    Some((_, symbol)) => graph.entry(self, call.unit.as_deref().unwrap_or_default(), symbol),
                    None => graph.other(call),
                };
                let (from, to) = match call.role {
                    AbiRole::Caller => (other, this),
                    AbiRole::Callee => (this, other),
                };
                graph.edge(from, to, call.using);
            }
        }
        let drawing = graph.drawing("Calls around what differs".to_owned());
        match drawing.nodes.len() {
            0 => (None, Some("Nothing that differs calls anything or is called.".to_owned())),
            1..=MOST_NODES => (Some(drawing), None),
            many => {
                let only = drawing_of_changed(&drawing);
                let note = match only.nodes.len() {
                    1..=MOST_NODES => "Only what differs itself is drawn".to_owned(),
                    _ => "It would be too large to be drawn".to_owned(),
                };
                let note = format!(
                    "{many} functions and data objects call or are called. {note}; each entry below names its callers and callees."
                );
                let draws = (1..=MOST_NODES).contains(&only.nodes.len());
                (draws.then_some(only), Some(note))
            }
        }
    }
}

/// Only the nodes that lead to an entry of the page, and the edges between them.
fn drawing_of_changed(drawing: &Drawing) -> Drawing {
    let mut at = vec![None; drawing.nodes.len()];
    let mut only = Drawing { title: drawing.title.clone(), ..Drawing::default() };
    let linked =
        |edge: &&Edge| drawing.nodes[edge.from].link.is_some() && drawing.nodes[edge.to].link.is_some();
    for edge in drawing.edges.iter().filter(linked) {
        let mut place = |node: usize| {
            *at[node].get_or_insert_with(|| {
                only.nodes.push(drawing.nodes[node].clone());
                only.nodes.len() - 1
            })
        };
        let (from, to) = (place(edge.from), place(edge.to));
        only.edges.push(Edge { from, to, line: edge.line });
    }
    only
}

/// A picture in the making.
#[derive(Default)]
struct Graph {
    nodes: Vec<Node>,
    by_key: BTreeMap<(String, String), usize>,
    edges: BTreeMap<(usize, usize, Line), ()>,
}

impl Graph {
    fn entry(&mut self, places: &Places<'_>, unit: &str, symbol: &SymbolReport) -> usize {
        let look = match (symbol.status, symbol.kind) {
            (Status::Changed, _) => Look::Changed,
            (Status::New, _) => Look::New,
            (Status::Removed, _) => Look::Removed,
            (_, Kind::Object) => Look::Object,
            _ => Look::Plain,
        };
        let node = Node {
            label: symbol.shown_name().to_owned(),
            title: format!(
                "{}, {} in {unit}",
                symbol.shown_name(),
                json_name(&symbol.status).replace('_', " ")
            ),
            link: places.anchor(&symbol.id),
            look,
        };
        self.node((String::new(), symbol.id.clone()), node)
    }

    fn other(&mut self, call: &Call) -> usize {
        let (title, look) = match &call.unit {
            Some(unit) => (format!("{} in {unit}", call.name), Look::Plain),
            None => (format!("{}, of another file", call.name), Look::External),
        };
        let key = (call.unit.clone().unwrap_or_else(|| "?".to_owned()), call.name.clone());
        self.node(key, Node { label: call.name.clone(), title, link: None, look })
    }

    fn node(&mut self, key: (String, String), node: Node) -> usize {
        let nodes = &mut self.nodes;
        *self.by_key.entry(key).or_insert_with(|| {
            nodes.push(node);
            nodes.len() - 1
        })
    }

    fn edge(&mut self, from: usize, to: usize, using: crate::inspect::model::Use) {
        use crate::inspect::model::Use;
        let line = match using {
            Use::Call => Line::Solid,
            Use::TailCall => Line::Tail,
            Use::Address => Line::Dashed,
        };
        self.edges.insert((from, to, line), ());
    }

    fn drawing(self, title: String) -> Drawing {
        let edges = self.edges.into_keys().map(|(from, to, line)| Edge { from, to, line }).collect();
        Drawing { title, nodes: self.nodes, edges }
    }
}
