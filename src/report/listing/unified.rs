//! The original lines of each change above the patched ones.

use std::io::{self, Write};

use super::super::style::{Role, Style, visible};
use super::{Shown, differing, fold, header};
use crate::pair::Side;
use crate::report::model::{ListingLine, ListingOp};
use crate::report::words;

/// Writes the sections, each with its name. Each line has the offset on the side it is of, the patched one for lines
/// of both.
pub(super) fn write(
    sections: &[(&str, &[ListingLine])],
    context: Option<usize>,
    indent: usize,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = Writer { indent, style, out };
    for (name, lines) in sections {
        for run in fold::runs(lines, context) {
            let lines = &lines[run];
            writeln!(writer.out, "{:indent$}{}", "", style.paint(Role::Hunk, &header(name, lines)))?;
            let changed = |line: &ListingLine| !matches!(line.op, ListingOp::Equal | ListingOp::Behind);
            for block in lines.chunk_by(|a, b| changed(a) == changed(b)) {
                if !changed(&block[0]) {
                    block.iter().try_for_each(|line| writer.same(line))?;
                    continue;
                }
                for (side, mark) in [(Side::Original, '-'), (Side::Patched, '+')] {
                    block.iter().try_for_each(|line| writer.changed(line, side, mark))?;
                }
            }
        }
    }
    Ok(())
}

struct Writer<'a> {
    indent: usize,
    style: Style,
    out: &'a mut dyn Write,
}

impl Writer<'_> {
    fn same(&mut self, line: &ListingLine) -> io::Result<()> {
        let indent = self.indent;
        match line.op {
            ListingOp::Behind => {
                let text = text(line, Side::Patched, '*');
                writeln!(self.out, "{:indent$}{}", "", self.style.paint(Role::Changed, &text))
            }
            _ => writeln!(self.out, "{:indent$}{}", "", visible(&text(line, Side::Patched, ' '))),
        }
    }

    fn changed(&mut self, line: &ListingLine, side: Side, mark: char) -> io::Result<()> {
        if line.text(side).is_none() {
            return Ok(());
        }
        let role = match side {
            Side::Original => Role::Removed,
            Side::Patched => Role::New,
        };
        let indent = self.indent;
        let shown = text(line, side, mark);
        let ranges = if self.style.coloured { differing(line, side, shown.len()) } else { Vec::new() };
        let pieces = words::pieces(&shown, &ranges);
        writeln!(self.out, "{:indent$}{}", "", self.style.paint_pieces(role, &pieces))
    }
}

fn text(line: &ListingLine, side: Side, mark: char) -> String {
    let at = Shown(*line.at.get(side)).to_string();
    format!("{mark}{at:>8}  {}", line.text(side).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{listing, shown};
    use super::super::{Layout, View};

    fn unified(text: &str, context: usize) -> String {
        shown(&listing(text), View { layout: Layout::Unified, context: Some(context) })
    }

    #[test]
    fn runs_have_context_and_offsets_of_both_sides() {
        assert_eq!(
            unified(" a\n b\n|c => C\n+D\n e\n f\n g\n h\n-i", 1),
            [
                "@@ f +0x4 / +0x4 @@",
                "     +0x4  b",
                "-    +0x8  c",
                "+    +0x8  C",
                "+    +0xc  D",
                "    +0x10  e",
                "@@ f +0x18 / +0x1c @@",
                "    +0x1c  h",
                "-   +0x1c  i",
                "",
            ]
            .join("\n")
        );
    }

    #[test]
    fn all_original_lines_of_a_change_stand_above_the_patched_ones() {
        let shown = unified("|a => A\n|b => B\n*c", 0);
        let marks: String = shown.lines().filter_map(|l| l.chars().next()).collect();
        assert_eq!(marks, "@--++*");
    }

    #[test]
    fn a_side_without_instructions_has_a_dash() {
        assert_eq!(unified("+a", 3), "@@ f - / +0x0 @@\n+    +0x0  a\n");
        assert_eq!(unified(" a\n b", 3), "");
    }
}
