//! What callers rely on, as lines for people.

use std::io::{self, Write};

use super::super::model::{AbiEntry, AbiRole, AbiUnit, EvidenceSource, Report, SymbolReport, UnitReport};
use super::super::style::{Role, Style, visible};
use super::{WIDTH, count, json_name, wrapped};

/// Columns before a function's name.
const FUNCTION: usize = 2;
/// Columns before a reliance.
const ENTRY: usize = 4;
/// Columns before what belongs to a reliance.
const DETAIL: usize = 8;

/// Writes what `fixscope abi` found.
///
/// # Errors
/// Only those of `out`.
pub fn write(report: &Report, style: Style, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut reliances = 0u64;
    let mut functions = 0u64;
    let mut all = 0u64;
    for unit in &report.units {
        write!(out, "{}", style.paint(Role::Heading, &unit.name))?;
        if let Some(module) = &unit.module {
            write!(out, " {}", style.paint(Role::Quiet, &format!("({module})")))?;
        }
        writeln!(out)?;
        for error in &unit.errors {
            lines(
                &format!("! {}", error.message.lines().next().unwrap_or_default()),
                FUNCTION,
                FUNCTION + 2,
                out,
            )?;
        }
        for symbol in &unit.symbols {
            all += 1;
            let shown: Vec<&AbiEntry> =
                symbol.abi.iter().flatten().filter(|e| verbose || is_told_here(e)).collect();
            // Each is in the lists of both ends, if both have code.
            reliances += symbol.abi.iter().flatten().filter(|e| is_told_here(e)).count() as u64;
            functions += u64::from(symbol.abi.iter().flatten().next().is_some());
            if shown.is_empty() {
                continue;
            }
            let name = symbol.demangled.as_deref().unwrap_or(&symbol.name);
            writeln!(out, "{:FUNCTION$}{}", "", style.paint(Role::Changed, name))?;
            for found in shown {
                entry(found, ENTRY, verbose, out)?;
            }
        }
        if let Some(about) = &unit.abi {
            self::unit(about, verbose, out)?;
        }
        writeln!(out)?;
    }
    if let (Some(cost), true) = (report.cost, verbose) {
        writeln!(out, "{}, {:.1} s", count(cost.compilations, "compilation", "compilations"), cost.seconds)?;
    }
    let told = match reliances {
        0 => format!("Nothing seen that anybody relies on in {}.", count(all, "function", "functions")),
        _ => format!(
            "{}, in which {functions} of {} take part.",
            count(reliances, "reliance", "reliances"),
            count(all, "function", "functions")
        ),
    };
    writeln!(out, "{told}")
}

/// Each reliance is told with the function that is relied on, if that is in the list.
fn is_told_here(entry: &AbiEntry) -> bool {
    entry.role == AbiRole::Caller || entry.other.id.is_none()
}

/// The reliances of one function in the list of `analyze`.
pub(super) fn of_symbol(
    symbol: &SymbolReport,
    verbose: bool,
    indent: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(list) = &symbol.abi else { return Ok(()) };
    for found in list.iter().filter(|e| verbose || e.role == AbiRole::Caller) {
        entry(found, indent, verbose, out)?;
    }
    Ok(())
}

fn entry(found: &AbiEntry, indent: usize, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let other = &found.other.name;
    let who = match found.role {
        AbiRole::Caller => format!("{other} relies on it"),
        AbiRole::Callee => format!("relies on {other}"),
    };
    let at = found.evidence.iter().find_map(|e| e.at).map(|at| format!(" at +{at:#x}")).unwrap_or_default();
    let option = found.option.as_ref().filter(|_| verbose).map(|o| format!(" ({o})")).unwrap_or_default();
    let text = format!("{who}: {}, {}{at}{option}", found.kind, json_name(&found.strength));
    lines(&text, indent, indent + 4, out)?;
    let detail = indent + DETAIL - ENTRY;
    // Of several one is enough here, and the code names registers and places.
    let telling = found.evidence.iter().position(|e| e.source == EvidenceSource::Code).unwrap_or(0);
    let shown =
        if verbose { 0..found.evidence.len() } else { telling..(telling + 1).min(found.evidence.len()) };
    for one in &found.evidence[shown] {
        let place = one.at.filter(|_| verbose).map(|at| format!("+{at:#x}: ")).unwrap_or_default();
        let source = if verbose { format!("{}: ", json_name(&one.source)) } else { String::new() };
        lines(&format!("{source}{place}{}", one.summary), detail, detail, out)?;
    }
    lines(&format!("-> {}", found.action.summary), detail, detail + 3, out)
}

/// What there is to know of a unit as a whole.
pub(super) fn unit(about: &AbiUnit, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    for missing in &about.missing {
        lines(&format!("! {missing}"), FUNCTION, FUNCTION + 2, out)?;
    }
    for unproved in &about.unproved {
        lines(&format!("! not proved: {unproved}"), FUNCTION, FUNCTION + 2, out)?;
    }
    if !about.knock_on.is_empty() {
        let changes = count(about.knock_on.len() as u64, "knock-on change", "knock-on changes");
        lines(&format!("{changes}, which prove no reliance"), FUNCTION, FUNCTION, out)?;
        for one in about.knock_on.iter().filter(|_| verbose) {
            lines(&format!("{} when {} is kept apart", one.changed, one.opaque), ENTRY, DETAIL, out)?;
        }
    }
    if !about.refuted.is_empty() {
        let wrong = count(about.refuted.len() as u64, "suspicion", "suspicions");
        lines(&format!("{wrong} that compiling again showed to be wrong"), FUNCTION, FUNCTION, out)?;
        for one in about.refuted.iter().filter(|_| verbose) {
            lines(one, ENTRY, DETAIL, out)?;
        }
    }
    for shaped in &about.shaped {
        let names = if verbose { format!(": {}", shaped.functions.join(", ")) } else { String::new() };
        let functions = count(shaped.functions.len() as u64, "function differs", "functions differ");
        lines(&format!("{functions} with {}{names}", shaped.option), FUNCTION, ENTRY, out)?;
    }
    Ok(())
}

/// The closure, with the reason of each member.
pub(super) fn closure(unit: &UnitReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let members = || unit.symbols.iter().filter_map(|s| Some((s, s.closure.as_ref().filter(|c| c.member)?)));
    if members().next().is_none() {
        return Ok(());
    }
    writeln!(out, "  {}", style.paint(Role::Heading, "closure: to be replaced together"))?;
    for (symbol, member) in members() {
        let mut text = format!("{}: {}", symbol.name, member.summary);
        if !member.carried_by.is_empty() {
            let names: Vec<&str> = member
                .carried_by
                .iter()
                .filter_map(|id| unit.symbols.iter().find(|s| s.id == *id))
                .map(|s| s.name.as_str())
                .collect();
            text +=
                &format!("; it has no entry of its own to redirect and is carried by {}", names.join(", "));
        }
        lines(&text, ENTRY, DETAIL, out)?;
    }
    Ok(())
}

fn lines(text: &str, first: usize, others: usize, out: &mut dyn Write) -> io::Result<()> {
    for (index, line) in wrapped(text, WIDTH - others).into_iter().enumerate() {
        let indent = if index == 0 { first } else { others };
        writeln!(out, "{:indent$}{}", "", visible(line))?;
    }
    Ok(())
}
