//! Diffs as the page shows them: rows of both sides, with the words that differ.

use std::ops::Range;

use serde::Serialize;

use crate::pair::{Pair, Side};
use crate::report::listing::{header, runs};
use crate::report::model::{FixFile, FixLine, Listing, ListingLine, ListingOp, Report, SymbolReport};
use crate::report::style::visible;
use crate::report::{source, words};

/// A diff with both sides beside each other.
#[derive(Serialize)]
pub(super) struct Diff {
    title: String,
    sides: Vec<Pane>,
}

/// One side of a diff.
#[derive(Serialize)]
struct Pane {
    name: &'static str,
    lines: Vec<Row>,
}

/// A line of one side.
#[derive(Serialize)]
struct Row {
    /// `e` equal, `d` gone, `a` come, `b` leads to something that differs, `h` header, `x` nothing on this side.
    class: char,
    anchor: Option<String>,
    number: String,
    mark: char,
    text: Vec<(bool, String)>,
}

impl Row {
    fn nothing() -> Row {
        Row { class: 'x', anchor: None, number: String::new(), mark: ' ', text: Vec::new() }
    }

    fn header(text: &str) -> Row {
        Row { class: 'h', text: vec![(false, visible(text).into_owned())], ..Row::nothing() }
    }
}

/// The source and the instructions of an entry.
pub(super) fn of_symbol(report: &Report, symbol: &SymbolReport, context: Option<usize>) -> Vec<Diff> {
    let files = report.fix.as_deref().unwrap_or_default();
    let mut diffs: Vec<Diff> = source::parts(report, symbol)
        .iter()
        .map(|part| {
            let file = source::path(&files[part.file]);
            let title = match part.inlined {
                Some(inlined) => format!("Source: {file}, {inlined}, which is inlined"),
                None => format!("Source: {file}"),
            };
            of_fix(&title, &[&part.lines], None)
        })
        .collect();
    if let Some(listing) = &symbol.listing {
        diffs.extend(of_listing(symbol, listing, context));
    }
    diffs
}

/// A touched file, whose lines get anchors.
pub(super) fn of_file(index: usize, file: &FixFile) -> Vec<Diff> {
    let hunks: Vec<Vec<&FixLine>> = file.hunks.iter().map(|hunk| hunk.lines.iter().collect()).collect();
    let hunks: Vec<&[&FixLine]> = hunks.iter().map(Vec::as_slice).collect();
    let side = if file.path.patched.is_some() { Side::Patched } else { Side::Original };
    vec![of_fix(source::path(file), &hunks, Some((index, side)))]
}

fn of_fix(title: &str, hunks: &[&[&FixLine]], anchors: Option<(usize, Side)>) -> Diff {
    let mut sides = Pair::new(Vec::new(), Vec::new());
    for (i, hunk) in hunks.iter().enumerate() {
        if i > 0 {
            sides.original.push(Row::header("\u{22ee}"));
            sides.patched.push(Row::header("\u{22ee}"));
        }
        for row in source::rows(hunk) {
            let is_equal = row.patched.is_some_and(|line| line.line.both().is_some());
            let texts = row.map(|line| line.map(|line| source::untabbed(&line.text)));
            let marked = marked(texts.as_ref().map(Option::as_deref), !is_equal);
            for side in Side::BOTH {
                let Some(line) = row.get(side) else {
                    sides.get_mut(side).push(Row::nothing());
                    continue;
                };
                let number = line.line.get(side).map(|n| n.to_string()).unwrap_or_default();
                let anchor = anchors.filter(|(_, of)| *of == side);
                let (class, mark) = class_of(is_equal, side);
                sides.get_mut(side).push(Row {
                    class,
                    anchor: anchor.map(|(index, _)| format!("f{index}-{number}")),
                    number,
                    mark,
                    text: marked.get(side).clone(),
                });
            }
        }
    }
    diff(title, sides)
}

fn class_of(is_equal: bool, side: Side) -> (char, char) {
    match (is_equal, side) {
        (true, _) => ('e', ' '),
        (false, Side::Original) => ('d', '-'),
        (false, Side::Patched) => ('a', '+'),
    }
}

/// The listing and its parts, in which something is to be shown.
fn of_listing(symbol: &SymbolReport, listing: &Listing, context: Option<usize>) -> Option<Diff> {
    let parts = listing.parts.iter().map(|part| (part.name.as_str(), part.lines.as_slice()));
    let sections = std::iter::once((symbol.name.as_str(), listing.lines.as_slice())).chain(parts);
    let mut sides = Pair::new(Vec::new(), Vec::new());
    for (name, lines) in sections {
        let shown: Vec<Range<usize>> = runs(lines, context);
        for run in shown {
            let lines = &lines[run];
            let title = header(name, lines);
            sides.original.push(Row::header(&title));
            sides.patched.push(Row::header(&title));
            lines.iter().for_each(|line| push(line, &mut sides));
        }
    }
    (!sides.patched.is_empty()).then(|| {
        let what = match symbol.kind {
            crate::report::model::Kind::Function => "Instructions",
            _ => "Contents",
        };
        diff(what, sides)
    })
}

fn push(line: &ListingLine, sides: &mut Pair<Vec<Row>>) {
    let texts = Pair::new(line.text(Side::Original), line.text(Side::Patched));
    let marked = marked(texts, line.op == ListingOp::Replaced);
    for side in Side::BOTH {
        let (class, mark) = match line.op {
            ListingOp::Equal => ('e', ' '),
            ListingOp::Behind => ('b', '*'),
            _ => class_of(false, side),
        };
        let row = match line.at.get(side) {
            Some(at) => {
                Row { class, anchor: None, number: at.to_string(), mark, text: marked.get(side).clone() }
            }
            None => Row::nothing(),
        };
        sides.get_mut(side).push(row);
    }
}

/// The texts of both sides, in pieces that tell whether they differ where both are there and `compare` is set.
fn marked(texts: Pair<Option<&str>>, compare: bool) -> Pair<Vec<(bool, String)>> {
    // What is made visible is longer, so that is done first.
    let texts = texts.map(|text| text.map(visible));
    let both = texts.as_ref().map(Option::as_deref).both().filter(|_| compare);
    let found = both.and_then(|both| words::differing(both.original, both.patched));
    let pieces = |side: Side| -> Vec<(bool, String)> {
        let text = texts.get(side).as_deref().unwrap_or_default();
        let ranges = found.as_ref().map_or(&[][..], |found| found.get(side));
        words::pieces(text, ranges).into_iter().map(|(differs, piece)| (differs, piece.to_owned())).collect()
    };
    Pair::new(pieces(Side::Original), pieces(Side::Patched))
}

fn diff(title: &str, sides: Pair<Vec<Row>>) -> Diff {
    let pane = |side: Side, lines| Pane { name: side.name(), lines };
    Diff {
        title: visible(title).into_owned(),
        sides: vec![pane(Side::Original, sides.original), pane(Side::Patched, sides.patched)],
    }
}
