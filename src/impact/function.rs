//! The causes of a function that the source tells.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::compare::{Entry, Extent, Status};
use crate::pair::{Pair, Side};

use super::entry::needs_source;
use super::evidence::Evidence;
use super::layout::Layouts;
use super::leftover;
use super::side::{Findings, TextRange};
use super::{Cause, CauseKind, ChainLink, Location, SourceRange};

/// Adds the causes that lines, inlined bodies, macros and types of a function tell, or the one that is left. Returns the
/// lines it is made of that the fix edits.
pub(super) fn causes(
    entry: &Entry,
    cold: &[&Entry],
    evidence: &Evidence<'_>,
    layouts: Option<&Layouts>,
    causes: &mut Vec<Cause>,
) -> Vec<SourceRange> {
    let removed = entry.status == Status::Removed;
    let name = |side| match (side, &entry.original_name) {
        (Side::Original, Some(name)) => leftover::stem(name),
        _ => leftover::stem(&entry.name),
    };
    let findings: Pair<Option<Findings>> = Pair {
        original: evidence
            .views
            .original
            .as_ref()
            .filter(|_| entry.extent.original.is_some())
            .map(|v| v.findings(&fragments(entry, cold, Side::Original), name(Side::Original))),
        patched: evidence
            .views
            .patched
            .as_ref()
            .filter(|_| entry.extent.patched.is_some())
            .map(|v| v.findings(&fragments(entry, cold, Side::Patched), name(Side::Patched))),
    };
    let before = causes.len();
    source(entry, evidence, &findings, removed, causes);
    if entry.status == Status::Changed || causes.len() == before {
        inline(evidence, &findings, removed, causes);
        macros(evidence, &texts(&findings), causes);
    }
    let edited = evidence.edited(&texts(&findings));
    causes.extend(layouts.into_iter().flat_map(|l| l.explain(entry, cold).causes));
    if causes.len() > before {
        return edited;
    }
    match entry.status {
        Status::New => causes.push(leftover::appeared(entry, evidence, &findings, Side::Patched)),
        Status::Removed => causes.push(leftover::appeared(entry, evidence, &findings, Side::Original)),
        _ if needs_source(entry, cold) || causes.is_empty() => {
            causes.extend(layouts.into_iter().flat_map(|l| l.used_by(entry)));
            if causes.len() == before {
                causes.push(leftover::compiler(entry, evidence, &findings));
            }
        }
        _ => {}
    }
    edited
}

/// Its own extent and those of its cold parts on one side.
fn fragments(entry: &Entry, cold: &[&Entry], side: Side) -> Vec<Extent> {
    std::iter::once(entry).chain(cold.iter().copied()).filter_map(|e| *e.extent.get(side)).collect()
}

/// The texts of a function and of what it inlines, on both sides.
pub(super) fn texts(findings: &Pair<Option<Findings>>) -> Vec<(Side, &TextRange)> {
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
    let mut first: BTreeMap<PathBuf, u32> = BTreeMap::new();
    for side in Side::BOTH {
        for hit in findings.get(side).iter().flat_map(|f| &f.source) {
            if let Some(at) = evidence.shown(side, hit, removed) {
                first.entry(at.file).and_modify(|line| *line = at.line.min(*line)).or_insert(at.line);
            }
        }
    }
    let summary = match entry.status {
        Status::New if !leftover::is_known(entry, evidence, Side::Original) => "the patch adds it",
        Status::Removed if !leftover::is_known(entry, evidence, Side::Patched) => "the patch removes it",
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
    let mut found: BTreeMap<(String, PathBuf), Cause> = BTreeMap::new();
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

/// How a function comes to use a touched macro.
struct MacroUse<'a> {
    /// The inlined function whose text uses it; `None` for the function itself.
    inlined: Option<&'a str>,
    /// The macros passed on the way.
    way: Vec<String>,
}

/// Adds the touched macros that `texts` use.
pub(super) fn macros(evidence: &Evidence<'_>, texts: &[(Side, &TextRange)], causes: &mut Vec<Cause>) {
    if evidence.fix.macros().is_empty() {
        return;
    }
    let closure = evidence.macros();
    if closure.is_empty() {
        return;
    }
    // Of several ways to one macro the shortest from the function's own text is told.
    let mut found: BTreeMap<Vec<u8>, MacroUse<'_>> = BTreeMap::new();
    for (side, range) in texts {
        let Some(text) = evidence.fix.text(*side, &range.file) else { continue };
        for word in text.identifiers(text.bytes(&range.lines)) {
            let Some((target, way)) = closure.target(word) else { continue };
            let rank = (range.inlined.is_some(), way.len());
            if found.get(target).is_none_or(|known| rank < (known.inlined.is_some(), known.way.len())) {
                let way = way.into_iter().map(|w| String::from_utf8_lossy(w).into_owned()).collect();
                found.insert(target.to_vec(), MacroUse { inlined: range.inlined.as_deref(), way });
            }
        }
    }
    for (target, MacroUse { inlined, way }) in found {
        let name = String::from_utf8_lossy(&target).into_owned();
        let location = evidence
            .fix
            .macros()
            .iter()
            .find(|m| m.name == target && evidence.may_read(&evidence.fix.touched()[m.touched]))
            .map(|m| Location { file: m.file.clone(), line: m.line });
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
