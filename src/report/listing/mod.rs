//! What changed in a function or data object, line by line: unified, or both sides beside each other.

mod fold;
mod sides;
mod unified;

pub(super) use fold::runs;

use std::io::{self, Write};

use super::model::{Listing, ListingLine, ListingOp, Place};
use super::style::{Role, Style};
use super::words;
use crate::pair::{Pair, Side};

/// How listings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// How the sides are arranged.
    pub layout: Layout,
    /// Equal lines around each changed one; `None`: all there are.
    pub context: Option<usize>,
}

/// How the sides of a listing are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One below the other, as in a unified diff.
    Unified,
    /// The original on the left and the patched side on the right.
    SideBySide {
        /// Columns of the terminal. Lines are not wider, as long as there are at least [`NARROWEST`].
        columns: usize,
    },
}

/// Columns that two sides need beside each other.
pub const NARROWEST: usize = 40;

/// Writes the changed lines of the thing called `name`, every line behind `indent` columns, and then the parts.
/// Writes nothing for a listing in which nothing is changed.
///
/// A run begins with `@@ NAME +ORIGINAL / +PATCHED @@`: the offsets in bytes from the start of the thing on both
/// sides where the run begins (`-` where that side has no line in the run), or the lines of two assembly files. A line that is marked `*` reads the same
/// on both sides and leads to something that differs.
///
/// # Errors
/// Only those of `out`.
pub fn write(
    name: &str,
    listing: &Listing,
    view: View,
    indent: usize,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let parts = listing.parts.iter().map(|part| (part.name.as_str(), part.lines.as_slice()));
    let sections: Vec<(&str, &[ListingLine])> =
        std::iter::once((name, listing.lines.as_slice())).chain(parts).collect();
    match view.layout {
        Layout::Unified => unified::write(&sections, view.context, indent, style, out)?,
        Layout::SideBySide { columns } => {
            sides::write(&sections, view.context, columns.max(NARROWEST), indent, style, out)?;
        }
    }
    listing
        .notes
        .iter()
        .try_for_each(|note| writeln!(out, "{:indent$}{}", "", style.paint(Role::Quiet, note)))
}

/// The parts of a line with `len` bytes that differ from the other side's, where it has another one in its place.
fn differing(line: &ListingLine, side: Side, len: usize) -> Vec<std::ops::Range<usize>> {
    let both = Pair::new(line.text(Side::Original), line.text(Side::Patched)).both();
    let Some(both) = both.filter(|_| line.op == ListingOp::Replaced) else { return Vec::new() };
    let Some(found) = words::differing(both.original, both.patched) else { return Vec::new() };
    // The text ends the line, behind the mark and the place.
    let start = len - both.get(side).len();
    found.get(side).iter().map(|range| range.start + start..range.end + start).collect()
}

/// The header of a run of lines.
pub(super) fn header(name: &str, lines: &[ListingLine]) -> String {
    let start = |side: Side| Shown(lines.iter().find_map(|line| *line.at.get(side)));
    format!("@@ {name} {} / {} @@", start(Side::Original), start(Side::Patched))
}

struct Shown(Option<Place>);

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(at) => at.fmt(f),
            None => f.write_str("-"),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::report::model::Part;

    /// Lines such as `-mov %eax,%ebx`, all four bytes long; `|a => b` has `b` in the place of `a`.
    pub(crate) fn lines(text: &str) -> Vec<ListingLine> {
        let mut next = Pair::new(0u64, 0u64);
        let mut lines = Vec::new();
        for line in text.lines() {
            let (mark, text) = line.split_at(1);
            let one = |side: Side| match side {
                Side::Original => Pair::new(Some(text.to_owned()), None),
                Side::Patched => Pair::new(None, Some(text.to_owned())),
            };
            let (op, text) = match mark {
                "-" => (ListingOp::Removed, one(Side::Original)),
                "+" => (ListingOp::Added, one(Side::Patched)),
                "*" => (ListingOp::Behind, one(Side::Patched)),
                "|" => {
                    let (a, b) = text.split_once(" => ").expect("both texts are there");
                    (ListingOp::Replaced, Pair::new(Some(a.to_owned()), Some(b.to_owned())))
                }
                _ => (ListingOp::Equal, one(Side::Patched)),
            };
            let mut at = Pair::default();
            for (side, other) in [(Side::Original, ListingOp::Added), (Side::Patched, ListingOp::Removed)] {
                if op != other {
                    *at.get_mut(side) = Some(Place::Offset(*next.get(side)));
                    *next.get_mut(side) += 4;
                }
            }
            lines.push(ListingLine { op, at, text, source: Pair::default() });
        }
        lines
    }

    pub(crate) fn listing(text: &str) -> Listing {
        Listing { lines: lines(text), ..Listing::default() }
    }

    pub(super) fn shown(listing: &Listing, view: View) -> String {
        let mut out = Vec::new();
        write("f", listing, view, 0, Style::PLAIN, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn words_that_differ_stand_out_in_both_layouts_and_only_in_colour() {
        let listing = listing("|cmp $0x5,%eax => cmp $0x6,%eax");
        for layout in [Layout::Unified, Layout::SideBySide { columns: 80 }] {
            let view = View { layout, context: Some(0) };
            let mut out = Vec::new();
            write("f", &listing, view, 0, Style { coloured: true }, &mut out).expect("memory takes all");
            let text = String::from_utf8(out).expect("it is text");
            assert!(text.contains("\u{1b}[1;4m\u{1b}[31m$0x5\u{1b}[0m"), "{text:?}");
            assert!(text.contains("\u{1b}[1;4m\u{1b}[32m$0x6\u{1b}[0m"), "{text:?}");
            assert!(!shown(&listing, view).contains('\u{1b}'));
        }
    }

    #[test]
    fn parts_stand_behind_what_leads_to_them() {
        let mut listing = listing("*lea table(%rip),%rax\n ret");
        listing.parts.push(Part { name: "f+0x0 -> table".to_owned(), lines: lines(" 01\n|02 => 03") });
        listing.notes.push("the rest is not shown".to_owned());
        let view = View { layout: Layout::Unified, context: Some(0) };
        assert_eq!(
            shown(&listing, view),
            [
                "@@ f +0x0 / +0x0 @@",
                "*    +0x0  lea table(%rip),%rax",
                "@@ f+0x0 -> table +0x4 / +0x4 @@",
                "-    +0x4  02",
                "+    +0x4  03",
                "the rest is not shown",
                "",
            ]
            .join("\n")
        );
    }
}
