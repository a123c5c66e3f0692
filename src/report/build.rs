//! Outcome of the stages ↦ report: a conversion, with ids given out and counts taken.

mod detail;

use super::abi::{self, UnitAbi};
use super::ids::Ids;
use super::model::{
    Binding, Cause, CauseKind, ChainLink, Cost, FixFile, Kind, Location, Report, ReportError, Request,
    SCHEMA_VERSION, Skipped, Status, Summary, SymbolReport, Tool, UnitReport,
};
use crate::compare::{self, Comparison, Entry, EntryKind};
use crate::impact;
use crate::load;
use crate::pair::Pair;

/// All that a report is made of.
#[derive(Debug)]
pub struct ReportInput {
    /// What was compared, and with what.
    pub request: Request,
    /// The units, in any order.
    pub units: Vec<UnitResult>,
    /// Touched files that did not end as a unit, in any order.
    pub skipped: Vec<Skipped>,
    /// What the run cost, when it is to be told.
    pub cost: Option<Cost>,
    /// The text of the fix, when it is to be told.
    pub fix: Option<Vec<FixFile>>,
    /// Keep unchanged symbols in the report; they are counted in any case.
    pub all: bool,
    /// Keep the lines of the sources that each thing is made of.
    pub sources: bool,
}

/// What the stages found out about one unit.
#[derive(Debug, Default)]
pub struct UnitResult {
    /// Path of the source, else of the object file, relative to the tree.
    pub name: String,
    /// Architecture, such as `x86_64`; empty when no side could be read.
    pub arch: String,
    /// The kernel's name of the module, or `vmlinux`, where it is known.
    pub module: Option<String>,
    /// The object files, as the report shows them.
    pub objects: Pair<Option<String>>,
    /// The comparison; `None` when a side could not be had, or when there was nothing to compare.
    pub comparison: Option<Comparison>,
    /// The causes of each entry of the comparison, by its index. Entries beyond the end have none.
    pub causes: Vec<Vec<impact::Cause>>,
    /// The lines that each entry of the comparison is made of and the fix edits, by its index, as far as
    /// [`causes`](Self::causes) goes.
    pub sources: Vec<Vec<impact::SourceRange>>,
    /// The source line of each line of each entry's listing, by its index. Entries and lines beyond the end have none.
    pub lines: Vec<Vec<Pair<Option<impact::Location>>>>,
    /// The demangled name of each entry of the comparison, by its index. Entries beyond the end have none.
    pub demangled: Vec<Option<String>>,
    /// What callers rely on, where that was asked.
    pub abi: Option<UnitAbi>,
    /// What went wrong with this unit.
    pub errors: Vec<ReportError>,
    /// What to know about the object files, which is no trouble and no part of a report.
    pub warnings: Vec<String>,
}

/// Makes the report of all units.
///
/// Units are ordered by name and skipped files by path; equal ones keep the order they came in. Ids are
/// `UNIT#NAME`; where a name occurs again, `UNIT#FILE:NAME` with its FILE symbol, else `UNIT#NAME.2` and so on,
/// in the order of the entries, so that two runs give the same ids whatever is listed.
pub fn build_report(input: ReportInput) -> Report {
    let ReportInput { request, mut units, mut skipped, cost, fix, all, sources } = input;
    units.sort_by(|a, b| a.name.cmp(&b.name));
    skipped.sort();
    skipped.dedup();
    let mut builder = Builder { all, sources, ids: Ids::default(), summary: Summary::default() };
    let units = units.into_iter().map(|unit| builder.unit(unit)).collect();
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        request,
        units,
        skipped,
        summary: builder.summary,
        fix,
        cost,
    }
}

struct Builder {
    all: bool,
    sources: bool,
    ids: Ids,
    summary: Summary,
}

