//! What came out, in a sentence or two.

use super::model::{Kind, PatchabilityVerdict, Report, SkipReason, Status, SymbolReport};
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
    if let Some(closure) = closure(report) {
        text = format!("{closure}. {text}");
    }
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

/// What has to be replaced, where that was looked for.
fn closure(report: &Report) -> Option<String> {
    let symbols = || report.units.iter().flat_map(|u| &u.symbols).filter(|s| s.cold_of.is_none());
    if symbols().all(|symbol| symbol.closure.is_none()) {
        return None;
    }
    let members = || {
        let is_function = |s: &&SymbolReport| s.kind == Kind::Function;
        symbols().filter(is_function).filter(|s| s.closure.as_ref().is_some_and(|c| c.member))
    };
    let all = members().count() as u64;
    if all == 0 {
        return Some("No function to replace".to_owned());
    }
    let by_fix = members().filter(|s| s.status != Status::Unchanged && s.status != Status::LineOnly).count();
    let mut text = format!("{} to replace: {by_fix} changed by the fix", count(all, "function", "functions"));
    let others = all as usize - by_fix;
    if others > 0 {
        text += &format!(", {others} {} on what changed", if others == 1 { "relies" } else { "rely" });
    }
    let alone = members().filter(|s| {
        let is_carried = s.closure.as_ref().is_some_and(|c| !c.carried_by.is_empty());
        is_carried || s.patchability.as_ref().is_some_and(|p| p.verdict == PatchabilityVerdict::No)
    });
    let alone = alone.count();
    if alone > 0 {
        text += &format!("; {alone} cannot be patched alone");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{Closure, Patchability};
    use crate::report::text::tests::sample;

    #[test]
    fn what_is_to_be_replaced_is_said_first() {
        let mut report = sample();
        let symbols = &mut report.units[1].symbols;
        let member = || {
            Some(Closure {
                member: true,
                because: Vec::new(),
                carried_by: Vec::new(),
                summary: String::new(),
            })
        };
        symbols[0].closure = member();
        symbols[3].closure = member();
        symbols[3].patchability = Some(Patchability { verdict: PatchabilityVerdict::No, notes: Vec::new() });
        let text = conclusion(&report);
        let want = "2 functions to replace: 1 changed by the fix, 1 relies on what changed; 1 cannot be patched alone. 2 functions and";
        assert!(text.starts_with(want), "{text}");
    }
}
