//! The report as a list for people: units, symbols with their status, causes, and a conclusion. Fits 80 columns
//! where names do.

mod abi;

use std::io::{self, Write};

use super::conclusion::conclusion;
use super::listing::{self, View};
use super::model::{
    Cause, CauseKind, Kind, Location, PatchabilityVerdict, Report, ReportError, SkipReason, Status,
    SymbolReport, UnitReport,
};
use super::style::{Role, Style, visible};

pub use abi::write as write_abi;

/// Columns that lines are wrapped to where no terminal has more.
pub const WIDTH: usize = 80;
/// Columns before a symbol's mark.
const SYMBOL: usize = 2;
/// Columns before the kind of a cause.
const CAUSE: usize = 6;
/// Columns of the widest kind of cause and the gap behind it.
const CAUSE_KIND: usize = 12;

/// Columns before a line of a listing.
const LISTING: usize = 4;

/// How the list is written.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// Colours, or none.
    pub style: Style,
    /// Sizes, chains, cold parts, object files, compilers and cost too.
    pub verbose: bool,
    /// Columns that lines are wrapped to.
    pub width: usize,
    /// How changed instructions and contents are shown, when they are.
    pub view: Option<View>,
}

/// Writes `report` as a list.
///
/// # Errors
/// Only those of `out`.
pub fn write(report: &Report, options: TextOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer { options, out };
    if options.verbose {
        writer.request(report)?;
    }
    for unit in &report.units {
        writer.unit(unit)?;
    }
    writer.skipped(report)?;
    for line in wrapped(&conclusion(report), options.width) {
        writeln!(writer.out, "{line}")?;
    }
    Ok(())
}

struct Writer<'a> {
    options: TextOptions,
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
            // Objects that were made only to be compared are gone.
            let paths = (unit.original.is_some() || unit.patched.is_some())
                .then(|| format!("{} -> {}", side(&unit.original), side(&unit.patched)));
            let facts: Vec<String> =
                paths.into_iter().chain(Some(unit.arch.clone())).filter(|f| !f.is_empty()).collect();
            if !facts.is_empty() {
                writeln!(self.out, "    {}", style.paint(Role::Quiet, &facts.join(", ")))?;
            }
        }
        for error in &unit.errors {
            self.error(error)?;
        }
        for symbol in &unit.symbols {
            self.symbol(symbol)?;
        }
        abi::closure(unit, style, self.out)?;
        if let Some(about) = &unit.abi {
            abi::unit(about, self.options.verbose, self.out)?;
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
        for (index, line) in
            wrapped(message, self.options.width.saturating_sub(indent)).into_iter().enumerate()
        {
            match index {
                0 => write!(self.out, "{:SYMBOL$}{}  ", "", style.paint(Role::Failed, "! failed   "))?,
                _ => write!(self.out, "{:indent$}", "")?,
            }
            writeln!(self.out, "{}", visible(line))?;
        }
        Ok(())
    }

    fn symbol(&mut self, symbol: &SymbolReport) -> io::Result<()> {
        // A member of the closure that did not change is told there.
        let only_member =
            symbol.status == Status::Unchanged && symbol.closure.as_ref().is_some_and(|c| c.member);
        if only_member && symbol.original_name.is_none() && !self.options.verbose {
            return Ok(());
        }
        let listing = self.options.view.zip(symbol.listing.as_ref());
        if symbol.cold_of.is_some() && listing.is_none() && !self.options.verbose {
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
        write!(self.out, "{:SYMBOL$}{status}  {}", "", visible(symbol.shown_name()))?;
        let remarks = self.remarks(symbol);
        if !remarks.is_empty() {
            write!(self.out, "  {}", style.paint(Role::Quiet, &format!("({})", remarks.join(", "))))?;
        }
        writeln!(self.out)?;
        for cause in &symbol.causes {
            self.cause(cause)?;
        }
        abi::of_symbol(symbol, self.options.verbose, CAUSE, self.out)?;
        self.patchability(symbol)?;
        if let Some((view, listing)) = listing {
            listing::write(&symbol.name, listing, view, LISTING, style, self.out)?;
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
        if symbol.closure.as_ref().is_some_and(|closure| closure.member) {
            remarks.push("to be replaced".to_owned());
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

    /// What is relied on, and what to mind when it is replaced.
    fn patchability(&mut self, symbol: &SymbolReport) -> io::Result<()> {
        if let Some(patchability) = &symbol.patchability {
            let (word, role) = match patchability.verdict {
                PatchabilityVerdict::Ok => ("ok", Role::Quiet),
                PatchabilityVerdict::Care => ("with care", Role::Changed),
                PatchabilityVerdict::No => ("no way", Role::Failed),
            };
            if patchability.notes.is_empty() && patchability.verdict != PatchabilityVerdict::Ok {
                self.finding(word, role, "")?;
            }
            for note in &patchability.notes {
                let at = note.location.as_ref().map(|at| format!("{}: ", place(at))).unwrap_or_default();
                self.finding(word, role, &format!("{at}{}. {}", note.summary, note.action))?;
            }
        }
        Ok(())
    }

    fn finding(&mut self, word: &str, role: Role, text: &str) -> io::Result<()> {
        const INDENT: usize = CAUSE + CAUSE_KIND;
        let width = self.options.width.saturating_sub(INDENT);
        // What is made visible is longer.
        for (index, line) in wrapped(&visible(text), width).into_iter().enumerate() {
            let word = if index == 0 { word } else { "" };
            let word = self.options.style.paint(role, &format!("{word:<CAUSE_KIND$}")).to_string();
            writeln!(self.out, "{:CAUSE$}{word}{line}", "")?;
        }
        Ok(())
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
        for (index, line) in wrapped(&text, self.options.width.saturating_sub(INDENT)).into_iter().enumerate()
        {
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
        } else {
            // What the sentence has said already is not said again.
            let unsaid = cause
                .chain
                .iter()
                .filter(|link| cause.kind != CauseKind::Data && !cause.summary.contains(&link.what));
            let chain: String = unsaid.map(|link| format!("-> {} ", link.what)).collect();
            for line in wrapped(&chain, self.options.width.saturating_sub(INDENT))
                .into_iter()
                .filter(|line| !line.is_empty())
            {
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
pub(super) fn json_name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

pub(super) fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
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
pub(crate) mod tests;
