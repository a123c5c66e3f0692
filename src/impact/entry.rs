//! The causes of one entry.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::compare::{Comparison, Difference, DifferenceKind, Entry, EntryKind, Extent, Status};
use crate::load::dwarf::SubprogramId;
use crate::pair::{Pair, Side};

use super::declared::Declared;
use super::macros::MacroClosure;
use super::side::{Findings, Hit, SideView, TextRange};
use super::text::SourceText;
use super::touched::{FixEvidence, Touched};
use super::{Cause, CauseKind, ChainLink, Location};

/// The witnesses of one unit. A side is `None` when the unit does not exist there or its debug information
/// cannot be read.
pub(super) struct Evidence<'a> {
    fix: &'a FixEvidence<'a>,
    views: Pair<Option<SideView<'a>>>,
    macros: OnceCell<MacroClosure>,
    declared: OnceCell<Declared>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(fix: &'a FixEvidence<'a>, views: Pair<Option<SideView<'a>>>) -> Self {
        Evidence { fix, views, macros: OnceCell::new(), declared: OnceCell::new() }
    }

    /// Whether the unit can have read a touched file. Debug information names the files that code and types come
    /// from; a header of macros alone is not among them, so only another source is surely not read.
    fn may_read(&self, touched: &Touched) -> bool {
        let header = |path: &Path| !path.extension().is_some_and(|e| e == "c" || e == "S" || e == "cc");
        Side::BOTH.into_iter().any(|side| {
            touched.paths.get(side).as_deref().is_some_and(|path| {
                header(path) || self.views.get(side).as_ref().is_some_and(|v| v.reads(path))
            })
        })
    }

    fn macros(&self) -> &MacroClosure {
        self.macros.get_or_init(|| {
            let touched: Vec<Vec<u8>> = self
                .fix
                .macros()
                .iter()
                .filter(|m| self.may_read(&self.fix.touched()[m.touched]))
                .map(|m| m.name.clone())
                .collect();
            if touched.is_empty() {
                return MacroClosure::default();
            }
            let mut texts: Vec<Arc<SourceText>> = Vec::new();
            for file in self.fix.touched().iter().filter(|t| self.may_read(t)) {
                texts.extend(file.texts.patched.iter().chain(&file.texts.original).cloned());
            }
            let mut paths: Vec<&Path> = Vec::new();
            for view in [&self.views.patched, &self.views.original].into_iter().flatten() {
                paths.extend(view.dwarf.files.iter().map(std::path::PathBuf::as_path));
            }
            paths.sort_unstable();
            paths.dedup();
            for path in paths {
                if Side::BOTH.into_iter().all(|side| self.fix.touched_at(side, path).is_none()) {
                    texts.extend(self.fix.text(Side::Patched, path));
                }
            }
            MacroClosure::new(&touched, texts.iter().map(AsRef::as_ref))
        })
    }

    fn declared(&self) -> &Declared {
        self.declared.get_or_init(|| Declared::new(self.fix.touched().iter().filter(|t| self.may_read(t))))
    }

    fn shown(&self, side: Side, hit: &Hit, removed: bool) -> Option<Location> {
        let touched = self.fix.touched_at(side, &hit.file)?;
        let (file, line) = touched.shown(side, hit.line, removed);
        Some(Location { file, line })
    }
}

/// The causes of entry `index`, which is changed, new or removed; in no particular order.
pub(super) fn causes(comparison: &Comparison, index: usize, evidence: Option<&Evidence<'_>>) -> Vec<Cause> {
    let entry = &comparison.entries[index];
    let cold: Vec<&Entry> = comparison.entries.iter().filter(|e| e.cold_of == Some(index)).collect();
    let mut causes = from_differences(entry, &cold);
    match evidence {
        None => without_fix(entry, &cold, &mut causes),
        Some(evidence) if entry.kind == EntryKind::Function => {
            function(entry, &cold, evidence, &mut causes);
        }
        Some(evidence) => data(entry, evidence, &mut causes),
    }
    if causes.is_empty() {
        causes.push(plain(CauseKind::Unsure, "it differs, and nothing tells why".to_owned()));
    }
    causes
}

fn plain(kind: CauseKind, summary: String) -> Cause {
    Cause { kind, summary, symbol: None, location: None, chain: Vec::new() }
}

