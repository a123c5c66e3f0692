//! How two reports differ: which functions and data objects only one of them names, and of which they say something
//! else.
//!
//! The reports may be of other trees, compilers or versions of a fix. Things are matched by unit and name, then by
//! unit and stem, because compilers number their clones as they like, and last by a name that is left over exactly once
//! in each report, because a file may have been moved between two trees.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::load::names;
use crate::report::model::{CauseKind, Kind, PatchabilityVerdict, Report, Status, SymbolReport, Tool};

/// Version of the JSON form of a [`Difference`].
pub const SCHEMA_VERSION: u32 = 1;

/// What differs between two reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Version of this form, [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool: Tool,
    /// The first report.
    pub first: Run,
    /// The second report.
    pub second: Run,
    /// What differs, ordered by unit and name.
    pub entries: Vec<Differing>,
    /// Number of changed, new and removed things of which both reports say the same.
    pub same: u64,
    /// Units that failed in one of the reports, so that nothing can be said of what they hold. Ordered by name.
    pub failed: Vec<FailedUnit>,
}

/// One of the two reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The report's file.
    pub report: String,
    /// The original side, as that report names it.
    pub original: String,
    /// The patched side.
    pub patched: String,
}

/// A thing of which the reports say something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Differing {
    /// Its unit, in the first report if that has it.
    pub unit: String,
    /// Its unit in the second report, when it is another one.
    pub second_unit: Option<String>,
    /// Its name, in the first report if that has it.
    pub name: String,
    /// Its name in the second report, when it is another one.
    pub second_name: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// What the first report says of it.
    pub first: Said,
    /// What the second report says of it.
    pub second: Said,
}

/// What one report says of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// Whether the unit is in the report.
    pub unit: bool,
    /// Its status; `null` when it is not listed, as nothing is that is unchanged.
    pub status: Option<Status>,
    /// The kinds of its causes, each once.
    pub causes: Vec<CauseKind>,
    /// Whether it belongs to the closure.
    pub closure: Option<bool>,
    /// Whether the kernel can replace it.
    pub patchability: Option<PatchabilityVerdict>,
    /// The kinds of reliance on it, each once and ordered.
    pub abi: Option<Vec<String>>,
}

/// A unit that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FailedUnit {
    /// Its name.
    pub unit: String,
    /// Whether it failed in the second report, and not in the first one.
    pub second: bool,
}

/// What tells a thing in a report.
type Key<'r> = (&'r str, Kind, &'r str);

/// Compares two reports; each comes with the name of its file.
pub fn difference(first: (&str, &Report), second: (&str, &Report)) -> Difference {
    let (mut left, mut right) = (touched(first.1), touched(second.1));
    let mut pairs = Vec::new();
    let exact = |&(unit, kind, name): &Key<'_>| (unit.to_owned(), kind, name.to_owned());
    let stem = |&(unit, kind, name): &Key<'_>| (unit.to_owned(), kind, names::stem(name).to_owned());
    let anywhere = |&(_, kind, name): &Key<'_>| (String::new(), kind, names::stem(name).to_owned());
    pair(&mut left, &mut right, &mut pairs, exact);
    pair(&mut left, &mut right, &mut pairs, stem);
    pair(&mut left, &mut right, &mut pairs, anywhere);
    let mut same = 0;
    let mut entries = Vec::new();
    for ((a_key, a), (b_key, b)) in pairs {
        let (first, second) = (said(a), said(b));
        // What one run did not look at says nothing about the other.
        if first.agrees(&second) {
            same += 1;
            continue;
        }
        entries.push(Differing {
            unit: a_key.0.to_owned(),
            second_unit: (a_key.0 != b_key.0).then(|| b_key.0.to_owned()),
            name: a.name.clone(),
            second_name: (a.name != b.name).then(|| b.name.clone()),
            kind: a.kind,
            first,
            second,
        });
    }
    let alone = |(unit, kind, _): Key<'_>, symbol: &SymbolReport, other: &Report, is_second: bool| {
        let there = absent(other, unit, symbol);
        let here = said(symbol);
        let (first, second) = if is_second { (there, here) } else { (here, there) };
        let (unit, name) = (unit.to_owned(), symbol.name.clone());
        Differing { unit, second_unit: None, name, second_name: None, kind, first, second }
    };
    entries.extend(left.iter().flat_map(|(key, list)| list.iter().map(|s| alone(*key, s, second.1, false))));
    entries.extend(right.iter().flat_map(|(key, list)| list.iter().map(|s| alone(*key, s, first.1, true))));
    entries.sort_by(|a, b| (&a.unit, a.kind, &a.name).cmp(&(&b.unit, b.kind, &b.name)));
    let failed = |report: &Report, second| -> Vec<FailedUnit> {
        let failed = report.units.iter().filter(|unit| !unit.errors.is_empty());
        failed.map(|unit| FailedUnit { unit: unit.name.clone(), second }).collect()
    };
    let mut failed = [failed(first.1, false), failed(second.1, true)].concat();
    failed.sort();
    Difference {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        first: run(first),
        second: run(second),
        entries,
        same,
        failed,
    }
}

