//! How much of which unit differs, one line a unit, as `git diff --stat` has it for files.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::conclusion::conclusion;
use super::model::{Report, Status, UnitReport};
use super::style::{Role, Style, visible};

/// Writes the lines in at most `width` columns, as far as names allow, and the conclusion.
///
/// # Errors
/// Only those of `out`.
pub fn write(report: &Report, width: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<(&UnitReport, [usize; 3])> = report.units.iter().map(|unit| (unit, counts(unit))).collect();
    let shown =
        || rows.iter().filter(|(unit, counts)| counts.iter().any(|&n| n > 0) || !unit.errors.is_empty());
    let name = |unit: &UnitReport| visible(&unit.name).into_owned();
    let names = shown().map(|(unit, _)| name(unit).width()).max().unwrap_or(0);
    let most = shown().map(|(_, counts)| counts.iter().sum::<usize>()).max().unwrap_or(0);
    let digits = most.to_string().len();
    let room = width.saturating_sub(names + digits + 5).max(10);
    for (unit, counts) in shown() {
        let shown = name(unit);
        write!(out, " {shown}{:fill$} | ", "", fill = names - shown.width())?;
        if !unit.errors.is_empty() {
            writeln!(out, "{}", style.paint(Role::Failed, "! failed"))?;
            continue;
        }
        write!(out, "{:>digits$} ", counts.iter().sum::<usize>())?;
        for ((mark, role), count) in MARKS.into_iter().zip(counts) {
            // What is there at all is seen.
            let marks = if most > room { (count * room / most).max(usize::from(*count > 0)) } else { *count };
            write!(out, "{}", style.paint(role, &mark.repeat(marks)))?;
        }
        writeln!(out)?;
    }
    writeln!(out, " {}", conclusion(report))
}

/// The marks of what is changed, new and removed.
const MARKS: [(&str, Role); 3] = [("*", Role::Changed), ("+", Role::New), ("-", Role::Removed)];

fn counts(unit: &UnitReport) -> [usize; 3] {
    [Status::Changed, Status::New, Status::Removed]
        .map(|status| unit.symbols.iter().filter(|s| s.cold_of.is_none() && s.status == status).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::tests::sample;

    fn lines(report: &Report, width: usize) -> Vec<String> {
        let mut out = Vec::new();
        write(report, width, Style::PLAIN, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("it is text").lines().map(str::to_owned).collect()
    }

    #[test]
    fn each_unit_that_differs_has_a_line() {
        let lines = lines(&sample(), 80);
        assert_eq!(lines[..3], [" lib/bad.c  | ! failed", " lib/list.c | 4 **+-", " lib/show.c | 1 *"]);
    }

    #[test]
    fn many_marks_are_scaled_and_none_is_lost() {
        let mut report = sample();
        let symbol = report.units[1].symbols[0].clone();
        report.units[1].symbols.extend(std::iter::repeat_n(symbol, 500));
        report.units[1].name = "a\x1b[31m".to_owned();
        let lines = lines(&report, 60);
        assert!(lines[1].starts_with(" a\\u{1b}[31m ") && lines[1].ends_with("*+-"), "{}", lines[1]);
        assert!(lines.iter().take(3).all(|line| line.len() <= 64), "{lines:?}");
    }
}