/// An entry's differences and those of its cold parts, which are its own.
fn differences<'a>(entry: &'a Entry, cold: &'a [&'a Entry]) -> impl Iterator<Item = &'a Difference> {
    entry.differences.iter().chain(cold.iter().flat_map(|c| &c.differences))
}

/// The causes that are plain from the comparison.
fn from_differences(entry: &Entry, cold: &[&Entry]) -> Vec<Cause> {
    let only_references = differences(entry, cold)
        .all(|d| matches!(d.kind, DifferenceKind::Reference | DifferenceKind::ColdPart));
    let is_function = entry.kind == EntryKind::Function;
    let mut causes = Vec::new();
    for difference in differences(entry, cold) {
        let kind = match difference.kind {
            DifferenceKind::Instructions | DifferenceKind::ColdPart => continue,
            DifferenceKind::Reference if is_function => CauseKind::Reference,
            DifferenceKind::Reference | DifferenceKind::Content => CauseKind::Data,
            DifferenceKind::Attributes => CauseKind::Attributes,
            DifferenceKind::Special => CauseKind::Special,
            DifferenceKind::Unsure => CauseKind::Unsure,
        };
        let summary = match kind {
            CauseKind::Reference if only_references => format!("same instructions; {}", difference.what),
            _ => difference.what.clone(),
        };
        let symbol = difference.chain.last().filter(|l| l.entry.is_some()).map(|l| l.what.clone());
        let chain = difference
            .chain
            .iter()
            .map(|l| ChainLink { entry: l.entry, what: l.what.clone(), at: l.at })
            .collect();
        causes.push(Cause { kind, summary, symbol, location: None, chain });
    }
    causes
}

/// Whether something differs that only the source can explain.
fn needs_source(entry: &Entry, cold: &[&Entry]) -> bool {
    differences(entry, cold).any(|d| d.kind == DifferenceKind::Instructions)
        || entry.differences.iter().any(|d| d.kind == DifferenceKind::ColdPart)
            && !cold.iter().any(|c| c.status == Status::Changed && !c.differences.is_empty())
        || cold.iter().any(|c| matches!(c.status, Status::New | Status::Removed))
}

fn without_fix(entry: &Entry, cold: &[&Entry], causes: &mut Vec<Cause>) {
    let summary = match entry.status {
        Status::New => {
            "only on the patched side; no patch was given, so the source of it is not known".to_owned()
        }
        Status::Removed => "only on the original side; no patch was given, so it is not known why".to_owned(),
        _ if needs_source(entry, cold) => {
            let at = differences(entry, cold).find(|d| d.kind == DifferenceKind::Instructions).map(|d| d.at);
            let place = match at {
                Some(Pair { original: Some(o), patched: Some(p) }) => {
                    format!(" at {o:+#x} (original) and {p:+#x} (patched)")
                }
                Some(Pair { original: Some(o), patched: None }) => format!(" at {o:+#x} (original)"),
                Some(Pair { original: None, patched: Some(p) }) => format!(" at {p:+#x} (patched)"),
                _ => String::new(),
            };
            format!(
                "instructions differ{place}; no patch was given, so the source of the change is not known"
            )
        }
        _ => return,
    };
    causes.push(plain(CauseKind::Unsure, summary));
}

/// Its own extent and those of its cold parts on one side.
fn fragments(entry: &Entry, cold: &[&Entry], side: Side) -> Vec<Extent> {
    std::iter::once(entry).chain(cold.iter().copied()).filter_map(|e| *e.extent.get(side)).collect()
}

fn function(entry: &Entry, cold: &[&Entry], evidence: &Evidence<'_>, causes: &mut Vec<Cause>) {
    let removed = entry.status == Status::Removed;
    let findings: Pair<Option<Findings>> = Pair {
        original: evidence
            .views
            .original
            .as_ref()
            .filter(|_| entry.extent.original.is_some())
            .map(|v| v.findings(&fragments(entry, cold, Side::Original))),
        patched: evidence
            .views
            .patched
            .as_ref()
            .filter(|_| entry.extent.patched.is_some())
            .map(|v| v.findings(&fragments(entry, cold, Side::Patched))),
    };
    let before = causes.len();
    source(entry, evidence, &findings, removed, causes);
    if entry.status == Status::Changed || causes.len() == before {
        inline(evidence, &findings, removed, causes);
        macros(evidence, &texts(&findings), causes);
    }
    if causes.len() > before {
        return;
    }
    match entry.status {
        Status::New => causes.push(appeared(entry, evidence, &findings, Side::Patched)),
        Status::Removed => causes.push(appeared(entry, evidence, &findings, Side::Original)),
        _ if needs_source(entry, cold) || causes.is_empty() => {
            causes.push(compiler(entry, evidence, &findings))
        }
        _ => {}
    }
}