fn run((name, report): (&str, &Report)) -> Run {
    Run {
        report: name.to_owned(),
        original: report.request.original.clone(),
        patched: report.request.patched.clone(),
    }
}

/// The things of one report that differ between its sides, or that it wants replaced. Cold parts are their functions'.
fn touched(report: &Report) -> BTreeMap<Key<'_>, Vec<&SymbolReport>> {
    let mut found: BTreeMap<Key<'_>, Vec<&SymbolReport>> = BTreeMap::new();
    for unit in &report.units {
        for symbol in unit.symbols.iter().filter(|symbol| symbol.cold_of.is_none()) {
            let differs = matches!(symbol.status, Status::Changed | Status::New | Status::Removed);
            if differs || symbol.closure.as_ref().is_some_and(|closure| closure.member) {
                found.entry((&unit.name, symbol.kind, &symbol.name)).or_default().push(symbol);
            }
        }
    }
    found
}

type Found<'r> = BTreeMap<Key<'r>, Vec<&'r SymbolReport>>;
type Matched<'r> = ((Key<'r>, &'r SymbolReport), (Key<'r>, &'r SymbolReport));

/// Takes what has the same key in both reports, the same number of times, out of them and pairs it in its order.
fn pair<'r, K: Ord>(
    left: &mut Found<'r>,
    right: &mut Found<'r>,
    pairs: &mut Vec<Matched<'r>>,
    key: impl Fn(&Key<'r>) -> K,
) {
    let grouped = |found: &Found<'r>| {
        let mut groups: BTreeMap<K, Vec<(Key<'r>, &'r SymbolReport)>> = BTreeMap::new();
        for (at, list) in found {
            groups.entry(key(at)).or_default().extend(list.iter().map(|&symbol| (*at, symbol)));
        }
        groups
    };
    let mut other = grouped(right);
    for (key, mine) in grouped(left) {
        let Some(theirs) = other.remove(&key).filter(|theirs| theirs.len() == mine.len()) else { continue };
        for ((at, symbol), (other_at, other_symbol)) in mine.into_iter().zip(theirs) {
            take(left, at, symbol);
            take(right, other_at, other_symbol);
            pairs.push(((at, symbol), (other_at, other_symbol)));
        }
    }
}

fn take<'r>(found: &mut Found<'r>, at: Key<'r>, symbol: &SymbolReport) {
    if let Some(list) = found.get_mut(&at) {
        list.retain(|&other| !std::ptr::eq(other, symbol));
    }
}

