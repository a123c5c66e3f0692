//! The content of data: of named data objects, and of what references lead to without a name.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::compare::content::Run;
use crate::compare::delta::Place;
use crate::compare::references::{Sides, Visiting, describe};
use crate::normalize::{EntityId, Target};
use crate::pair::{Pair, Side};

use super::code::{target_key, target_text};
use super::{Listing, ListingLine, ListingOp, OneSided, Part, align, lines, texts};

/// At most so many bytes of one thing are shown; of larger ones those from a little before the first difference on.
const MOST: u64 = 64 << 10;
/// Bytes shown before the first difference of something larger than [`MOST`].
const LEAD: u64 = 512;
/// At most so many nameless things are shown with one that leads to them.
const MOST_PARTS: usize = 8;
/// Bytes on one line.
const LINE: u64 = 8;

/// A few bytes of content, or a reference in it.
struct Cell {
    /// Offset in bytes from the start of the thing.
    at: u64,
    /// Text for aligning, without what only says where something lies.
    key: String,
    text: String,
    /// What it refers to, and with which type of relocation.
    target: Option<(Target, u32)>,
}

impl OneSided for Cell {
    fn place(&self) -> Place {
        Place::Offset(self.at)
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn key(&self) -> &str {
        &self.key
    }
}

/// Aligns the content of two data objects. Empty where a side has no bytes in its file.
pub(in crate::compare) fn object(sides: &Sides<'_>, ids: Pair<EntityId>) -> Listing {
    let (a, b) = (sides.original.entity(ids.original), sides.patched.entity(ids.patched));
    let (Some(so), Some(sp)) = (a.section, b.section) else { return Listing::default() };
    let mut parts = Parts::new(sides);
    let runs = Pair::new((so, a.offset..a.end()), (sp, b.offset..b.end()));
    let lines = content(sides, &runs, false, sides.patched.name(ids.patched), &mut parts);
    parts.finish(lines)
}

/// Aligns what no symbol owns in a section: one part for each pair of runs that differ.
pub(in crate::compare) fn section(sides: &Sides<'_>, name: &str, runs: Pair<&[Run]>) -> Listing {
    let mut listing = Listing::default();
    if runs.original.len() != runs.patched.len() {
        return listing;
    }
    for (o, p) in runs.original.iter().zip(runs.patched) {
        let runs = Pair::new(o.clone(), p.clone());
        if listing.parts.len() >= MOST_PARTS {
            break;
        }
        if sides.same_content(runs.clone(), false, &mut Visiting::new()).is_err() {
            let name = format!("{name}+{:#x}", p.1.start);
            let mut behind = Parts::new(sides);
            let lines = content(sides, &runs, false, &name, &mut behind);
            let found = behind.finish(lines);
            listing.parts.push(Part { name, lines: found.lines });
            listing.parts.extend(found.parts);
            listing.notes.extend(found.notes);
        }
    }
    listing
}

/// By place in an original function: the place of the patched one that stands beside it.
type Places = Rc<FxHashMap<i64, i64>>;

/// Nameless content that differs, found while lines are compared and shown behind them.
pub(super) struct Parts<'s, 'c> {
    sides: &'s Sides<'c>,
    waiting: VecDeque<(String, Pair<Target>)>,
    seen: FxHashSet<(u32, u64, u32, u64)>,
    notes: Vec<String>,
    /// What has been asked of the comparison: many entries of a table lead to the same.
    known: FxHashMap<Pair<Target>, bool>,
    /// The functions that lead to all of this, and which place of the patched one stands beside one of the original.
    places: Option<(Pair<EntityId>, Places)>,
}

impl<'s, 'c> Parts<'s, 'c> {
    pub(super) fn new(sides: &'s Sides<'c>) -> Self {
        Parts {
            sides,
            waiting: VecDeque::new(),
            seen: FxHashSet::default(),
            notes: Vec::new(),
            known: FxHashMap::default(),
            places: None,
        }
    }

    /// Takes places in a function for the same where `places` has them beside each other: tables of jumps into a
    /// changed function lead to the same code although it moved.
    pub(super) fn beside(mut self, ids: Pair<EntityId>, places: FxHashMap<i64, i64>) -> Self {
        self.places = Some((ids, Rc::new(places)));
        self
    }

    fn same_target(&mut self, pair: Pair<Target>) -> bool {
        if let (Some((ids, places)), Target::Entity { id: a, offset: o }, Target::Entity { id: b, offset: p }) =
            (&self.places, pair.original, pair.patched)
            && Pair::new(a, b) == *ids
        {
            return places.get(&o) == Some(&p);
        }
        let sides = self.sides;
        *self.known.entry(pair).or_insert_with(|| sides.same_target(pair, &mut Visiting::new()).is_ok())
    }