fn texts(findings: &Pair<Option<Findings>>) -> Vec<(Side, &TextRange)> {
    // The patched side first: its lines are the ones that are shown.
    [(Side::Patched, &findings.patched), (Side::Original, &findings.original)]
        .into_iter()
        .filter_map(|(side, f)| Some((side, f.as_ref()?)))
        .flat_map(|(side, f)| f.texts.iter().map(move |t| (side, t)))
        .collect()
}

fn source(
    entry: &Entry,
    evidence: &Evidence<'_>,
    findings: &Pair<Option<Findings>>,
    removed: bool,
    causes: &mut Vec<Cause>,
) {
    let mut first: BTreeMap<std::path::PathBuf, u32> = BTreeMap::new();
    for side in Side::BOTH {
        for hit in findings.get(side).iter().flat_map(|f| &f.source) {
            if let Some(at) = evidence.shown(side, hit, removed) {
                first.entry(at.file).and_modify(|line| *line = at.line.min(*line)).or_insert(at.line);
            }
        }
    }
    let summary = match entry.status {
        Status::New if !is_known(entry, evidence, Side::Original) => "the patch adds it",
        Status::Removed if !is_known(entry, evidence, Side::Patched) => "the patch removes it",
        _ => "its own lines are in the patch",
    };
    causes.extend(first.into_iter().map(|(file, line)| Cause {
        kind: CauseKind::Source,
        summary: summary.to_owned(),
        symbol: None,
        location: Some(Location { file, line }),
        chain: Vec::new(),
    }));
}

fn inline(
    evidence: &Evidence<'_>,
    findings: &Pair<Option<Findings>>,
    removed: bool,
    causes: &mut Vec<Cause>,
) {
    let mut found: BTreeMap<(String, std::path::PathBuf), Cause> = BTreeMap::new();
    for side in [Side::Patched, Side::Original] {
        for inlined in findings.get(side).iter().flat_map(|f| &f.inline) {
            let Some(at) = evidence.shown(side, &inlined.hit, removed) else { continue };
            if let Some(known) = found.get_mut(&(inlined.name.clone(), at.file.clone())) {
                // The chain of the patched side is kept, with the first line of both sides.
                if let Some(location) = &mut known.location {
                    location.line = location.line.min(at.line);
                }
                continue;
            }
            let other_side = match side {
                Side::Patched => &findings.original,
                Side::Original => &findings.patched,
            };
            let one_sided =
                other_side.as_ref().is_some_and(|f| f.covered && !f.inlined.contains(&inlined.name));
            let name = &inlined.name;
            let summary = match (one_sided, side) {
                (false, _) => format!("it inlines `{name}`, whose lines are in the patch"),
                (true, Side::Patched) => {
                    format!("it inlines `{name}`, whose lines are in the patch, on the patched side only")
                }
                (true, Side::Original) => {
                    format!("it inlined `{name}`, whose lines are in the patch, on the original side only")
                }
            };
            let chain = inlined
                .chain
                .iter()
                .map(|(what, at)| ChainLink { entry: None, what: what.clone(), at: *at })
                .collect();
            found.insert(
                (name.clone(), at.file.clone()),
                Cause {
                    kind: CauseKind::Inline,
                    summary,
                    symbol: Some(name.clone()),
                    location: Some(at),
                    chain,
                },
            );
        }
    }
    causes.extend(found.into_values());
}

