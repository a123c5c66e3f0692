//! Functions and data objects line by line.

use std::io::{self, Write};

use super::{binding_word, kind_word, place};
use crate::inspect::model::{Show, ShownLine, ShownSymbol};
use crate::report::style::{Role, Style, visible};

/// Columns that the bytes of most instructions fit in.
const BYTES: usize = 24;

/// Writes `show` for people to read.
///
/// # Errors
/// Only those of `out`.
pub fn write(show: &Show, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (i, symbol) in show.symbols.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        write_symbol(symbol, style, out)?;
    }
    Ok(())
}

fn write_symbol(symbol: &ShownSymbol, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut facts = vec![
        format!("{} {}", binding_word(symbol.binding), kind_word(symbol.kind)),
        place(symbol.section.as_deref(), symbol.offset, symbol.line),
    ];
    facts.extend(symbol.size.map(|size| format!("{size} {}", if size == 1 { "byte" } else { "bytes" })));
    facts.extend(symbol.file.as_ref().map(|file| format!("of {file}")));
    facts.extend(symbol.aliases.iter().map(|name| format!("also {name}")));
    facts.extend(symbol.cold_of.as_ref().map(|parent| format!("cold part of {parent}")));
    writeln!(
        out,
        "{}: {}  {}",
        visible(&symbol.unit),
        style.paint(Role::Heading, &symbol.name),
        style.paint(Role::Quiet, &format!("({})", facts.join(", ")))
    )?;
    symbol.lines.iter().try_for_each(|line| write_line(line, style, out))
}

fn write_line(line: &ShownLine, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some(label) = &line.label {
        writeln!(out, "  {}:", style.paint(Role::Place, label))?;
    }
    let Some(at) = line.at else {
        return match line.line {
            Some(number) => writeln!(out, "  {number:>8}  {}", visible(&line.text)),
            None => writeln!(out, "      {}", visible(&line.text)),
        };
    };
    let at = format!("+{at:#x}");
    let bytes = line.bytes.as_deref().unwrap_or_default();
    let bytes = format!("{bytes:<BYTES$}");
    writeln!(out, "  {at:>8}  {}  {}", style.paint(Role::Quiet, &bytes), visible(&line.text))
}
