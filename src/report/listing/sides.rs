//! The original on the left, the patched side on the right.
//!
//! Between them stands a mark, as `sdiff` has them: `|` another one in its place, `<` only on the original side, `>`
//! only on the patched side; and `*` for what reads the same and leads to something that differs. What does not fit
//! goes on in the next line, so that nothing is lost.

use std::io::{self, Write};
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::super::style::{Role, Style, visible};
use super::{Shown, differing, fold, header};
use crate::pair::{Pair, Side};
use crate::report::model::{ListingLine, ListingOp};
use crate::report::words;

/// Columns of the mark and the room around it.
const MIDDLE: usize = 3;
/// Columns by which what goes on in the next line is set in.
const HANG: usize = 2;

/// Writes the sections, each with its name, in lines of at most `columns` columns, `indent` ones among them.
pub(super) fn write(
    sections: &[(&str, &[ListingLine])],
    context: Option<usize>,
    columns: usize,
    indent: usize,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let runs: Vec<Vec<_>> = sections.iter().map(|(_, lines)| fold::runs(lines, context)).collect();
    let shown =
        || sections.iter().zip(&runs).flat_map(|((_, lines), runs)| runs.iter().map(|r| &lines[r.clone()]));
    let offsets =
        shown().flatten().flat_map(|line| Side::BOTH.map(|side| Shown(*line.at.get(side)).to_string()));
    let Some(offset) = offsets.map(|text| text.len()).max() else { return Ok(()) };
    let width = (columns - indent - MIDDLE) / 2;
    let mut writer = Writer { width, offset: offset.min(width / 2), indent, style, out };
    let names = (Side::Original.name(), Side::Patched.name());
    writer.row((names.0, Some(Role::Heading)), '|', (names.1, Some(Role::Heading)))?;
    for ((name, lines), runs) in sections.iter().zip(runs) {
        for run in runs {
            let lines = &lines[run];
            for line in wrapped(&visible(&header(name, lines)), columns - indent, HANG) {
                writeln!(writer.out, "{:indent$}{}", "", style.paint(Role::Hunk, &line))?;
            }
            lines.iter().try_for_each(|line| writer.line(line))?;
        }
    }
    Ok(())
}

struct Writer<'a> {
    /// Columns of one side.
    width: usize,
    /// Columns of the widest offset.
    offset: usize,
    indent: usize,
    style: Style,
    out: &'a mut dyn Write,
}

impl Writer<'_> {
    fn line(&mut self, line: &ListingLine) -> io::Result<()> {
        let (mark, roles) = match line.op {
            ListingOp::Equal => (' ', (None, None)),
            ListingOp::Behind => ('*', (Some(Role::Changed), Some(Role::Changed))),
            ListingOp::Replaced => ('|', (Some(Role::Removed), Some(Role::New))),
            ListingOp::Removed => ('<', (Some(Role::Removed), None)),
            ListingOp::Added => ('>', (None, Some(Role::New))),
        };
        let (left, right) = (self.cell(line, Side::Original), self.cell(line, Side::Patched));
        let whole = left.len() == 1 && right.len() == 1 && self.style.coloured;
        for i in 0..left.len().max(right.len()) {
            let text = |cell: &[String]| cell.get(i).cloned().unwrap_or_default();
            let mark = if i == 0 { mark } else { ' ' };
            // Where a text goes on in the next line, its words are cut anywhere.
            let marked = match whole {
                true => Pair::new(
                    differing(line, Side::Original, left[0].len()),
                    differing(line, Side::Patched, right[0].len()),
                ),
                false => Pair::default(),
            };
            self.marked_row((&text(&left), roles.0), mark, (&text(&right), roles.1), &marked)?;
        }
        Ok(())
    }

    /// The lines that one side takes.
    fn cell(&self, line: &ListingLine, side: Side) -> Vec<String> {
        let Some(text) = line.text(side) else { return Vec::new() };
        let at = Shown(*line.at.get(side)).to_string();
        let gap = self.offset + 2;
        let pieces = wrapped(&visible(text), self.width.saturating_sub(gap), HANG);
        let line = |(i, piece): (usize, String)| match i {
            0 => format!("{at:>width$}  {piece}", width = self.offset),
            _ => format!("{:gap$}{piece}", ""),
        };
        pieces.into_iter().enumerate().map(line).collect()
    }

    fn row(&mut self, left: (&str, Option<Role>), mark: char, right: (&str, Option<Role>)) -> io::Result<()> {
        self.marked_row(left, mark, right, &Pair::default())
    }

    /// A row in which parts of the texts differ.
    fn marked_row(
        &mut self,
        left: (&str, Option<Role>),
        mark: char,
        right: (&str, Option<Role>),
        marked: &Pair<Vec<Range<usize>>>,
    ) -> io::Result<()> {
        let painted = |(text, role): (&str, Option<Role>), marked: &[Range<usize>]| match role {
            Some(role) => self.style.paint_pieces(role, &words::pieces(text, marked)),
            None => text.to_owned(),
        };
        let fill = self.width.saturating_sub(width_of(left.0));
        let line = format!(
            "{:indent$}{}{:fill$} {mark} {}",
            "",
            painted(left, &marked.original),
            "",
            painted(right, &marked.patched),
            indent = self.indent
        );
        writeln!(self.out, "{}", line.trim_end_matches(' '))
    }
}