fn macros(evidence: &Evidence<'_>, texts: &[(Side, &TextRange)], causes: &mut Vec<Cause>) {
    if evidence.fix.macros().is_empty() {
        return;
    }
    let closure = evidence.macros();
    if closure.is_empty() {
        return;
    }
    // Of several ways to one macro the shortest from the function's own text is told.
    let mut found: BTreeMap<Vec<u8>, (usize, usize, Option<&str>, Vec<Vec<u8>>)> = BTreeMap::new();
    for (order, (side, range)) in texts.iter().enumerate() {
        let Some(text) = evidence.fix.text(*side, &range.file) else { continue };
        for word in text.identifiers(text.bytes(&range.lines)) {
            let Some((target, way)) = closure.target(word) else { continue };
            let rank = (usize::from(range.inlined.is_some()), way.len());
            let better = found.get(target).is_none_or(|(inlined, length, ..)| rank < (*inlined, *length));
            if better {
                let way = way.into_iter().map(<[u8]>::to_vec).collect();
                found.insert(target.to_vec(), (rank.0, rank.1, texts[order].1.inlined.as_deref(), way));
            }
        }
    }
    for (target, (_, _, inlined, way)) in found {
        let name = String::from_utf8_lossy(&target).into_owned();
        let location = evidence
            .fix
            .macros()
            .iter()
            .find(|m| m.name == target && evidence.may_read(&evidence.fix.touched()[m.touched]))
            .map(|m| Location { file: m.file.clone(), line: m.line });
        let way: Vec<String> = way.iter().map(|w| String::from_utf8_lossy(w).into_owned()).collect();
        let user = inlined.map_or_else(|| "it uses".to_owned(), |f| format!("it inlines `{f}`, which uses"));
        let through = match way.first() {
            Some(first) => format!(" through `{first}`"),
            None => String::new(),
        };
        let links = inlined.map(str::to_owned).into_iter().chain(way);
        let mut chain: Vec<ChainLink> = links.map(|what| ChainLink { entry: None, what, at: None }).collect();
        if !chain.is_empty() {
            chain.push(ChainLink { entry: None, what: name.clone(), at: None });
        }
        causes.push(Cause {
            kind: CauseKind::Macro,
            summary: format!("{user} macro `{name}`{through}, whose definition is in the patch"),
            symbol: Some(name),
            location,
            chain,
        });
    }
}

/// The name without what the compiler appended. Only told apart for sentences; matching has its own rules.
fn stem(name: &str) -> &str {
    name.split_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

/// The source functions on `side` that an entry's code can come from.
fn sources_of<'e>(entry: &'e Entry, view: &'e SideView<'_>) -> impl Iterator<Item = SubprogramId> + 'e {
    view.dwarf.named(stem(&entry.name))
}

/// Whether the source of one side defines the function.
fn is_known(entry: &Entry, evidence: &Evidence<'_>, side: Side) -> bool {
    evidence
        .views
        .get(side)
        .as_ref()
        .is_some_and(|v| sources_of(entry, v).any(|id| v.dwarf.subprogram(id).defined))
}

/// Why a function stands on `side` only, when none of its lines are in the patch.
fn appeared(entry: &Entry, evidence: &Evidence<'_>, findings: &Pair<Option<Findings>>, side: Side) -> Cause {
    let (other, verb, here, there) = match side {
        Side::Patched => (Side::Original, "now", "patched", "original"),
        Side::Original => (Side::Patched, "no longer", "original", "patched"),
    };
    if findings.get(side).as_ref().is_none_or(|f| !f.covered) || evidence.views.get(other).is_none() {
        return plain(
            CauseKind::Unsure,
            format!("only on the {here} side; there is no debug information that would tell why"),
        );
    }
    let name = stem(&entry.name);
    let other_view = evidence.views.get(other).as_ref();
    let inlined = other_view.is_some_and(|v| {
        sources_of(entry, v).any(|id| v.dwarf.is_inlined(id))
            && sources_of(entry, v).all(|id| !v.dwarf.has_body(id))
    });
    let summary = if name != entry.name {
        format!("no line of it is in the patch; the compiler {verb} makes this copy or part of `{name}`")
    } else if inlined {
        match side {
            Side::Patched => "no line of it is in the patch; the original side inlined every call of it",
            Side::Original => "no line of it is in the patch; every call of it is now inlined",
        }
        .to_owned()
    } else {
        format!("no line of it is in the patch; the {there} side has no code of it")
    };
    plain(CauseKind::Compiler, summary)
}

