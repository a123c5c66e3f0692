//! The report as a list for people: units, symbols with their status, causes, and a conclusion. Fits 80 columns
//! where names do.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::listing;
use super::model::{
    Cause, Kind, Location, Report, ReportError, SkipReason, Status, SymbolReport, UnitReport,
};
use super::style::{Role, Style, visible};
use crate::compare::Listing;

/// Columns that lines are wrapped to.
const WIDTH: usize = 80;
/// Columns before a symbol's mark.
const SYMBOL: usize = 2;
/// Columns before the kind of a cause.
const CAUSE: usize = 6;
/// Columns of the widest kind of cause and the gap behind it.
const CAUSE_KIND: usize = 12;

/// How the list is written.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// Colours, or none.
    pub style: Style,
    /// Sizes, chains, cold parts, object files, compilers and cost too.
    pub verbose: bool,
    /// Show the changed instructions with that many equal ones around them.
    pub context: Option<usize>,
}

/// Writes `report` as a list. `listings` are the instructions of changed functions by the id of their entry.
///
/// # Errors
/// Only those of `out`.
pub fn write(
    report: &Report,
    listings: &BTreeMap<String, Listing>,
    options: TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = Writer { options, listings, out };
    if options.verbose {
        writer.request(report)?;
    }
    for unit in &report.units {
        writer.unit(unit)?;
    }
    writer.skipped(report)?;
    for line in wrapped(&conclusion(report), WIDTH) {
        writeln!(writer.out, "{line}")?;
    }
    Ok(())
}

struct Writer<'a> {
    options: TextOptions,
    listings: &'a BTreeMap<String, Listing>,
    out: &'a mut dyn Write,
}

