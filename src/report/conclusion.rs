//! What came out, in a sentence or two.

use super::model::{Kind, Report, SkipReason, Status, SymbolReport};
use super::text::count;

/// What came out, in a sentence or two.
pub fn conclusion(report: &Report) -> String {
    let counted = || report.units.iter().flat_map(|u| &u.symbols).filter(|s| s.cold_of.is_none());
    let mut parts = Vec::new();
    for (status, word) in [(Status::Changed, "changed"), (Status::New, "new"), (Status::Removed, "removed")] {
        let kinds: Vec<String> = [
            (Kind::Function, "function", "functions"),
            (Kind::Object, "data object", "data objects"),
            (Kind::Section, "section", "sections"),
        ]
        .into_iter()
        .filter_map(|(kind, one, many)| {
            let n = counted().filter(|s| s.kind == kind && s.status == status).count() as u64;
            (n > 0).then(|| count(n, one, many))
        })
        .collect();
        if !kinds.is_empty() {
            parts.push(format!("{} {word}", kinds.join(" and ")));
        }
    }
    let differs = |s: &&SymbolReport| matches!(s.status, Status::Changed | Status::New | Status::Removed);
    let units = report.units.iter().filter(|u| u.symbols.iter().any(|s| differs(&s))).count();
    let summary = &report.summary;
    let all_units = count(summary.units, "unit", "units");
    let mut text = match (parts.is_empty(), summary.units) {
        (true, 0) => "No unit was compared".to_owned(),
        (true, _) if summary.units == summary.units_failed => "Nothing could be compared".to_owned(),
        (true, _) => format!("Nothing changed in {all_units}"),
        (false, 1) => format!("{}, in 1 unit", parts.join(", ")),
        (false, _) => format!("{}, in {units} of {all_units}", parts.join(", ")),
    };
    if summary.line_only > 0 {
        let verb = if summary.line_only == 1 { "differs" } else { "differ" };
        text += &format!("; {} {verb} in line numbers only", summary.line_only);
    }
    if summary.unchanged > 0 {
        text += &format!("; {} unchanged", summary.unchanged);
    }
    if summary.units_failed > 0 {
        text += &format!("; {} failed", count(summary.units_failed, "unit", "units"));
    }
    let missing = report.skipped.iter().filter(|s| s.reason != SkipReason::Documentation).count() as u64;
    if missing > 0 {
        let verb = if missing == 1 { "was" } else { "were" };
        text += &format!("; {} {verb} not compared", count(missing, "touched file", "touched files"));
    }
    text + "."
}