/// The cause that is left when no line explains different instructions.
fn compiler(entry: &Entry, evidence: &Evidence<'_>, findings: &Pair<Option<Findings>>) -> Cause {
    let missing: Vec<&str> = Side::BOTH
        .into_iter()
        .filter(|side| {
            entry.extent.get(*side).is_some() && findings.get(*side).as_ref().is_none_or(|f| !f.covered)
        })
        .map(Side::name)
        .collect();
    if !missing.is_empty() {
        return plain(
            CauseKind::Unsure,
            format!(
                "instructions differ, and there is no debug information of the {} side that would tell why",
                missing.join(" and the ")
            ),
        );
    }
    let damaged = [&evidence.views.original, &evidence.views.patched]
        .into_iter()
        .flatten()
        .any(|v| !v.dwarf.troubles.is_empty());
    if damaged {
        return plain(
            CauseKind::Unsure,
            "instructions differ, and what can be read of the debug information does not tell why".to_owned(),
        );
    }
    let mut cause =
        plain(CauseKind::Compiler, "no line of it or of what it inlines is in the patch".to_owned());
    if let Some((name, location)) = declared_name(evidence, findings) {
        cause.summary.push_str(&format!(", but a declaration of `{name}`, which it mentions, is"));
        cause.symbol = Some(name);
        cause.location = Some(location);
    }
    let inlined = |side: Side| findings.get(side).as_ref().map(|f| &f.inlined);
    if let (Some(original), Some(patched)) = (inlined(Side::Original), inlined(Side::Patched)) {
        let list =
            |names: Vec<&String>| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let more = list(patched.difference(original).take(4).collect());
        let fewer = list(original.difference(patched).take(4).collect());
        match (more.is_empty(), fewer.is_empty()) {
            (false, true) => cause.summary.push_str(&format!("; the compiler now inlines {more}")),
            (true, false) => cause.summary.push_str(&format!("; the compiler no longer inlines {fewer}")),
            (false, false) => {
                cause.summary.push_str(&format!("; the compiler now inlines {more} and no longer {fewer}"));
            }
            (true, true) if cause.symbol.is_none() => {
                cause.summary.push_str("; the compiler arranged its code differently");
            }
            (true, true) => {}
        }
    }
    cause
}

/// The first name in the function's text, or in that of what it inlines, that the fix declares anew.
fn declared_name(evidence: &Evidence<'_>, findings: &Pair<Option<Findings>>) -> Option<(String, Location)> {
    let declared = evidence.declared();
    if declared.is_empty() {
        return None;
    }
    let mut ranges = texts(findings);
    ranges.sort_by_key(|(_, range)| range.inlined.is_some());
    for (side, range) in ranges {
        let Some(text) = evidence.fix.text(side, &range.file) else { continue };
        for word in text.identifiers(text.bytes(&range.lines)) {
            if let Some((file, line)) = declared.get(word) {
                let location = Location { file: file.clone(), line: *line };
                return Some((String::from_utf8_lossy(word).into_owned(), location));
            }
        }
    }
    None
}

fn data(entry: &Entry, evidence: &Evidence<'_>, causes: &mut Vec<Cause>) {
    let removed = entry.status == Status::Removed;
    let mut location: Option<Location> = None;
    let mut ranges: Vec<(Side, TextRange)> = Vec::new();
    for side in [Side::Patched, Side::Original] {
        let (Some(view), Some(extent)) = (evidence.views.get(side), *entry.extent.get(side)) else {
            continue;
        };
        let Some((file, lines)) = view.object(extent) else { continue };
        if let Some((touched, line)) = view.touched_line(&file, &lines) {
            let (file, line) = touched.shown(side, line, removed);
            if location.as_ref().is_none_or(|l| l.file == file && line < l.line) {
                location = Some(Location { file, line });
            }
        }
        ranges.push((side, TextRange { file, lines, inlined: None }));
    }
    let ranges: Vec<(Side, &TextRange)> = ranges.iter().map(|(side, range)| (*side, range)).collect();
    let declared_in_patch = location.is_some();
    for cause in causes.iter_mut().filter(|c| c.kind == CauseKind::Data) {
        cause.location.clone_from(&location);
    }
    let before = causes.len();
    match entry.status {
        Status::New | Status::Removed => {
            let summary = match (entry.status, declared_in_patch) {
                (Status::New, true) => "the patch adds it",
                (Status::New, false) => "only on the patched side, though no line of it is in the patch",
                (_, true) => "the patch removes it",
                (_, false) => "only on the original side, though no line of it is in the patch",
            };
            let kind = if declared_in_patch { CauseKind::Source } else { CauseKind::Data };
            causes.push(Cause { location, ..plain(kind, summary.to_owned()) });
        }
        _ => {
            macros(evidence, &ranges, causes);
            if before == 0 && causes.is_empty() {
                let summary = "its content or what it refers to differs".to_owned();
                causes.push(Cause { location, ..plain(CauseKind::Data, summary) });
            }
        }
    }
}
