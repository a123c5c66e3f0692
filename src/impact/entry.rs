//! The causes of one entry.

use crate::compare::{Difference, DifferenceKind, Entry, EntryKind, Status};
use crate::pair::{Pair, Side};

use super::evidence::Evidence;
use super::function;
use super::layout::Layouts;
use super::side::TextRange;
use super::{Cause, CauseKind, ChainLink, Location, SourceRange};

/// The causes of an entry that is changed, new or removed, with its cold parts, and the lines it is made of that the
/// fix edits; in no particular order.
pub(super) fn causes(
    entry: &Entry,
    cold: &[&Entry],
    evidence: Option<&Evidence<'_>>,
    layouts: Option<&Layouts>,
) -> (Vec<Cause>, Vec<SourceRange>) {
    let mut causes = from_differences(entry, cold);
    let mut sources = Vec::new();
    let layouts = layouts.filter(|_| entry.kind == EntryKind::Function && entry.status == Status::Changed);
    match evidence {
        None => {
            let explained = layouts.map(|l| l.explain(entry, cold));
            let all = explained.as_ref().is_some_and(|e| e.all);
            causes.extend(explained.into_iter().flat_map(|e| e.causes));
            // Where nothing but explained numbers differs, nothing is left to wonder about.
            if !(all && only_numbers(entry, cold)) {
                without_fix(entry, cold, &mut causes);
            }
        }
        Some(evidence) if entry.kind == EntryKind::Function => {
            sources = function::causes(entry, cold, evidence, layouts, &mut causes);
        }
        Some(evidence) => sources = data(entry, evidence, &mut causes),
    }
    if causes.is_empty() {
        causes.push(plain(CauseKind::Unsure, "it differs, and nothing tells why".to_owned()));
    }
    (causes, sources)
}

/// A cause without a place.
pub(super) fn plain(kind: CauseKind, summary: String) -> Cause {
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
    let own = entry.differences.iter().map(|d| (d, None));
    let of_cold = cold.iter().flat_map(|c| c.differences.iter().map(|d| (d, Some(c.name.as_str()))));
    for (difference, part) in own.chain(of_cold) {
        let kind = match difference.kind {
            DifferenceKind::Instructions | DifferenceKind::ColdPart => continue,
            DifferenceKind::Reference => CauseKind::Reference,
            DifferenceKind::Content => CauseKind::Data,
            DifferenceKind::Attributes => CauseKind::Attributes,
            DifferenceKind::Special => CauseKind::Special,
            DifferenceKind::Unsure => CauseKind::Unsure,
        };
        let summary = match kind {
            CauseKind::Reference if only_references && is_function => {
                format!("same instructions; {}", difference.what)
            }
            _ => difference.what.clone(),
        };
        // Places of a cold part count from its own start.
        let summary = match part {
            Some(part) => format!("in {part}: {summary}"),
            None => summary,
        };
        // The chain of a data object's own bytes names those that refer to it, not what differs.
        let leads_there = difference.kind != DifferenceKind::Content;
        let last = difference.chain.last().filter(|l| leads_there && l.entry.is_some());
        let symbol = last.map(|l| l.what.clone());
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
pub(super) fn needs_source(entry: &Entry, cold: &[&Entry]) -> bool {
    differences(entry, cold).any(|d| d.kind == DifferenceKind::Instructions)
        || entry.differences.iter().any(|d| d.kind == DifferenceKind::ColdPart)
            && !cold.iter().any(|c| c.status == Status::Changed && !c.differences.is_empty())
        || cold.iter().any(|c| matches!(c.status, Status::New | Status::Removed))
}

/// Whether nothing differs in the instructions of a function and its cold parts but numbers.
fn only_numbers(entry: &Entry, cold: &[&Entry]) -> bool {
    let differing = |e: &&Entry| e.differences.iter().any(|d| d.kind == DifferenceKind::Instructions);
    std::iter::once(entry).chain(cold.iter().copied()).filter(differing).all(|e| e.shifts.nothing_else)
        && cold.iter().all(|c| !matches!(c.status, Status::New | Status::Removed))
}

fn without_fix(entry: &Entry, cold: &[&Entry], causes: &mut Vec<Cause>) {
    let summary = match entry.status {
        Status::New => "only on the patched side; without the patch the source of it is not known".to_owned(),
        Status::Removed => "only on the original side; without the patch it is not known why".to_owned(),
        _ if needs_source(entry, cold) => {
            let found = differences(entry, cold).find(|d| d.kind == DifferenceKind::Instructions);
            let place = match found.map(|d| d.at) {
                Some(Pair { original: Some(o), patched: Some(p) }) if o == p => format!(" at {o:+#x}"),
                Some(Pair { original: Some(o), patched: Some(p) }) => {
                    format!(" at {o:+#x} (original) and {p:+#x} (patched)")
                }
                Some(Pair { original: Some(o), patched: None }) => format!(" at {o:+#x} (original)"),
                Some(Pair { original: None, patched: Some(p) }) => format!(" at {p:+#x} (patched)"),
                _ => String::new(),
            };
            let what = found.filter(|_| place.is_empty()).map_or("instructions differ", |d| &d.what);
            format!("{what}{place}; without the patch the source of it is not known")
        }
        _ => return,
    };
    causes.push(plain(CauseKind::Unsure, summary));
}

fn data(entry: &Entry, evidence: &Evidence<'_>, causes: &mut Vec<Cause>) -> Vec<SourceRange> {
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
    for cause in causes.iter_mut().filter(|c| matches!(c.kind, CauseKind::Data | CauseKind::Reference)) {
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
            function::macros(evidence, &ranges, causes);
            if before == 0 && causes.is_empty() {
                let summary = "its content or what it refers to differs".to_owned();
                causes.push(Cause { location, ..plain(CauseKind::Data, summary) });
            }
        }
    }
    evidence.edited(&ranges)
}
