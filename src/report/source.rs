//! The part of the fix's text that belongs to a function or data object, and lines of both sides beside each other.

use super::model::{FixFile, FixLine, Report, SymbolReport};
use crate::pair::{Pair, Side};

/// Lines of one touched file that belong to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'r> {
    /// Index of the file in the report's fix.
    pub file: usize,
    /// The inlined function whose lines they are; `None` for its own.
    pub inlined: Option<&'r str>,
    /// The lines, in the order of the fix.
    pub lines: Vec<&'r FixLine>,
}

/// The path to show of a touched file.
pub fn path(file: &FixFile) -> &str {
    file.path.patched.as_deref().or(file.path.original.as_deref()).unwrap_or_default()
}

/// A line of source with spaces in place of its tabs, as an editor shows it with eight columns for one.
pub fn untabbed(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut column = 0;
    for c in text.chars() {
        if c == '\t' {
            let next = (column / 8 + 1) * 8;
            out.extend(std::iter::repeat_n(' ', next - column));
            column = next;
        } else {
            out.push(c);
            column += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        }
    }
    out
}

/// What of the fix `symbol` is made of: the lines of the fix that lie in its text and in that of what it inlines, and the
/// hunks that its causes point into where nothing else covers those.
pub fn parts<'r>(report: &'r Report, symbol: &'r SymbolReport) -> Vec<Part<'r>> {
    let files = report.fix.as_deref().unwrap_or_default();
    let mut parts: Vec<Part<'r>> = Vec::new();
    let ranges = symbol.source.as_deref().unwrap_or_default();
    let mut owners: Vec<Option<&str>> = ranges.iter().map(|range| range.inlined.as_deref()).collect();
    owners.sort_unstable();
    owners.dedup();
    for inlined in owners {
        for (file, of_fix) in files.iter().enumerate() {
            let within = |line: &&FixLine| {
                ranges.iter().filter(|range| range.inlined.as_deref() == inlined).any(|range| {
                    let side = range.side;
                    of_fix.path.get(side).as_deref() == Some(range.file.as_str())
                        && line.line.get(side).is_some_and(|n| (range.first..=range.last).contains(&n))
                })
            };
            let lines: Vec<&FixLine> =
                of_fix.hunks.iter().flat_map(|hunk| &hunk.lines).filter(within).collect();
            if lines.iter().any(|line| line.line.both().is_none()) {
                parts.push(Part { file, inlined, lines });
            }
        }
    }
    for cause in &symbol.causes {
        let Some(at) = &cause.location else { continue };
        let side = |file: &FixFile| match file.path.patched {
            Some(_) => Side::Patched,
            None => Side::Original,
        };
        let Some((file, of_fix)) = files.iter().enumerate().find(|(_, file)| path(file) == at.file) else {
            continue;
        };
        let is_there = |line: &FixLine| *line.line.get(side(of_fix)) == Some(at.line);
        if parts.iter().any(|part| part.file == file && part.lines.iter().any(|line| is_there(line))) {
            continue;
        }
        if let Some(hunk) = of_fix.hunks.iter().find(|hunk| hunk.lines.iter().any(is_there)) {
            let lines: Vec<&FixLine> = hunk.lines.iter().collect();
            let part = Part { file, inlined: None, lines };
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    parts
}

/// Lines of the fix in rows: one that goes away beside the one that comes in its place.
pub fn rows<'r>(lines: &[&'r FixLine]) -> Vec<Pair<Option<&'r FixLine>>> {
    let is_equal = |line: &FixLine| line.line.both().is_some();
    let mut rows = Vec::new();
    for run in lines.chunk_by(|a, b| is_equal(a) == is_equal(b)) {
        if is_equal(run[0]) {
            rows.extend(run.iter().map(|&line| Pair::new(Some(line), Some(line))));
            continue;
        }
        let side = |wanted: Side| run.iter().copied().filter(move |line| line.line.get(wanted).is_some());
        let (mut original, mut patched) = (side(Side::Original), side(Side::Patched));
        loop {
            let row = Pair::new(original.next(), patched.next());
            if !row.any() {
                break;
            }
            rows.push(row);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{FixHunk, Location, SourceRange};
    use crate::report::text::tests::sample;

    fn line(original: u32, patched: u32) -> FixLine {
        let number = |n: u32| (n > 0).then_some(n);
        FixLine { line: Pair::new(number(original), number(patched)), text: format!("{original}/{patched}") }
    }

    fn report() -> Report {
        let mut report = sample();
        let lines = vec![line(1, 1), line(2, 0), line(3, 0), line(0, 2), line(4, 3), line(0, 4)];
        let path = Pair::new(Some("a.c".to_owned()), Some("a.c".to_owned()));
        report.fix = Some(vec![FixFile { path, hunks: vec![FixHunk { lines }] }]);
        report
    }

    fn texts(part: &Part<'_>) -> Vec<String> {
        part.lines.iter().map(|line| line.text.clone()).collect()
    }

    #[test]
    fn a_part_has_the_lines_of_both_sides_in_its_ranges() {
        let report = report();
        let mut symbol = report.units[1].symbols[0].clone();
        let range = |side, first, last, inlined: Option<&str>| SourceRange {
            side,
            file: "a.c".to_owned(),
            first,
            last,
            inlined: inlined.map(str::to_owned),
        };
        symbol.source = Some(vec![
            range(Side::Original, 1, 3, None),
            range(Side::Patched, 1, 2, None),
            range(Side::Patched, 4, 9, Some("g")),
        ]);
        let parts = parts(&report, &symbol);
        assert_eq!(texts(&parts[0]), ["1/1", "2/0", "3/0", "0/2"]);
        assert_eq!((parts[1].inlined, texts(&parts[1])), (Some("g"), vec!["0/4".to_owned()]));
    }

    #[test]
    fn a_hunk_that_only_a_cause_points_into_is_shown_whole() {
        let report = report();
        let mut symbol = report.units[1].symbols[0].clone();
        symbol.causes[0].location = Some(Location { file: "a.c".to_owned(), line: 4 });
        symbol.causes.push(symbol.causes[0].clone());
        assert_eq!(parts(&report, &symbol).iter().map(|p| p.lines.len()).collect::<Vec<_>>(), [6]);
    }

    #[test]
    fn tabs_end_at_every_eighth_column() {
        assert_eq!(untabbed("\ta\tb"), "        a       b");
        assert_eq!(untabbed("\u{65e5}\tb"), "\u{65e5}      b");
    }

    #[test]
    fn rows_have_what_goes_beside_what_comes() {
        let report = report();
        let lines: Vec<&FixLine> = report.fix.iter().flatten().flat_map(|f| &f.hunks[0].lines).collect();
        let text = |line: Option<&FixLine>| line.map_or("", |line| line.text.as_str()).to_owned();
        let shown: Vec<String> =
            rows(&lines).iter().map(|row| format!("{}|{}", text(row.original), text(row.patched))).collect();
        assert_eq!(shown, ["1/1|1/1", "2/0|0/2", "3/0|", "4/3|4/3", "|0/4"]);
    }
}