impl Writer<'_> {
    fn request(&mut self, report: &Report) -> io::Result<()> {
        let request = &report.request;
        self.field("original", &request.original)?;
        self.field("patched", &request.patched)?;
        for compiler in &request.compilers {
            let units = count(u64::from(compiler.units), "unit", "units");
            self.field("compiler", &format!("{}, for {}, {units}", compiler.version, compiler.target))?;
        }
        if let Some(cost) = report.cost {
            let compilations = count(cost.compilations, "compilation", "compilations");
            self.field("cost", &format!("{compilations}, {:.1} s", cost.seconds))?;
        }
        writeln!(self.out)
    }

    fn field(&mut self, name: &str, value: &str) -> io::Result<()> {
        writeln!(self.out, "{:<10}{}", format!("{name}:"), visible(value))
    }

    fn unit(&mut self, unit: &UnitReport) -> io::Result<()> {
        if unit.symbols.is_empty() && unit.errors.is_empty() && !self.options.verbose {
            return Ok(());
        }
        let style = self.options.style;
        write!(self.out, "{}", style.paint(Role::Heading, &unit.name))?;
        if let Some(module) = &unit.module {
            write!(self.out, " {}", style.paint(Role::Quiet, &format!("({module})")))?;
        }
        writeln!(self.out)?;
        if self.options.verbose {
            let side = |path: &Option<String>| path.clone().unwrap_or_else(|| "none".to_owned());
            let paths = format!("{} -> {}, {}", side(&unit.original), side(&unit.patched), unit.arch);
            writeln!(self.out, "    {}", style.paint(Role::Quiet, &paths))?;
        }
        for error in &unit.errors {
            self.error(error)?;
        }
        for symbol in &unit.symbols {
            self.symbol(symbol)?;
        }
        if unit.symbols.is_empty() && unit.errors.is_empty() {
            writeln!(self.out, "  = unchanged")?;
        }
        writeln!(self.out)
    }

    /// The first line of what went wrong; all of it is on standard error.
    fn error(&mut self, error: &ReportError) -> io::Result<()> {
        let message = error.message.lines().next().unwrap_or_default();
        let style = self.options.style;
        let indent = SYMBOL + "! failed     ".len();
        for (index, line) in wrapped(message, WIDTH - indent).into_iter().enumerate() {
            match index {
                0 => write!(self.out, "{:SYMBOL$}{}  ", "", style.paint(Role::Failed, "! failed   "))?,
                _ => write!(self.out, "{:indent$}", "")?,
            }
            writeln!(self.out, "{}", visible(line))?;
        }
        Ok(())
    }

    fn symbol(&mut self, symbol: &SymbolReport) -> io::Result<()> {
        if symbol.cold_of.is_some() && !self.options.verbose {
            return Ok(());
        }
        let style = self.options.style;
        let (mark, word, role) = match symbol.status {
            Status::Changed => ('*', "changed", Role::Changed),
            Status::New => ('+', "new", Role::New),
            Status::Removed => ('-', "removed", Role::Removed),
            Status::LineOnly => ('~', "line only", Role::Quiet),
            Status::Unchanged => ('=', "unchanged", Role::Quiet),
        };
        let status = style.paint(role, &format!("{mark} {word:<9}")).to_string();
        write!(
            self.out,
            "{:SYMBOL$}{status}  {}",
            "",
            visible(symbol.demangled.as_deref().unwrap_or(&symbol.name))
        )?;
        let remarks = self.remarks(symbol);
        if !remarks.is_empty() {
            write!(self.out, "  {}", style.paint(Role::Quiet, &format!("({})", remarks.join(", "))))?;
        }
        writeln!(self.out)?;
        for cause in &symbol.causes {
            self.cause(cause)?;
        }
        if let (Some(context), Some(listing)) = (self.options.context, self.listings.get(&symbol.id)) {
            listing::write(&symbol.name, listing, context, "    ", style, self.out)?;
        }
        Ok(())
    }

    fn remarks(&self, symbol: &SymbolReport) -> Vec<String> {
        let mut remarks = Vec::new();
        match symbol.kind {
            Kind::Function => {}
            Kind::Object => remarks.push("data object".to_owned()),
            Kind::Section => remarks.push("section".to_owned()),
        }
        if let Some(name) = &symbol.original_name {
            remarks.push(format!("was {name}"));
        }
        if let Some(file) = &symbol.file {
            remarks.push(format!("of {file}"));
        }
        if symbol.cold_of.is_some() {
            remarks.push("cold part".to_owned());
        }
        if self.options.verbose {
            remarks.extend(match (symbol.original_size, symbol.patched_size) {
                (Some(original), Some(patched)) if original != patched => {
                    Some(format!("{original} -> {patched} bytes"))
                }
                (Some(size), _) | (None, Some(size)) => Some(count(size, "byte", "bytes")),
                (None, None) => None,
            });
        }
        remarks
    }

    fn cause(&mut self, cause: &Cause) -> io::Result<()> {
        const INDENT: usize = CAUSE + CAUSE_KIND;
        let style = self.options.style;
        let kind = json_name(&cause.kind);
        let place = cause.location.as_ref().map(place);
        let text = match &place {
            Some(place) => format!("{place}: {}", cause.summary),
            None => cause.summary.clone(),
        };
        for (index, line) in wrapped(&text, WIDTH - INDENT).into_iter().enumerate() {
            let kind = if index == 0 { kind.as_str() } else { "" };
            write!(self.out, "{:CAUSE$}{kind:<CAUSE_KIND$}", "")?;
            match place.as_deref().filter(|_| index == 0).and_then(|p| Some((p, line.strip_prefix(p)?))) {
                Some((place, rest)) => {
                    writeln!(self.out, "{}{}", style.paint(Role::Place, place), visible(rest))?;
                }
                None => writeln!(self.out, "{}", visible(line))?,
            }
        }
        if self.options.verbose {
            for link in &cause.chain {
                let at = link.at.map(|at| format!(" at +{at:#x}")).unwrap_or_default();
                writeln!(self.out, "{:INDENT$}-> {}{at}", "", visible(&link.what))?;
            }
        } else if !cause.chain.is_empty() {
            let chain: String = cause.chain.iter().map(|link| format!("-> {} ", link.what)).collect();
            for line in wrapped(&chain, WIDTH - INDENT) {
                writeln!(self.out, "{:INDENT$}{}", "", visible(line))?;
            }
        }
        Ok(())
    }

    fn skipped(&mut self, report: &Report) -> io::Result<()> {
        if report.skipped.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "{}", self.options.style.paint(Role::Heading, "Not compared"))?;
        for skipped in &report.skipped {
            let (mark, role) = match skipped.reason {
                SkipReason::Documentation => ('=', Role::Quiet),
                _ => ('!', Role::Failed),
            };
            let mark = self.options.style.paint(role, &mark.to_string()).to_string();
            writeln!(self.out, "  {mark} {}: {}", visible(&skipped.path), skip_reason(skipped.reason))?;
        }
        writeln!(self.out)
    }
}

