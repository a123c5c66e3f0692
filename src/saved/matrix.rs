//! Reports of one fix on many trees, configurations and architectures, put together: one row for each function, one
//! column for each report.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::model::{
    CauseKind, Kind, PatchabilityVerdict, Report, SkipReason, Status, SymbolReport, Tool, UnitReport,
};

/// Version of the JSON form of a [`Matrix`].
pub const SCHEMA_VERSION: u32 = 1;

/// One fix on many trees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matrix {
    /// Version of this form, [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool: Tool,
    /// The reports, in the order of their names.
    pub columns: Vec<Column>,
    /// What any of the reports says differs or is to be replaced, ordered by unit, kind and name.
    pub rows: Vec<Row>,
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// Name of the cell.
    pub name: String,
    /// The original side, as that report names it.
    pub original: String,
    /// The patched side.
    pub patched: String,
    /// Units that failed there; nothing is known of what they hold. Ordered.
    pub failed: Vec<String>,
}

/// One function or data object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// Its unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// How it fares in each column.
    pub cells: Vec<Cell>,
}

/// How something fares in one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// In a word.
    pub state: State,
    /// Whether the kernel cannot replace it there; `null` where that was not looked at.
    pub cannot_be_patched: Option<bool>,
    /// Whether it has to be replaced there; `null` where that was not looked at.
    pub closure: Option<bool>,
}

/// How something fares in one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// On both sides, and not the same.
    Changed,
    /// Only on the patched side.
    New,
    /// Only on the original side.
    Removed,
    /// Nothing but line numbers moved.
    LineOnly,
    /// The same on both sides.
    Unchanged,
    /// Not listed, and a function that changed inlines it.
    Inlined,
    /// The unit has nothing of this name.
    Absent,
    /// Not listed, in a report that leaves out what is unchanged.
    NotListed,
    /// The configuration does not build the unit.
    NotBuilt,
    /// The unit is not in the report.
    NoUnit,
    /// The unit failed.
    Failed,
}

/// Puts reports together; each comes with the name of its column.
pub fn matrix(reports: &[(String, Report)]) -> Matrix {
    let mut keys = BTreeSet::new();
    for (unit, symbol) in reports.iter().flat_map(|(_, report)| symbols(report)) {
        let differs = matches!(symbol.status, Status::Changed | Status::New | Status::Removed);
        if differs || symbol.closure.as_ref().is_some_and(|closure| closure.member) {
            keys.insert((unit.name.as_str(), symbol.kind, symbol.name.as_str()));
        }
    }
    let row = |(unit, kind, name): (&str, Kind, &str)| Row {
        unit: unit.to_owned(),
        name: name.to_owned(),
        kind,
        cells: reports.iter().map(|(_, report)| cell(report, unit, kind, name)).collect(),
    };
    let column = |(name, report): &(String, Report)| {
        let failed = report.units.iter().filter(|unit| !unit.errors.is_empty());
        Column {
            name: name.clone(),
            original: report.request.original.clone(),
            patched: report.request.patched.clone(),
            failed: failed.map(|unit| unit.name.clone()).collect(),
        }
    };
    Matrix {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        columns: reports.iter().map(column).collect(),
        rows: keys.into_iter().map(row).collect(),
    }
}

/// Cold parts are their functions'.
fn symbols(report: &Report) -> impl Iterator<Item = (&UnitReport, &SymbolReport)> {
    let all = report.units.iter().flat_map(|unit| unit.symbols.iter().map(move |symbol| (unit, symbol)));
    all.filter(|(_, symbol)| symbol.cold_of.is_none())
}

fn cell(report: &Report, unit: &str, kind: Kind, name: &str) -> Cell {
    let is_it = |(of, symbol): &(&UnitReport, &SymbolReport)| {
        of.name == unit && symbol.kind == kind && symbol.name == name
    };
    // Of several with one name the one that differs most counts.
    let found = symbols(report).filter(is_it).map(|(_, symbol)| symbol).min_by_key(|symbol| symbol.status);
    let state = match found.map(|symbol| symbol.status) {
        Some(Status::Changed) => State::Changed,
        Some(Status::New) => State::New,
        Some(Status::Removed) => State::Removed,
        Some(Status::LineOnly) => State::LineOnly,
        Some(Status::Unchanged) => State::Unchanged,
        None => unlisted(report, unit, name),
    };
    let patchability = found.and_then(|symbol| symbol.patchability.as_ref());
    Cell {
        state,
        cannot_be_patched: patchability.map(|p| p.verdict == PatchabilityVerdict::No),
        closure: found.and_then(|symbol| symbol.closure.as_ref()).map(|closure| closure.member),
    }
}

/// What to say of something that a report does not list.
fn unlisted(report: &Report, unit: &str, name: &str) -> State {
    let Some(of) = report.units.iter().find(|of| of.name == unit) else {
        let skipped = report.skipped.iter().find(|skipped| skipped.path == unit);
        return match skipped.map(|skipped| skipped.reason) {
            Some(SkipReason::NotBuilt | SkipReason::NotCompiled) => State::NotBuilt,
            _ => State::NoUnit,
        };
    };
    if !of.errors.is_empty() {
        return State::Failed;
    }
    let inlines = |symbol: &SymbolReport| {
        let mut causes = symbol.causes.iter();
        causes.any(|cause| cause.kind == CauseKind::Inline && cause.symbol.as_deref() == Some(name))
    };
    if of.symbols.iter().any(inlines) {
        return State::Inlined;
    }
    // Only a report that lists what is unchanged shows that something is not there.
    let listed = symbols(report).filter(|(_, symbol)| symbol.status == Status::Unchanged).count() as u64;
    if listed == report.summary.unchanged { State::Absent } else { State::NotListed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::tests::sample;

    fn states(reports: &[(String, Report)], name: &str) -> Vec<State> {
        let matrix = matrix(reports);
        let row = matrix.rows.iter().find(|row| row.name == name).expect("there is a row");
        row.cells.iter().map(|cell| cell.state).collect()
    }

    #[test]
    fn each_report_tells_how_each_thing_fares_there() {
        let (first, mut second, mut third) = (sample(), sample(), sample());
        second.units[1].symbols.retain(|symbol| symbol.name != "list_grow");
        second.units[3].symbols[0].status = Status::LineOnly;
        third.units.remove(3);
        third.skipped[0].path = "lib/show.c".to_owned();
        third.skipped[0].reason = SkipReason::NotBuilt;
        third.units[1].symbols.retain(|symbol| symbol.name != "list_grow");
        third.summary.unchanged = 0;
        let named = |name: &str, report| (name.to_owned(), report);
        let mut reports = [named("a", first), named("b", second), named("c", third)];
        assert_eq!(states(&reports, "list_grow"), [State::New, State::NotListed, State::Absent]);
        assert_eq!(states(&reports, "show"), [State::Changed, State::LineOnly, State::NotBuilt]);
        let insert = &mut reports[2].1.units[1].symbols[0];
        insert.causes[1].symbol = Some("list_grow".to_owned());
        assert_eq!(states(&reports, "list_grow")[2], State::Inlined);
        reports[1].1.units[1].errors = reports[1].1.units[0].errors.clone();
        assert_eq!(states(&reports, "list_grow")[1], State::Failed);
        assert_eq!(matrix(&reports).columns[1].failed, ["lib/bad.c", "lib/list.c"]);
        assert!(matrix(&reports).rows.iter().all(|row| row.name != "list_warn"), "lines are no difference");
    }
}