/// Columns that a text takes: terminals place one character after the other, whatever they make up together.
fn width_of(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// Breaks `text` into pieces of at most `width` columns, where it can be behind a comma or a space; all but the first
/// are set in by `hang` columns.
fn wrapped(text: &str, width: usize, hang: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let hang = if pieces.is_empty() || width <= hang + 2 { 0 } else { hang };
        let room = width.saturating_sub(hang).max(2);
        if width_of(rest) <= room {
            pieces.push(format!("{:hang$}{rest}", ""));
            return pieces;
        }
        let mut columns = 0;
        let fits = rest.char_indices().find(|(_, c)| {
            columns += c.width().unwrap_or(0);
            columns > room
        });
        let end = fits.map_or(rest.len(), |(at, _)| at);
        // A break in the first half would leave more lines than it is worth.
        let good = rest[..end].rfind([',', ' ']).map(|at| at + 1).filter(|&at| at > end / 2);
        let (piece, tail) = rest.split_at(good.unwrap_or(end).max(1));
        pieces.push(format!("{:hang$}{piece}", ""));
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{listing, shown};
    use super::super::{Layout, View};
    use super::*;

    fn side_by_side(text: &str, columns: usize, context: Option<usize>) -> String {
        shown(&listing(text), View { layout: Layout::SideBySide { columns }, context })
    }

    #[test]
    fn a_replacement_stands_beside_what_it_replaces() {
        assert_eq!(
            side_by_side(
                " push %rbx\n|cmp $5,%eax => cmp $6,%eax\n-nop\n+inc %eax\n*lea t(%rip),%rdi",
                51,
                Some(3)
            ),
            [
                "original                 | patched",
                "@@ f +0x0 / +0x0 @@",
                "+0x0  push %rbx            +0x0  push %rbx",
                "+0x4  cmp $5,%eax        | +0x4  cmp $6,%eax",
                "+0x8  nop                <",
                "                         > +0x8  inc %eax",
                "+0xc  lea t(%rip),%rdi   * +0xc  lea t(%rip),%rdi",
                "",
            ]
            .join("\n")
        );
    }

    #[test]
    fn what_does_not_fit_goes_on_below() {
        let wide = wrapped("mov 0x1234(%rax,%rbx,8),%rcx", 16, 2);
        assert_eq!(wide, ["mov 0x1234(%rax,", "  %rbx,8),%rcx"]);
        assert_eq!(wrapped("abcdefghij", 4, 2), ["abcd", "efgh", "ij"]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(wrapped("日本語", 4, 0), ["日本", "語"]);
    }

    proptest! {
        /// Whatever the texts hold: no line is wider than asked for, every text stands whole on its side, and nothing
        /// reaches the terminal that would move its cursor.
        #[test]
        fn every_text_stands_whole_on_its_side(
            ops in proptest::collection::vec((0..5usize, "\\PC{0,80}|[ -~]{0,60}|[\\x00-\\x1f\u{202e}日é]{0,9}", "[ -~]{0,60}"), 1..12),
            columns in super::super::NARROWEST..200,
            full: bool,
        ) {
            let text: Vec<String> = ops.iter().map(|(op, a, b)| {
                let clean = |t: &str| t.replace(" => ", "").replace(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'], "");
                let (a, b) = (clean(a), clean(b));
                match op { 0 => format!(" {a}"), 1 => format!("-{a}"), 2 => format!("+{a}"), 3 => format!("*{a}"), _ => format!("|{a} => {b}") }
            }).collect();
            let listing = listing(&text.join("\n"));
            let context = if full { None } else { Some(1) };
            let written = shown(&listing, View { layout: Layout::SideBySide { columns }, context });
            let (mut left, mut right) = (String::new(), String::new());
            let middle = (columns - MIDDLE) / 2;
            for line in written.lines() {
                prop_assert!(width_of(line) <= columns, "{} columns: {line:?}", width_of(line));
                prop_assert!(!line.contains(|c: char| c.is_control()));
                if line.starts_with("@@") {
                    continue;
                }
                let mut at = 0;
                for c in line.chars() {
                    let width = c.width().unwrap_or(0);
                    // What takes no room belongs to the character before it.
                    let place = if width == 0 { at.max(1) - 1 } else { at };
                    match place {
                        _ if place < middle => left.push(c),
                        _ if place >= middle + MIDDLE => right.push(c),
                        _ => {}
                    }
                    at += width;
                }
            }
            // Where a line is broken says nothing, and so spaces are left out on both sides of the comparison.
            let bare = |text: &str| visible(text).replace(' ', "");
            for (side, mut shown) in [(Side::Original, bare(&left)), (Side::Patched, bare(&right))] {
                for line in listing.lines.iter().filter(|line| line.op != ListingOp::Equal) {
                    let Some(text) = line.text(side).map(bare) else { continue };
                    let found = shown.find(&text);
                    prop_assert!(found.is_some(), "{side}: {text:?} in {written}");
                    shown = shown.split_off(found.unwrap_or(0) + text.len());
                }
            }
        }
    }
}