impl Builder {
    fn unit(&mut self, unit: UnitResult) -> UnitReport {
        let UnitResult {
            name,
            arch,
            module,
            objects,
            comparison,
            mut causes,
            mut sources,
            mut lines,
            mut demangled,
            abi,
            errors,
            ..
        } = unit;
        let abi = abi.as_ref();
        self.summary.units += 1;
        self.summary.units_failed += u64::from(!errors.is_empty());
        let Comparison { entries, unlisted_unchanged } = comparison.unwrap_or_default();
        self.summary.unchanged += unlisted_unchanged;
        if let Some(members) = abi.and_then(|abi| abi.members.as_ref()) {
            *self.summary.closure.get_or_insert(0) += members.iter().flatten().count() as u64;
        }
        causes.resize(entries.len(), Vec::new());
        sources.resize(entries.len(), Vec::new());
        lines.resize(entries.len(), Vec::new());
        demangled.resize(entries.len(), None);

        let ids: Vec<String> =
            entries.iter().map(|e| self.ids.give(Some(&name), &e.name, e.file.as_deref())).collect();
        let listed = self.listed(&entries, abi);
        let id_of = |index: Option<usize>| index.filter(|&i| listed[i]).map(|i| ids[i].clone());
        let mut symbols = Vec::new();
        let parts = causes.into_iter().zip(sources).zip(lines).zip(demangled);
        for ((index, entry), (((found, sources), lines), demangled)) in
            entries.into_iter().enumerate().zip(parts)
        {
            if entry.cold_of.is_none() {
                self.count(entry.status);
            }
            if !listed[index] {
                continue;
            }
            symbols.push(SymbolReport {
                id: ids[index].clone(),
                name: entry.name,
                original_name: entry.original_name,
                demangled,
                kind: entry.kind.into(),
                binding: entry.binding.into(),
                section: entry.section,
                file: entry.file,
                status: entry.status.into(),
                original_size: entry.size.original,
                patched_size: entry.size.patched,
                causes: found.into_iter().map(|found| cause(found, id_of)).collect(),
                cold_of: id_of(entry.cold_of),
                abi: abi.and_then(|abi| abi::entries(abi, index, id_of)),
                closure: abi.and_then(|abi| abi::membership(abi, index, id_of)),
                patchability: None,
                listing: entry.listing.map(|listing| detail::listing(listing, lines)),
                source: self.sources.then(|| sources.into_iter().map(detail::source).collect()),
                calls: None,
            });
        }
        UnitReport {
            name,
            arch,
            module,
            original: objects.original,
            patched: objects.patched,
            symbols,
            abi: abi.map(abi::unit),
            errors,
        }
    }

    /// Which entries the report lists: those with a status of interest, those that go by another name,
    /// members of the closure, and the functions of listed cold parts, so that `cold_of` always names an entry.
    fn listed(&self, entries: &[Entry], abi: Option<&UnitAbi>) -> Vec<bool> {
        let is_member = |index: usize| abi.is_some_and(|abi| abi.is_member(index));
        let mut listed: Vec<bool> = entries
            .iter()
            .enumerate()
            .map(|(index, e)| self.all || e.is_worth_listing() || is_member(index))
            .collect();
        for (index, entry) in entries.iter().enumerate() {
            if let (true, Some(parent)) = (listed[index], entry.cold_of) {
                listed[parent] = true;
            }
        }
        listed
    }

    fn count(&mut self, status: compare::Status) {
        let counter = match status {
            compare::Status::Changed => &mut self.summary.changed,
            compare::Status::New => &mut self.summary.new,
            compare::Status::Removed => &mut self.summary.removed,
            compare::Status::LineOnly => &mut self.summary.line_only,
            compare::Status::Unchanged => &mut self.summary.unchanged,
        };
        *counter += 1;
    }
}

/// A cause as the report has it: chains by id instead of by index.
fn cause(found: impact::Cause, id_of: impl Fn(Option<usize>) -> Option<String>) -> Cause {
    let link = |link: impact::ChainLink| ChainLink { id: id_of(link.entry), what: link.what, at: link.at };
    Cause {
        kind: found.kind.into(),
        summary: found.summary,
        symbol: found.symbol,
        location: found.location.map(Location::from),
        chain: found.chain.into_iter().map(link).collect(),
    }
}

impl From<impact::Location> for Location {
    fn from(at: impact::Location) -> Self {
        Location { file: at.file.display().to_string(), line: at.line }
    }
}

impl From<impact::CauseKind> for CauseKind {
    fn from(kind: impact::CauseKind) -> Self {
        match kind {
            impact::CauseKind::Source => CauseKind::Source,
            impact::CauseKind::Inline => CauseKind::Inline,
            impact::CauseKind::Macro => CauseKind::Macro,
            impact::CauseKind::Layout => CauseKind::Layout,
            impact::CauseKind::Reference => CauseKind::Reference,
            impact::CauseKind::Special => CauseKind::Special,
            impact::CauseKind::Data => CauseKind::Data,
            impact::CauseKind::Attributes => CauseKind::Attributes,
            impact::CauseKind::Ipa => CauseKind::Ipa,
            impact::CauseKind::Compiler => CauseKind::Compiler,
            impact::CauseKind::Unsure => CauseKind::Unsure,
        }
    }
}

impl From<EntryKind> for Kind {
    fn from(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Function => Kind::Function,
            EntryKind::Object => Kind::Object,
            EntryKind::Section => Kind::Section,
        }
    }
}

impl From<compare::Status> for Status {
    fn from(status: compare::Status) -> Self {
        match status {
            compare::Status::Changed => Status::Changed,
            compare::Status::New => Status::New,
            compare::Status::Removed => Status::Removed,
            compare::Status::LineOnly => Status::LineOnly,
            compare::Status::Unchanged => Status::Unchanged,
        }
    }
}

