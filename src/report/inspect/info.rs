//! The functions and data objects of files as a list for people.

use std::io::{self, Write};

use super::{binding_word, kind_word, place};
use crate::inspect::model::{
    Flag, Info, InfoUnit, Reference, ReferenceKind, Symbol, TracingKind, Use, Visibility,
};
use crate::report::model::Kind;
use crate::report::style::{Role, Style, visible};

/// Writes `info` as a list; with `verbose` also where each reference is used and the FILE symbols.
///
/// # Errors
/// Only those of `out`.
pub fn write(info: &Info, verbose: bool, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let read = info.units.iter().filter(|unit| unit.arch.is_some());
    for (i, unit) in read.enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        write_unit(unit, verbose, style, out)?;
    }
    Ok(())
}

fn write_unit(unit: &InfoUnit, verbose: bool, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let arch = format!("({})", unit.arch.as_deref().unwrap_or_default());
    writeln!(out, "{} {}", style.paint(Role::Heading, &unit.name), style.paint(Role::Quiet, &arch))?;
    let places: Vec<String> =
        unit.symbols.iter().map(|s| place(s.section.as_deref(), s.offset, s.line)).collect();
    let width = places.iter().map(String::len).max().unwrap_or(0).min(40);
    for (symbol, place) in unit.symbols.iter().zip(&places) {
        write!(
            out,
            "  {:<8}  {:<6}  {:>7}  {:<width$}  {}",
            kind_word(symbol.kind),
            binding_word(symbol.binding),
            symbol.size.map_or_else(|| "-".to_owned(), |size| size.to_string()),
            visible(place),
            style.paint(Role::Heading, &symbol.name)
        )?;
        let facts = facts(symbol, verbose);
        if !facts.is_empty() {
            write!(out, "  {}", style.paint(Role::Quiet, &format!("({})", facts.join(", "))))?;
        }
        writeln!(out)?;
        for reference in symbol.references.iter().flatten() {
            write_reference(reference, verbose, style, out)?;
        }
    }
    let count = |kind| unit.symbols.iter().filter(|s| s.kind == kind).count();
    let word = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    writeln!(
        out,
        "  {}, {}",
        word(count(Kind::Function), "function", "functions"),
        word(count(Kind::Object), "data object", "data objects")
    )
}

/// What stands in parentheses behind a name.
fn facts(symbol: &Symbol, verbose: bool) -> Vec<String> {
    let mut facts: Vec<String> = Vec::new();
    facts.extend(symbol.demangled.clone());
    facts.extend(symbol.cold_of.as_ref().map(|parent| format!("cold part of {parent}")));
    facts.extend(symbol.cold_parts.iter().map(|part| format!("has the cold part {part}")));
    facts.extend(symbol.aliases.iter().map(|a| format!("also {} ({})", a.name, binding_word(a.binding))));
    for flag in &symbol.flags {
        let word = match flag {
            Flag::Init => "init",
            Flag::Exit => "exit",
            Flag::Traced if verbose => {
                facts.extend(symbol.tracing.iter().flatten().map(|site| {
                    let what = match site.kind {
                        TracingKind::Call => "calls the tracer",
                        TracingKind::McountLoc => "in __mcount_loc",
                        TracingKind::Patchable => "patchable entry",
                    };
                    match site.at {
                        Some(at) if at < 0 => format!("{what} at -{:#x}", at.unsigned_abs()),
                        Some(at) => format!("{what} at +{at:#x}"),
                        None => what.to_owned(),
                    }
                }));
                continue;
            }
            Flag::Traced => "traced",
            Flag::Notrace => "notrace",
            Flag::Exported => "exported",
            Flag::Ifunc => "ifunc",
            Flag::Common => "common",
            Flag::Tls => "thread-local",
            Flag::ByContent => "compared by content",
            Flag::Comdat => "COMDAT",
            Flag::Untyped => "no type",
        };
        facts.push(word.to_owned());
    }
    match symbol.visibility {
        Visibility::Default => {}
        Visibility::Internal => facts.push("internal".to_owned()),
        Visibility::Hidden => facts.push("hidden".to_owned()),
        Visibility::Protected => facts.push("protected".to_owned()),
    }
    if verbose {
        facts.extend(symbol.file.as_ref().map(|file| format!("of {file}")));
    }
    facts
}

fn write_reference(
    reference: &Reference,
    verbose: bool,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let using = match reference.using {
        Use::Call => "calls",
        Use::TailCall => "jumps to",
        Use::Address => "refers to",
    };
    let kind = match reference.kind {
        ReferenceKind::GlobalFunction => "global function",
        ReferenceKind::LocalFunction => "local function",
        ReferenceKind::GlobalObject => "global object",
        ReferenceKind::LocalObject => "local object",
        ReferenceKind::External => "external",
        // What these are says the text itself.
        ReferenceKind::String | ReferenceKind::Data | ReferenceKind::Section | ReferenceKind::Number => "",
    };
    write!(out, "      {using:<9}  {}", visible(&reference.what))?;
    if !kind.is_empty() {
        write!(out, "  {}", style.paint(Role::Quiet, &format!("({kind})")))?;
    }
    if verbose {
        let lines = reference.lines.iter().map(|line| format!("line {line}"));
        let at: Vec<String> = match reference.lines.is_empty() {
            true => reference.at.iter().map(|at| format!("+{at:#x}")).collect(),
            false => lines.collect(),
        };
        write!(out, "  {}", style.paint(Role::Quiet, &at.join(" ")))?;
    }
    writeln!(out)
}
