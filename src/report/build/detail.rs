//! Listings and source lines as the report has them.

use crate::compare;
use crate::impact;
use crate::pair::Pair;
use crate::report::model::{Listing, ListingLine, ListingOp, Location, Part, Place, SourceRange};

/// A listing with the source lines of its lines; lines beyond the end of `sources` have none.
pub(super) fn listing(found: compare::Listing, sources: Vec<Pair<Option<impact::Location>>>) -> Listing {
    let part = |part: compare::Part| Part {
        name: part.name,
        lines: part.lines.into_iter().map(|found| line(found, Pair::default())).collect(),
    };
    let sources = sources.into_iter().chain(std::iter::repeat_with(Pair::default));
    Listing {
        lines: found.lines.into_iter().zip(sources).map(|(found, source)| line(found, source)).collect(),
        parts: found.parts.into_iter().map(part).collect(),
        notes: found.notes,
    }
}

fn line(found: compare::ListingLine, source: Pair<Option<impact::Location>>) -> ListingLine {
    ListingLine {
        op: match found.op {
            compare::ListingOp::Equal => ListingOp::Equal,
            compare::ListingOp::Removed => ListingOp::Removed,
            compare::ListingOp::Added => ListingOp::Added,
            compare::ListingOp::Replaced => ListingOp::Replaced,
            compare::ListingOp::Behind => ListingOp::Behind,
        },
        at: found.at.map(|at| at.map(place)),
        text: found.text,
        source: source.map(|at| at.map(Location::from)),
    }
}

fn place(at: compare::Place) -> Place {
    match at {
        compare::Place::Offset(at) => Place::Offset(at),
        compare::Place::Line(line) => Place::Line(line),
    }
}

/// Lines that something is made of; the report counts the last one in.
pub(super) fn source(found: impact::SourceRange) -> SourceRange {
    SourceRange {
        side: found.side,
        file: found.file.display().to_string(),
        first: found.lines.0,
        last: found.lines.1.saturating_sub(1).max(found.lines.0),
        inlined: found.inlined,
    }
}