impl From<load::Binding> for Binding {
    fn from(binding: load::Binding) -> Self {
        match binding {
            load::Binding::Global => Binding::Global,
            load::Binding::Local => Binding::Local,
            load::Binding::Weak => Binding::Weak,
            load::Binding::Unique => Binding::Unique,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::SkipReason;

    fn entry(name: &str, status: compare::Status) -> Entry {
        Entry {
            kind: EntryKind::Function,
            name: name.to_owned(),
            original_name: None,
            binding: load::Binding::Local,
            section: Some(".text".to_owned()),
            file: None,
            status,
            extent: Pair::default(),
            size: Pair::new(Some(8), Some(8)),
            differences: Vec::new(),
            cold_of: None,
            shifts: compare::Shifts::default(),
            listing: None,
        }
    }

    fn report(units: Vec<UnitResult>, all: bool) -> Report {
        let request = Request {
            original: "a".to_owned(),
            patched: "b".to_owned(),
            compilers: Vec::new(),
            line_directives: false,
        };
        let input =
            ReportInput { request, units, skipped: Vec::new(), cost: None, fix: None, all, sources: false };
        build_report(input)
    }

    fn unit(name: &str, entries: Vec<Entry>) -> UnitResult {
        UnitResult {
            name: name.to_owned(),
            arch: "x86_64".to_owned(),
            comparison: Some(Comparison { entries, unlisted_unchanged: 0 }),
            ..UnitResult::default()
        }
    }

    fn ids(report: &Report) -> Vec<&str> {
        report.units.iter().flat_map(|u| &u.symbols).map(|s| s.id.as_str()).collect()
    }

    #[test]
    fn ids_are_unique_and_do_not_depend_on_what_is_listed() {
        use compare::Status::{Changed, Unchanged};
        let units = || {
            let mut named = entry("twice", Changed);
            named.file = Some("other.c".to_owned());
            let entries = vec![
                entry("twice", Unchanged),
                entry("twice", Changed),
                named,
                entry("twice.2", Changed),
                entry("once", Changed),
            ];
            vec![unit("b.c", vec![entry("once", Changed)]), unit("a.c", entries)]
        };
        let all = report(units(), true);
        assert_eq!(
            ids(&all),
            ["a.c#twice", "a.c#twice.2", "a.c#other.c:twice", "a.c#twice.2.2", "a.c#once", "b.c#once"]
        );
        assert_eq!(ids(&report(units(), false)), &ids(&all)[1..]);
    }

    #[test]
    fn cold_parts_are_listed_with_their_function_and_not_counted() {
        let parent = entry("f", compare::Status::Unchanged);
        let mut cold = entry("f.cold", compare::Status::Changed);
        cold.cold_of = Some(0);
        let built = report(vec![unit("a.c", vec![parent, cold])], false);
        assert_eq!(ids(&built), ["a.c#f", "a.c#f.cold"]);
        assert_eq!(built.units[0].symbols[1].cold_of.as_deref(), Some("a.c#f"));
        assert_eq!((built.summary.changed, built.summary.unchanged), (0, 1));
    }

    #[test]
    fn chains_name_listed_entries_only() {
        let f = entry("f", compare::Status::Changed);
        let mut table = entry("table", compare::Status::Changed);
        table.kind = EntryKind::Object;
        let mut result = unit("a.c", vec![f, table, entry("same", compare::Status::Unchanged)]);
        let link = |what: &str, entry| impact::ChainLink { what: what.to_owned(), entry, at: Some(4) };
        let chain = vec![link("table", Some(1)), link("string \"x\"", None), link("same", Some(2))];
        result.causes = vec![vec![impact::Cause {
            kind: impact::CauseKind::Reference,
            summary: "refers to table".to_owned(),
            symbol: None,
            location: None,
            chain,
        }]];
        let built = report(vec![result], false);
        let cause = &built.units[0].symbols[0].causes[0];
        assert_eq!(cause.kind, CauseKind::Reference);
        let chain: Vec<_> = cause.chain.iter().map(|l| l.id.as_deref()).collect();
        assert_eq!(chain, [Some("a.c#table"), None, None]);
    }

    #[test]
    fn listings_are_kept_and_unlisted_symbols_are_counted() {
        let mut f = entry("f", compare::Status::Changed);
        f.listing = Some(compare::Listing::default());
        let mut result = unit("a.c", vec![f]);
        result.comparison.as_mut().expect("it has one").unlisted_unchanged = 7;
        let mut failed = unit("b.c", Vec::new());
        failed.comparison = None;
        failed.errors = vec![ReportError { code: "compile".into(), message: "no".into(), path: None }];
        let built = report(vec![failed, result], false);
        assert!(built.units[1].symbols.is_empty() && built.units[0].symbols[0].listing.is_some());
        let summary = built.summary;
        assert_eq!((summary.changed, summary.unchanged, summary.units, summary.units_failed), (1, 7, 2, 1));
    }

    #[test]
    fn skipped_files_are_ordered_and_named_once() {
        let skip = |path: &str| Skipped { path: path.to_owned(), reason: SkipReason::BuildFile };
        let request = report(Vec::new(), false).request;
        let skipped = vec![skip("z"), skip("a"), skip("z")];
        let units = Vec::new();
        let input =
            ReportInput { request, units, skipped, cost: None, fix: None, all: false, sources: false };
        let built = build_report(input);
        let paths: Vec<_> = built.skipped.iter().map(|s| s.path.as_str()).collect();
        assert_eq!(paths, ["a", "z"]);
    }
}
