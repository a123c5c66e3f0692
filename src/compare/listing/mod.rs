//! What is shown of a changed thing: its instructions or its content, both sides aligned, and the nameless content
//! that its references lead to where that differs.
//!
//! Nothing here decides sameness: each line asks the comparison. Aligning is for reading only.

mod align;
mod code;
mod data;

use super::delta::Place;
use crate::pair::{Pair, Side};

pub(super) use code::function;
pub(super) use data::{object, section};

/// Both sides of a changed thing, aligned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The instructions of a function, or the content of a data object.
    pub lines: Vec<ListingLine>,
    /// Nameless content that references of it lead to and that differs; each part is led to by the listing or by a
    /// part before it.
    pub parts: Vec<Part>,
    /// Sentences about what is not shown.
    pub notes: Vec<String>,
}

/// Nameless content that something refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Where it is reached from and what it is, such as `f+0x4 -> 24 bytes at .rodata+0x20`.
    pub name: String,
    /// Its content.
    pub lines: Vec<ListingLine>,
}

/// One instruction, or a few bytes of content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingLine {
    /// How the sides differ here.
    pub op: ListingOp,
    /// Where in the thing it is, on the sides that have it.
    pub at: Pair<Option<Place>>,
    /// The instruction with symbolic operands in GNU syntax, or the content, on the sides that have it. A jump inside
    /// of the function has the place it leads to, such as `jne +0x40`. What reads the same on both sides is the
    /// patched text only.
    pub text: Pair<Option<String>>,
}

impl ListingLine {
    /// The text that a side has here.
    pub fn text(&self, side: Side) -> Option<&str> {
        self.at.get(side).and(self.text.get(side).as_deref().or(self.text.patched.as_deref()))
    }
}

/// How the sides of a line differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListingOp {
    /// Not at all.
    Equal,
    /// Only the original has it.
    Removed,
    /// Only the patched side has it.
    Added,
    /// The patched side has another one in its place.
    Replaced,
    /// It reads the same, and what it leads to, or what a table says of it, differs.
    Behind,
}

/// A line of one side before aligning.
trait OneSided {
    /// Where in the thing it is.
    fn place(&self) -> Place;
    /// What is shown.
    fn text(&self) -> &str;
    /// What is shown, without what only says where something lies: equal keys are set beside each other.
    fn key(&self) -> &str;
}

/// Puts aligned lines of both sides together. `pairs` ascend on both sides; `op` tells how a pair compares.
fn lines<T: OneSided>(
    sides: Pair<&[T]>,
    pairs: &[(usize, usize)],
    mut op: impl FnMut(usize, usize) -> (ListingOp, Pair<Option<String>>),
) -> Vec<ListingLine> {
    let (o, p) = (sides.original, sides.patched);
    let removed = |line: &T| ListingLine {
        op: ListingOp::Removed,
        at: Pair::new(Some(line.place()), None),
        text: Pair::new(Some(line.text().to_owned()), None),
    };
    let added = |line: &T| ListingLine {
        op: ListingOp::Added,
        at: Pair::new(None, Some(line.place())),
        text: Pair::new(None, Some(line.text().to_owned())),
    };
    let mut lines = Vec::with_capacity(o.len().max(p.len()));
    let (mut next_o, mut next_p) = (0, 0);
    for &(i, j) in pairs.iter().chain([&(o.len(), p.len())]) {
        lines.extend(o[next_o..i].iter().map(removed));
        lines.extend(p[next_p..j].iter().map(added));
        (next_o, next_p) = (i + 1, j + 1);
        let (Some(a), Some(b)) = (o.get(i), p.get(j)) else { break };
        let (op, text) = op(i, j);
        lines.push(ListingLine { op, at: Pair::new(Some(a.place()), Some(b.place())), text });
    }
    lines
}

/// The texts of a pair: one where both read the same.
fn texts(original: &str, patched: &str) -> Pair<Option<String>> {
    Pair::new((original != patched).then(|| original.to_owned()), Some(patched.to_owned()))
}
