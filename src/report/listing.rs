//! Instructions of a changed function in unified form.

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use super::style::{Role, Style, visible};
use crate::compare::{Listing, ListingLine, ListingOp};
use crate::pair::Side;

/// Writes the changed instructions of the function `name` with `context` equal ones around each run, every line
/// behind `indent`. Writes nothing for a listing without changed instructions.
///
/// A run begins with `@@ NAME +ORIGINAL / +PATCHED @@`: the offsets in bytes from the start of the function on
/// both sides where the run begins (`-` where that side has no instruction in the run). Each line has the offset
/// on the side it is of, the patched one for lines of both.
///
/// # Errors
/// Only those of `out`.
pub fn write(
    name: &str,
    listing: &Listing,
    context: usize,
    indent: &str,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for run in runs(&listing.lines, context) {
        let lines = &listing.lines[run];
        let start = |side: Side| Offset(lines.iter().find_map(|line| *line.at.get(side)));
        let header = format!("@@ {name} {} / {} @@", start(Side::Original), start(Side::Patched));
        writeln!(out, "{indent}{}", style.paint(Role::Hunk, &header))?;
        for line in lines {
            let (mark, role, at) = match line.op {
                ListingOp::Equal => (' ', None, line.at.patched),
                ListingOp::Removed => ('-', Some(Role::Removed), line.at.original),
                ListingOp::Added => ('+', Some(Role::New), line.at.patched),
            };
            let text = format!("{mark}{:>7}  {}", Offset(at).to_string(), line.text);
            match role {
                Some(role) => writeln!(out, "{indent}{}", style.paint(role, &text))?,
                None => writeln!(out, "{indent}{}", visible(&text))?,
            }
        }
    }
    Ok(())
}

/// The runs of lines to show: every changed line with up to `context` equal ones on either side, runs that touch
/// put together.
fn runs(lines: &[ListingLine], context: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, _) in lines.iter().enumerate().filter(|(_, line)| line.op != ListingOp::Equal) {
        let wanted =
            index.saturating_sub(context)..index.saturating_add(context).saturating_add(1).min(lines.len());
        match runs.last_mut() {
            Some(last) if wanted.start <= last.end => last.end = wanted.end,
            _ => runs.push(wanted),
        }
    }
    runs
}

struct Offset(Option<u64>);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(at) => write!(f, "+{at:#x}"),
            None => f.write_str("-"),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::pair::Pair;

    /// A listing from lines such as `-mov %eax,%ebx`, all instructions four bytes long.
    pub(crate) fn listing(text: &str) -> Listing {
        let mut next = Pair::new(0u64, 0u64);
        let lines = text.lines().map(|line| {
            let (op, text) = line.split_at(1);
            let op = match op {
                "-" => ListingOp::Removed,
                "+" => ListingOp::Added,
                _ => ListingOp::Equal,
            };
            let mut at = Pair::default();
            for (side, other) in [(Side::Original, ListingOp::Added), (Side::Patched, ListingOp::Removed)] {
                if op != other {
                    *at.get_mut(side) = Some(*next.get(side));
                    *next.get_mut(side) += 4;
                }
            }
            ListingLine { op, at, text: text.to_owned() }
        });
        Listing { lines: lines.collect() }
    }

    fn shown(text: &str, context: usize) -> String {
        let mut out = Vec::new();
        write("f", &listing(text), context, "", Style::PLAIN, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn runs_have_context_and_offsets_of_both_sides() {
        assert_eq!(
            shown(" a\n b\n-c\n+C\n+D\n e\n f\n g\n h\n-i", 1),
            [
                "@@ f +0x4 / +0x4 @@",
                "    +0x4  b",
                "-   +0x8  c",
                "+   +0x8  C",
                "+   +0xc  D",
                "   +0x10  e",
                "@@ f +0x18 / +0x1c @@",
                "   +0x1c  h",
                "-  +0x1c  i",
                "",
            ]
            .join("\n")
        );
    }

    #[test]
    fn runs_that_touch_are_one() {
        assert_eq!(shown("-a\n b\n c\n+d", 1).matches("@@ f").count(), 1);
        assert_eq!(shown("-a\n b\n c\n d\n+e", 1).matches("@@ f").count(), 2);
        assert_eq!(shown("-a\n b\n+c", 0).lines().count(), 4);
        assert_eq!(shown("-a\n b\n+c", usize::MAX).lines().count(), 4);
    }

    #[test]
    fn a_side_without_instructions_has_a_dash() {
        assert_eq!(shown("+a", 3), "@@ f - / +0x0 @@\n+   +0x0  a\n");
        assert_eq!(shown(" a\n b", 3), "");
    }
}