/// What a reason to skip a file means, as the list and messages say it.
pub fn skip_reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::NotBuilt => "this configuration does not build it",
        SkipReason::NotCompiled => "no compilation reads it",
        SkipReason::BuildFile => "an input of the build",
        SkipReason::Documentation => "documentation",
        SkipReason::Unsupported => "a kind of file that is not compared",
    }
}

fn place(location: &Location) -> String {
    format!("{}:{}", location.file, location.line)
}

/// The name that the JSON form has for a value without fields: one list of words for both forms.
fn json_name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// What came out, in a sentence or two.
fn conclusion(report: &Report) -> String {
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

/// Breaks `text` at spaces into lines of at most `width` columns. A word that is wider stays whole.
fn wrapped(text: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let (mut start, mut columns, mut end) = (0, 0, 0);
    let mut at = 0;
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        if columns + bare.chars().count() > width && end > start {
            lines.push(&text[start..end]);
            (start, columns) = (at, 0);
        }
        columns += word.chars().count();
        end = at + bare.len();
        at += word.len();
    }
    lines.push(&text[start..end]);
    lines
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::listing::tests::listing;
    use crate::report::model::*;

    fn symbol(unit: &str, name: &str, status: Status) -> SymbolReport {
        SymbolReport {
            id: format!("{unit}#{name}"),
            name: name.to_owned(),
            original_name: None,
            demangled: None,
            kind: Kind::Function,
            binding: Binding::Global,
            section: Some(format!(".text.{name}")),
            file: None,
            status,
            original_size: (status != Status::New).then_some(64),
            patched_size: (status != Status::Removed).then_some(80),
            causes: Vec::new(),
            cold_of: None,
            abi: None,
            closure: None,
            patchability: None,
        }
    }

    fn cause(kind: CauseKind, summary: &str, location: Option<(&str, u32)>) -> Cause {
        Cause {
            kind,
            summary: summary.to_owned(),
            symbol: None,
            location: location.map(|(file, line)| Location { file: file.to_owned(), line }),
            chain: Vec::new(),
        }
    }

    /// A report with one of everything that the writers treat differently.
    pub(crate) fn sample() -> (Report, BTreeMap<String, Listing>) {
        let mut insert = symbol("lib/list.c", "list_insert", Status::Changed);
        insert.causes = vec![
            cause(CauseKind::Source, "its own lines are in the patch", Some(("lib/list.c", 42))),
            cause(
                CauseKind::Inline,
                "inlines list_check, whose lines are in the patch and which is also inlined elsewhere",
                Some(("include/list.h", 12)),
            ),
        ];
        let mut cold = symbol("lib/list.c", "list_insert.cold", Status::New);
        cold.cold_of = Some(insert.id.clone());
        let mut names = symbol("lib/list.c", "names", Status::Changed);
        names.kind = Kind::Object;
        names.causes = vec![cause(CauseKind::Data, "16 bytes at offset 8 differ", None)];
        let mut show = symbol("lib/show.c", "show", Status::Changed);
        show.original_name = Some("show.constprop.0".to_owned());
        show.file = Some("show.c".to_owned());
        let mut reference = cause(CauseKind::Reference, "refers to a string that changed", None);
        reference.chain = vec![
            ChainLink { id: Some("lib/list.c#names".to_owned()), what: "names".to_owned(), at: Some(20) },
            ChainLink { id: None, what: "string \"a\\x1b\"".to_owned(), at: None },
        ];
        show.causes = vec![reference];
        let unit = |name: &str, symbols, errors| UnitReport {
            name: name.to_owned(),
            arch: "x86_64".to_owned(),
            module: None,
            original: Some(format!("original/{name}.o")),
            patched: Some(format!("patched/{name}.o")),
            symbols,
            errors,
        };
        let mut list = unit(
            "lib/list.c",
            vec![
                insert,
                cold,
                symbol("lib/list.c", "list_grow", Status::New),
                symbol("lib/list.c", "list_warn", Status::LineOnly),
                names,
                symbol("lib/list.c", "list_old", Status::Removed),
            ],
            vec![],
        );
        list.module = Some("list".to_owned());
        let failure = ReportError {
            code: "compile".to_owned(),
            message:
                "lib/bad.c: the compiler failed on the patched side, see what it says and fix the source\n\
                      lib/bad.c:3: error: expected ';'"
                    .to_owned(),
            path: Some("lib/bad.c".to_owned()),
        };
        let skip = |path: &str, reason| Skipped { path: path.to_owned(), reason };
        let report = Report {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: "fixscope".to_owned(), version: "0.0.0".to_owned() },
            request: Request {
                original: "demo".to_owned(),
                patched: "fix.patch".to_owned(),
                compilers: vec![Compiler {
                    version: "gcc (Debian 12.2.0-14) 12.2.0".to_owned(),
                    target: "x86_64-linux-gnu".to_owned(),
                    units: 3,
                }],
                line_directives: true,
            },
            units: vec![
                unit("lib/bad.c", vec![], vec![failure]),
                list,
                unit("lib/same.c", vec![], vec![]),
                unit("lib/show.c", vec![show], vec![]),
            ],
            skipped: vec![skip("Makefile", SkipReason::BuildFile), skip("README", SkipReason::Documentation)],
            summary: Summary {
                changed: 3,
                new: 1,
                removed: 1,
                line_only: 1,
                unchanged: 12,
                closure: None,
                units: 4,
                units_failed: 1,
            },
            cost: Some(Cost { compilations: 6, seconds: 1.5 }),
        };
        let instructions = listing(" push %rbx\n-cmp $0x5,%eax\n+cmp $0x6,%eax\n call list_grow\n ret");
        (report, BTreeMap::from([("lib/list.c#list_insert".to_owned(), instructions)]))
    }

    fn text(options: TextOptions) -> String {
        let (report, listings) = sample();
        let mut out = Vec::new();
        write(&report, &listings, options, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("it is text")
    }

    /// Compares with a file beside this one; `FIXSCOPE_UPDATE=1 cargo test report` writes it anew.
    fn expect(text: &str, file: &str) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/testdata").join(file);
        if std::env::var_os("FIXSCOPE_UPDATE").is_some() {
            std::fs::write(&path, text).expect("the expected text can be written");
        }
        assert_eq!(text, std::fs::read_to_string(&path).expect("the expected text is there"));
    }

    const PLAIN: TextOptions = TextOptions { style: Style::PLAIN, verbose: false, context: None };

    #[test]
    fn the_list() {
        expect(&text(PLAIN), "list.txt");
    }

    #[test]
    fn the_list_in_detail_with_instructions() {
        let options = TextOptions { verbose: true, context: Some(1), ..PLAIN };
        expect(&text(options), "verbose.txt");
    }

    #[test]
    fn colours_add_nothing_but_colour() {
        let coloured = text(TextOptions { style: Style { coloured: true }, verbose: true, context: Some(1) });
        let mut plain = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once('\x1b') {
            plain += before;
            rest = after.split_once('m').expect("a sequence ends").1;
        }
        plain += rest;
        assert_eq!(plain, text(TextOptions { verbose: true, context: Some(1), ..PLAIN }));
        assert_ne!(plain, coloured);
    }

    #[test]
    fn lines_fit_eighty_columns() {
        for line in text(PLAIN).lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }

    #[test]
    fn conclusion_of_reports_without_changes() {
        let (mut report, _) = sample();
        report.units.clear();
        report.skipped.clear();
        report.summary = Summary::default();
        assert_eq!(conclusion(&report), "No unit was compared.");
        report.summary = Summary { units: 2, units_failed: 2, ..Summary::default() };
        assert_eq!(conclusion(&report), "Nothing could be compared; 2 units failed.");
        report.summary = Summary { units: 2, unchanged: 9, line_only: 1, ..Summary::default() };
        assert_eq!(
            conclusion(&report),
            "Nothing changed in 2 units; 1 differs in line numbers only; 9 unchanged."
        );
    }
}
