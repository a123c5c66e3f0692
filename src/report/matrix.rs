//! One fix on many trees as a table.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::markdown::{code, row};
use super::model::Kind;
use super::style::{Role, Style, visible};
use super::text::json_name;
use crate::saved::matrix::{Cell, Matrix, State};

/// Writes the table as Markdown.
///
/// # Errors
/// Only those of `out`.
pub fn write_markdown(matrix: &Matrix, out: &mut dyn Write) -> io::Result<()> {
    let mut head = vec!["Unit".to_owned(), "Name".to_owned()];
    head.extend(matrix.columns.iter().map(|column| code(&column.name)));
    out.write_all(row(&head).as_bytes())?;
    out.write_all(row(&vec!["---".to_owned(); head.len()]).as_bytes())?;
    for entry in &matrix.rows {
        let mut cells = vec![code(&entry.unit), format!("{}{}", code(&entry.name), remark(entry.kind))];
        cells.extend(entry.cells.iter().map(words));
        out.write_all(row(&cells).as_bytes())?;
    }
    Ok(())
}

/// Writes the table for a terminal: units, and below each its functions and data objects.
///
/// # Errors
/// Only those of `out`.
pub fn write(matrix: &Matrix, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> =
        matrix.rows.iter().map(|row| format!("{}{}", visible(&row.name), remark(row.kind))).collect();
    let heads: Vec<_> = matrix.columns.iter().map(|column| visible(&column.name)).collect();
    let first = names.iter().map(|name| name.width()).max().unwrap_or(0) + 2;
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(i, head)| {
            let cells = matrix.rows.iter().filter_map(|row| row.cells.get(i)).map(|cell| words(cell).width());
            cells.chain([head.width()]).max().unwrap_or(0)
        })
        .collect();
    let padded =
        |text: &str, width: usize| format!("{text}{:fill$}", "", fill = width.saturating_sub(text.width()));
    let head: Vec<String> = heads.iter().zip(&widths).map(|(head, &width)| padded(head, width)).collect();
    writeln!(out, "{:first$}  {}", "", style.paint(Role::Heading, head.join("  ").trim_end()))?;
    let mut unit = None;
    for (entry, name) in matrix.rows.iter().zip(&names) {
        if unit != Some(&entry.unit) {
            writeln!(out, "{}", style.paint(Role::Heading, &entry.unit))?;
            unit = Some(&entry.unit);
        }
        write!(out, "{}", padded(&format!("  {name}"), first))?;
        for (i, (cell, &width)) in entry.cells.iter().zip(&widths).enumerate() {
            let text = words(cell);
            let is_last = i + 1 == entry.cells.len();
            let text = if is_last { text } else { padded(&text, width) };
            write!(out, "  {}", style.paint(role(cell), &text))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn remark(kind: Kind) -> &'static str {
    match kind {
        Kind::Function => "",
        Kind::Object => " (data object)",
        Kind::Section => " (section)",
    }
}

/// A cell in words, of which each says something by itself.
fn words(cell: &Cell) -> String {
    let mut text = json_name(&cell.state).replace('_', " ");
    if cell.closure == Some(true) {
        text += ", to be replaced";
    }
    if cell.cannot_be_patched == Some(true) {
        text += ", cannot be patched";
    }
    text
}

fn role(cell: &Cell) -> Role {
    match cell.state {
        _ if cell.cannot_be_patched == Some(true) => Role::Failed,
        State::Changed => Role::Changed,
        State::New => Role::New,
        State::Removed => Role::Removed,
        State::Failed => Role::Failed,
        _ => Role::Quiet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::tests::sample;
    use crate::saved::matrix::matrix;

    #[test]
    fn the_tables() {
        let (mut first, mut second) = (sample(), sample());
        first.units.truncate(2);
        first.units[1].symbols.truncate(1);
        first.units[1].symbols[0].name = "f|\u{1b}[31m`".to_owned();
        second.units.clear();
        let matrix = matrix(&[("6.1".to_owned(), first), ("5.10\u{202e}".to_owned(), second)]);
        let written = |write: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
            let mut out = Vec::new();
            write(&mut out).expect("memory takes all");
            String::from_utf8(out).expect("it is text")
        };
        let text = written(&|out| write(&matrix, Style::PLAIN, out));
        let want = [
            "                 6.1      5.10\\u{202e}",
            "lib/list.c",
            "  f|\\u{1b}[31m`  changed  no unit",
            "",
        ];
        assert_eq!(text, want.join("\n"));
        let markdown = written(&|out| write_markdown(&matrix, out));
        let want = [
            "| Unit | Name | `6.1` | `5.10\\u{202e}` |",
            "| --- | --- | --- | --- |",
            "| `lib/list.c` | `` f\\|\\u{1b}[31m` `` | changed | no unit |",
            "",
        ];
        assert_eq!(markdown, want.join("\n"));
    }
}
