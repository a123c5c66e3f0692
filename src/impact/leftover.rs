//! The cause of a function that no line of the patch explains.

use crate::compare::Entry;
use crate::load::dwarf::SubprogramId;
use crate::pair::{Pair, Side};

use super::entry::plain;
use super::evidence::Evidence;
use super::function::texts;
use super::side::{Findings, SideView};
use super::{Cause, CauseKind, Location};

/// The name without what the compiler appended. Only told apart for sentences; matching has its own rules.
pub(super) fn stem(name: &str) -> &str {
    name.split_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

/// The source functions on `side` that an entry's code can come from.
fn sources_of<'e>(entry: &'e Entry, view: &'e SideView<'_>) -> impl Iterator<Item = SubprogramId> + 'e {
    view.dwarf.named(stem(&entry.name))
}

/// Whether the source of one side defines the function.
pub(super) fn is_known(entry: &Entry, evidence: &Evidence<'_>, side: Side) -> bool {
    evidence
        .views
        .get(side)
        .as_ref()
        .is_some_and(|v| sources_of(entry, v).any(|id| v.dwarf.subprogram(id).defined))
}

/// Why a function stands on `side` only, when none of its lines are in the patch.
pub(super) fn appeared(
    entry: &Entry,
    evidence: &Evidence<'_>,
    findings: &Pair<Option<Findings>>,
    side: Side,
) -> Cause {
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
pub(super) fn compiler(entry: &Entry, evidence: &Evidence<'_>, findings: &Pair<Option<Findings>>) -> Cause {
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
            if let Some((file, line)) = declared.iter().find_map(|names| names.get(word)) {
                let location = Location { file: file.clone(), line: *line };
                return Some((String::from_utf8_lossy(word).into_owned(), location));
            }
        }
    }
    None
}