fn said(symbol: &SymbolReport) -> Said {
    let causes: BTreeSet<CauseKind> = symbol.causes.iter().map(|cause| cause.kind).collect();
    let abi = symbol.abi.as_ref().map(|entries| {
        let kinds: BTreeSet<String> = entries.iter().map(|entry| entry.kind.clone()).collect();
        kinds.into_iter().collect()
    });
    Said {
        unit: true,
        status: Some(symbol.status),
        causes: causes.into_iter().collect(),
        closure: symbol.closure.as_ref().map(|closure| closure.member),
        patchability: symbol.patchability.as_ref().map(|p| p.verdict),
        abi,
    }
}

/// What a report says of a thing that it does not name as touched.
fn absent(report: &Report, unit: &str, symbol: &SymbolReport) -> Said {
    let of_unit = report.units.iter().find(|known| known.name == unit);
    let same = |known: &&SymbolReport| known.kind == symbol.kind && known.name == symbol.name;
    match of_unit.and_then(|known| known.symbols.iter().find(same)) {
        Some(known) => said(known),
        None => Said {
            unit: of_unit.is_some(),
            status: None,
            causes: Vec::new(),
            closure: None,
            patchability: None,
            abi: None,
        },
    }
}

impl Said {
    /// Whether two reports say the same. Fields that one of them did not look at are no difference.
    fn agrees(&self, other: &Said) -> bool {
        fn same<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
            a.is_none() || b.is_none() || a == b
        }
        self.status == other.status
            && self.causes == other.causes
            && same(self.closure.as_ref(), other.closure.as_ref())
            && same(self.patchability.as_ref(), other.patchability.as_ref())
            && same(self.abi.as_ref(), other.abi.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::tests::sample;

    fn names(difference: &Difference) -> Vec<&str> {
        difference.entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    fn compared(first: &Report, second: &Report) -> Difference {
        difference(("first.json", first), ("second.json", second))
    }

    #[test]
    fn a_report_does_not_differ_from_itself() {
        let report = sample();
        let found = compared(&report, &report);
        assert!(found.entries.is_empty());
        assert_eq!(found.same, 5, "cold parts are their functions', and a line is no difference");
        let failed: Vec<_> = found.failed.iter().map(|f| (f.unit.as_str(), f.second)).collect();
        assert_eq!(failed, [("lib/bad.c", false), ("lib/bad.c", true)]);
    }

    #[test]
    fn what_only_one_report_names_is_told_with_what_the_other_says() {
        let (first, mut second) = (sample(), sample());
        second.units[1].symbols.retain(|symbol| symbol.name != "list_grow");
        second.units[1].symbols[0].status = Status::Unchanged;
        second.units.remove(3);
        let found = compared(&first, &second);
        assert_eq!(names(&found), ["list_grow", "list_insert", "show"]);
        assert_eq!((found.entries[0].second.unit, found.entries[0].second.status), (true, None));
        assert_eq!(found.entries[1].second.status, Some(Status::Unchanged));
        assert!(!found.entries[2].second.unit);
        let back = compared(&second, &first);
        assert_eq!(back.entries[0].first.status, None);
        assert_eq!(back.entries[0].second.status, Some(Status::New));
    }

    #[test]
    fn numbers_of_clones_and_moved_files_are_no_difference() {
        let (first, mut second) = (sample(), sample());
        second.units[3].name = "lib/moved.c".to_owned();
        second.units[1].symbols[0].name = "list_insert.constprop.7".to_owned();
        let found = compared(&first, &second);
        assert!(found.entries.is_empty(), "{:?}", found.entries);
        second.units[3].symbols[0].causes[0].kind = CauseKind::Compiler;
        let found = compared(&first, &second);
        assert_eq!(found.entries[0].second_unit.as_deref(), Some("lib/moved.c"));
        assert_eq!(found.entries[0].second.causes, [CauseKind::Compiler]);
    }

    #[test]
    fn what_one_run_did_not_look_at_is_no_difference() {
        let (first, mut second) = (sample(), sample());
        second.units[1].symbols[0].abi = Some(Vec::new());
        assert!(compared(&first, &second).entries.is_empty());
    }
}
