//! The verdicts of a report in a form that a test can compare as a whole.

use std::collections::BTreeSet;

use fixscope::report::model::{Report, Status};

/// Name of a value of the report as its JSON form spells it.
pub fn spelled(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => panic!("not a word: {other:?}"),
    }
}

/// Reads a report from JSON.
pub fn report(json: &str) -> Report {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("not a report: {error}\n{json}"))
}

/// One verdict. Cold parts are not rows of their own: they belong to their functions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// Name of the unit.
    pub unit: String,
    /// `function`, `object` or `section`.
    pub kind: String,
    /// Name of the symbol.
    pub name: String,
    /// Status, as JSON spells it.
    pub status: String,
    /// Causes, as JSON spells them.
    pub causes: BTreeSet<String>,
}

/// All verdicts but `unchanged`, ordered.
pub fn rows(report: &Report) -> Vec<Row> {
    let mut rows = Vec::new();
    for unit in &report.units {
        for symbol in &unit.symbols {
            if symbol.status == Status::Unchanged {
                continue;
            }
            if let Some(parent) = &symbol.cold_of {
                let listed = unit.symbols.iter().any(|other| {
                    (&other.id == parent || &other.name == parent) && other.status != Status::Unchanged
                });
                assert!(
                    listed,
                    "{}: the cold part {} is listed without its function",
                    unit.name, symbol.name
                );
                continue;
            }
            rows.push(Row {
                unit: unit.name.clone(),
                kind: spelled(symbol.kind),
                name: symbol.name.clone(),
                status: spelled(symbol.status),
                causes: symbol.causes.iter().map(|cause| spelled(cause.kind)).collect(),
            });
        }
    }
    rows.sort();
    rows
}

/// A verdict that a test expects: `unit kind name status causes`, separated by blanks.
///
/// The causes are separated by commas; one with `?` behind it may be missing, and `*` accepts any.
#[derive(Debug, Clone)]
pub struct Expected {
    row: Row,
    optional: BTreeSet<String>,
    any: bool,
}

/// Reads expected verdicts, one a line.
pub fn expected(text: &str) -> Vec<Expected> {
    text.lines().filter(|line| !line.trim().is_empty()).map(Expected::parse).collect()
}

impl Expected {
    fn parse(line: &str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [unit, kind, name, status, causes] = words[..] else {
            panic!("not `unit kind name status causes`: {line}");
        };
        let mut certain = BTreeSet::new();
        let mut optional = BTreeSet::new();
        for cause in causes.split(',').filter(|cause| *cause != "*") {
            match cause.strip_suffix('?') {
                Some(cause) => optional.insert(cause.to_owned()),
                None => certain.insert(cause.to_owned()),
            };
        }
        Expected {
            row: Row {
                unit: unit.to_owned(),
                kind: kind.to_owned(),
                name: name.to_owned(),
                status: status.to_owned(),
                causes: certain,
            },
            optional,
            any: causes == "*",
        }
    }

    fn accepts(&self, row: &Row) -> bool {
        let same = (&self.row.unit, &self.row.kind, &self.row.name, &self.row.status)
            == (&row.unit, &row.kind, &row.name, &row.status);
        let causes = self.any
            || (self.row.causes.is_subset(&row.causes)
                && row
                    .causes
                    .iter()
                    .all(|cause| self.row.causes.contains(cause) || self.optional.contains(cause)));
        same && causes
    }
}

/// Panics unless `found` holds exactly what is expected.
pub fn assert_rows(found: &[Row], expected: &[Expected], about: &str) {
    let missing: Vec<String> = expected
        .iter()
        .filter(|want| !found.iter().any(|row| want.accepts(row)))
        .map(|want| format!("missing  {:?}", want.row))
        .collect();
    let extra: Vec<String> = found
        .iter()
        .filter(|row| !expected.iter().any(|want| want.accepts(row)))
        .map(|row| format!("extra    {row:?}"))
        .collect();
    assert!(
        missing.is_empty() && extra.is_empty() && found.len() == expected.len(),
        "{about}:\n{}\n{}",
        missing.join("\n"),
        extra.join("\n")
    );
}