    /// Whether nameless content that counts as different is the same but for places that have moved along with the
    /// code beside them.
    pub(super) fn only_moved(&self, pair: Pair<Target>) -> bool {
        let extents = self.sides.told_extents(pair).filter(|_| self.is_content(pair));
        let Some(Pair { original: o, patched: p }) = extents else { return false };
        // What is shown in part only is not shown to be the same.
        if (o.2 - o.1).max(p.2 - p.1) > MOST {
            return false;
        }
        let mut behind = Parts { places: self.places.clone(), ..Parts::new(self.sides) };
        let lines = content(self.sides, &Pair::new((o.0, o.1..o.2), (p.0, p.1..p.2)), true, "", &mut behind);
        !lines.is_empty() && lines.iter().all(|line| line.op == ListingOp::Equal)
    }

    fn is_content(&self, pair: Pair<Target>) -> bool {
        Side::BOTH.into_iter().all(|side| match *pair.get(side) {
            Target::Nameless { .. } => true,
            Target::Entity { id, .. } => self.sides.get(side).entity(id).by_content,
            _ => false,
        })
    }

    /// Notes what a pair of references at `from` leads to, when it is nameless, differs, and is not told whole by
    /// the lines that refer to it.
    pub(super) fn lead_to(&mut self, from: String, pair: Pair<Target>) {
        if !self.is_content(pair) {
            return;
        }
        let Some(Pair { original: o, patched: p }) = self.sides.told_extents(pair) else { return };
        if self.seen.len() >= MOST_PARTS {
            let note = format!("more than {MOST_PARTS} nameless things differ; the others are not shown");
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            return;
        }
        if self.is_told(pair) || self.sides.same_target(pair, &mut Visiting::new()).is_ok() {
            return;
        }
        if self.seen.insert((o.0, o.1, p.0, p.1)) {
            self.waiting.push_back((from, pair));
        }
    }

    /// Whether the text of the lines that refer to it holds all there is.
    fn is_told(&self, pair: Pair<Target>) -> bool {
        let text = |side: Side| describe(self.sides.get(side), *pair.get(side));
        let whole = |text: &str| !text.ends_with('…');
        let (o, p) = (text(Side::Original), text(Side::Patched));
        self.sides.is_told_whole(pair) && o != p && whole(&o) && whole(&p)
    }

    /// The listing with `lines`, the content of all that was noted, and of what that leads to.
    pub(super) fn finish(mut self, lines: Vec<ListingLine>) -> Listing {
        let mut found = Vec::new();
        while let Some((from, pair)) = self.waiting.pop_front() {
            let sides = self.sides;
            let Some(Pair { original: o, patched: p }) = sides.told_extents(pair) else { continue };
            let (text_o, text_p) =
                (describe(sides.original, pair.original), describe(sides.patched, pair.patched));
            // Where it lies in its section says nothing, and the name of one side is enough to find it by.
            let name = if text_o.starts_with("string ") { "string".to_owned() } else { text_p };
            let runs = Pair::new((o.0, o.1..o.2), (p.0, p.1..p.2));
            let lines = content(sides, &runs, true, &name, &mut self);
            found.push(Part { name: format!("{from} -> {name}"), lines });
        }
        Listing { lines, parts: found, notes: self.notes }
    }
}

/// Aligns the content of two runs. What their references lead to is noted in `parts`, as led to from `name`.
fn content(
    sides: &Sides<'_>,
    runs: &Pair<Run>,
    nameless: bool,
    name: &str,
    parts: &mut Parts<'_, '_>,
) -> Vec<ListingLine> {
    let sizes = runs.as_ref().map(|(_, range)| range.end - range.start);
    let is_text = is_text(sides, runs);
    let step = match sizes.original.abs_diff(sizes.patched) {
        // What is longer by half a line has entries of that size: lines of whole ones meet their like again.
        4 | 12 | 20 | 28 => LINE / 2,
        _ => LINE,
    };
    let window = window(sides, runs);
    if sizes.original.max(sizes.patched) > MOST {
        parts.notes.push(format!("of {name} only {MOST} bytes from +{:#x} on are shown", window.start));
    }
    let of = |side: Side| {
        let (section, range) = runs.get(side);
        let range = range.start + window.start..range.end.min(range.start.saturating_add(window.end));
        match is_text {
            true => text_cells(sides, side, *section, range.clone(), range.start - window.start),
            false => cells(sides, side, *section, range.clone(), range.start - window.start, step, nameless),
        }
    };
    let (o, p) = (of(Side::Original), of(Side::Patched));
    let pairs = if sizes.original == sizes.patched && !is_text {
        // Fields keep their places: a zero that moved elsewhere is none of the zeros that were there.
        positional(&o, &p)
    } else {
        align::align(&o, &p)
    };
    lines(Pair::new(&o, &p), &pairs, |i, j| {
        let (a, b) = (&o[i], &p[j]);
        let same = match (a.target, b.target) {
            (Some((to, kind)), Some((tp, other))) if kind == other => {
                let pair = Pair::new(to, tp);
                let same = parts.same_target(pair);
                if !same {
                    parts.lead_to(format!("{name}+{:#x}", b.at), pair);
                    if a.text == b.text {
                        return (ListingOp::Behind, texts(&a.text, &b.text));
                    }
                }
                same
            }
            (None, None) => a.text == b.text,
            _ => false,
        };
        match same {
            true => (ListingOp::Equal, texts(&a.text, &b.text)),
            false => (ListingOp::Replaced, texts(&a.text, &b.text)),
        }
    })
}

/// Cells that begin at the same place.
fn positional(o: &[Cell], p: &[Cell]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (o.get(i), p.get(j)) {
        if a.at == b.at {
            pairs.push((i, j));
        }
        (i, j) = (i + usize::from(a.at <= b.at), j + usize::from(b.at <= a.at));
    }
    pairs
}

/// Which part of two runs is shown, in bytes from their starts.
fn window(sides: &Sides<'_>, runs: &Pair<Run>) -> std::ops::Range<u64> {
    let longest = Side::BOTH.map(|side| runs.get(side).1.end - runs.get(side).1.start).into_iter().max();
    if longest.unwrap_or(0) <= MOST {
        return 0..MOST;
    }
    let bytes = |side: Side| sides.get(side).bytes(runs.get(side).0, runs.get(side).1.clone());
    let same =
        bytes(Side::Original).iter().zip(bytes(Side::Patched)).take_while(|(a, b)| a == b).count() as u64;
    // Only a reference differs: the comparison says where, and the first bytes are as good as any.
    let shortest = Side::BOTH.map(|side| bytes(side).len() as u64).into_iter().min().unwrap_or(0);
    let from = if same < shortest { same.saturating_sub(LEAD) / LINE * LINE } else { 0 };
    from..from + MOST
}

/// Whether both runs are text: strings by their section, or long enough and with enough letters to be no numbers.
fn is_text(sides: &Sides<'_>, runs: &Pair<Run>) -> bool {
    Side::BOTH.into_iter().all(|side| {
        let (section, range) = runs.get(side);
        let n = sides.get(side);
        if !n.relocs_in(*section, range.clone()).is_empty() {
            return false;
        }
        let bytes = n.bytes(*section, range.clone());
        let info = n.unit.section(*section);
        if info.is_some_and(|s| s.is_strings() && s.entsize <= 1) {
            return true;
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let shown = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).count();
        let other = text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\0')).count();
        // The kernel's log levels are a control character and a digit in front of the text.
        bytes.len() > 8 && shown * 10 > bytes.len() * 6 && other <= 1
    })
}

/// Text by lines and strings. `base` is the offset in the section that places count from.
fn text_cells(
    sides: &Sides<'_>,
    side: Side,
    section: u32,
    range: std::ops::Range<u64>,
    base: u64,
) -> Vec<Cell> {
    let bytes = sides.get(side).bytes(section, range.clone());
    let mut cells = Vec::new();
    let mut start = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        let more_zeros = byte == 0 && bytes.get(i + 1) == Some(&0);
        if i + 1 == bytes.len() || matches!(byte, b'\n' | 0) && !more_zeros {
            let piece = &bytes[start..=i];
            let zeros = piece.iter().rev().take_while(|b| **b == 0).count();
            let text = String::from_utf8_lossy(&piece[..piece.len() - zeros]).into_owned();
            let text = match zeros {
                0 => format!("{text:?}"),
                1 => format!("{text:?} 00"),
                n => format!("{text:?} 00 ({n} times)"),
            };
            cells.push(Cell { at: range.start - base + start as u64, key: text.clone(), text, target: None });
            start = i + 1;
        }
    }
    cells
}

/// References and bytes, `step` at most on a line. `base` is the offset in the section that places count from.
fn cells(
    sides: &Sides<'_>,
    side: Side,
    section: u32,
    range: std::ops::Range<u64>,
    base: u64,
    step: u64,
    nameless: bool,
) -> Vec<Cell> {
    let n = sides.get(side);
    let bytes = n.bytes(section, range.clone());
    let relocs = n.relocs_in(section, range.clone());
    let mut cells = Vec::new();
    let mut next = relocs.iter().peekable();
    let mut at = range.start;
    // Without bytes in the file there is nothing to show, whatever refers from there.
    let end = range.start + bytes.len() as u64;
    while at < end {
        while next.next_if(|r| r.offset < at).is_some() {}
        let line_end = (at - base) / step * step + step + base;
        if let Some(reloc) = next.next_if(|r| r.offset == at) {
            let size = u64::from(n.arch.relocation(reloc.r_type).size().unwrap_or(0)).max(1);
            let target = match nameless {
                true => n.target_in_nameless(section, base, reloc),
                false => n.target_in_data(section, reloc),
            };
            let text = format!("-> {}", target_text(sides, side, target));
            let key = format!("-> {}", target_key(sides, side, target));
            cells.push(Cell { at: at - base, key, text, target: Some((target, reloc.r_type)) });
            at += size;
            continue;
        }
        let stop = next.peek().map_or(line_end, |r| r.offset.min(line_end)).min(end);
        let piece = &bytes[(at - range.start) as usize..(stop - range.start) as usize];
        let hex: Vec<String> = piece.iter().map(|b| format!("{b:02x}")).collect();
        let text = hex.join(" ");
        cells.push(Cell { at: at - base, key: text.clone(), text, target: None });
        at = stop;
    }
    cells
}
