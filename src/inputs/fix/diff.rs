//! Which lines two texts have in common.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Hunk;

/// Splits a text into lines, each with its line end. The last one may have none.
pub fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&b| b == b'\n').collect()
}

/// The hunks between two texts, by a line diff.
///
/// A line's end counts: a last line that loses its line end is a changed line.
pub fn changed_lines(original: &[u8], patched: &[u8]) -> Vec<Hunk> {
    let (original, patched) = (split_lines(original), split_lines(patched));
    let mut ids: FxHashMap<&[u8], u32> = FxHashMap::default();
    let mut intern = |line| -> u32 {
        let next = ids.len() as u32;
        *ids.entry(line).or_insert(next)
    };
    let original_ids: Vec<u32> = original.iter().copied().map(&mut intern).collect();
    let patched_ids: Vec<u32> = patched.iter().copied().map(&mut intern).collect();

    let mut gaps = Gaps { at: (0, 0), hunks: Vec::new() };
    align(&original_ids, &patched_ids, (0, 0), 0, &mut gaps);
    gaps.close(original_ids.len(), patched_ids.len());
    let mut hunks = gaps.hunks;
    for i in 0..hunks.len() {
        slide(&mut hunks, i, &original, &patched);
    }
    hunks
}

/// Reports the runs of equal lines of two texts to `gaps`; `at` is where the slices begin.
///
/// Cut into pieces at lines that occur once on each side (patience): that keeps functions together where a shortest
/// edit script pairs up their braces and blank lines, and it keeps the pieces small, for the cost of the edit
/// script grows with the square of the differences and a release of an amalgamated source has thousands of them.
fn align(original: &[u32], patched: &[u32], at: (usize, usize), depth: u32, gaps: &mut Gaps) {
    /// Pieces up to this size, the product of both sides' lines, are left to `similar`. Tests take a size that
    /// their small texts exceed.
    const SMALL: usize = if cfg!(test) { 1 << 4 } else { 1 << 14 };
    /// Above this size a piece that no line cuts counts as changed as a whole.
    const HOPELESS: usize = 1 << 30;
    /// Cuts within cuts; real texts need a handful.
    const DEEPEST: u32 = 100;

    let same = |(a, b): &(&u32, &u32)| a == b;
    let prefix = original.iter().zip(patched).take_while(same).count();
    gaps.equal_run(at, prefix);
    let (original, patched) = (&original[prefix..], &patched[prefix..]);
    let at = (at.0 + prefix, at.1 + prefix);
    let suffix = original.iter().rev().zip(patched.iter().rev()).take_while(same).count();
    let ends = (original.len() - suffix, patched.len() - suffix);
    let (original, patched) = (&original[..ends.0], &patched[..ends.1]);

    let size = original.len().saturating_mul(patched.len());
    let anchors = if size > SMALL && depth < DEEPEST { anchors(original, patched) } else { Vec::new() };
    if !anchors.is_empty() {
        let mut from = (0, 0);
        for &(a, b) in anchors.iter().chain([&ends]) {
            align(&original[from.0..a], &patched[from.1..b], (at.0 + from.0, at.1 + from.1), depth + 1, gaps);
            if (a, b) != ends {
                gaps.equal_run((at.0 + a, at.1 + b), 1);
                from = (a + 1, b + 1);
            }
        }
    } else if size > 0 && size <= HOPELESS {
        let mut shifted = Shifted { at, gaps };
        let Ok(()) =
            similar::algorithms::diff_slices(similar::Algorithm::Patience, &mut shifted, original, patched);
    }
    gaps.equal_run((at.0 + ends.0, at.1 + ends.1), suffix);
}

/// Pairs of lines that occur once on each side, as many as stand in the same order.
fn anchors(original: &[u32], patched: &[u32]) -> Vec<(usize, usize)> {
    // How often a line occurs on each side, and where.
    let mut seen: FxHashMap<u32, [(u32, usize); 2]> = FxHashMap::default();
    for (side, lines) in [original, patched].into_iter().enumerate() {
        for (i, line) in lines.iter().enumerate() {
            let entry = &mut seen.entry(*line).or_default()[side];
            *entry = (entry.0 + 1, i);
        }
    }
    let pairs: Vec<(usize, usize)> = original
        .iter()
        .enumerate()
        .filter_map(|(i, line)| match seen[line] {
            [(1, _), (1, j)] => Some((i, j)),
            _ => None,
        })
        .collect();
    // The longest increasing run of patched lines, by patience sorting: the last card of each pile, and for each
    // pair the one that the pile before it showed.
    let mut piles: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (k, &(_, j)) in pairs.iter().enumerate() {
        let pile = piles.partition_point(|&top| pairs[top].1 < j);
        before.push(pile.checked_sub(1).map(|p| piles[p]));
        if pile == piles.len() {
            piles.push(k);
        } else {
            piles[pile] = k;
        }
    }
    let mut chosen = Vec::with_capacity(piles.len());
    let mut next = piles.last().copied();
    while let Some(k) = next {
        chosen.push(pairs[k]);
        next = before[k];
    }
    chosen.reverse();
    chosen
}

/// Makes hunks of what lies between the runs of equal lines.
struct Gaps {
    /// Where the next line would be, on both sides.
    at: (usize, usize),
    hunks: Vec<Hunk>,
}

impl Gaps {
    /// Takes a run of equal lines that begins at the given lines, 0-based.
    fn equal_run(&mut self, (original, patched): (usize, usize), len: usize) {
        if len > 0 {
            self.close(original, patched);
            self.at = (original + len, patched + len);
        }
    }

    /// Ends the gap at the given lines, 0-based.
    fn close(&mut self, original: usize, patched: usize) {
        if (original, patched) != self.at {
            let lines = |from: usize, to: usize| from as u32 + 1..to as u32 + 1;
            self.hunks
                .push(Hunk { original: lines(self.at.0, original), patched: lines(self.at.1, patched) });
        }
    }
}

/// Takes the runs of equal lines of a piece.
///
/// The ready-made list of operations is not used: when `similar` compacts it, the position that an insertion has
/// on the original side (a deletion on the patched side) can be wrong. Runs of equal lines are always right.
struct Shifted<'g> {
    at: (usize, usize),
    gaps: &'g mut Gaps,
}

impl similar::algorithms::DiffHook for Shifted<'_> {
    type Error = std::convert::Infallible;

    fn equal(&mut self, original: usize, patched: usize, len: usize) -> Result<(), Self::Error> {
        self.gaps.equal_run((self.at.0 + original, self.at.1 + patched), len);
        Ok(())
    }
}

/// Moves a pure insertion or deletion to the place where a person would put it.
///
/// A run of lines between equal ones can be cut in several ways: an added function may take the closing brace of
/// its neighbour along. Attribution of lines to functions, and a place for directives, want the cut that begins
/// a paragraph.
fn slide(hunks: &mut [Hunk], i: usize, original: &[&[u8]], patched: &[&[u8]]) {
    /// Lines looked at in either direction; a longer run of repeated lines has no better place anyway.
    const REACH: u32 = 200;

    let hunk = hunks[i].clone();
    let (lines, run) = match (hunk.original.is_empty(), hunk.patched.is_empty()) {
        (true, false) => (patched, hunk.patched.start - 1..hunk.patched.end - 1),
        (false, true) => (original, hunk.original.start - 1..hunk.original.end - 1),
        _ => return,
    };
    // One unchanged line stays between neighbours, so that hunks remain apart on both sides.
    let above = match i.checked_sub(1) {
        Some(p) => hunk.original.start - hunks[p].original.end,
        None => hunk.original.start,
    };
    let below = match hunks.get(i + 1) {
        Some(next) => next.original.start - hunk.original.end,
        None => u32::MAX,
    };
    let line = |at: u32| lines[at as usize];
    let mut up = 0;
    while up + 1 < above.min(REACH) && run.start > up && line(run.start - up - 1) == line(run.end - up - 1) {
        up += 1;
    }
    let mut down = 0;
    while down + 1 < below.min(REACH)
        && ((run.end + down) as usize) < lines.len()
        && line(run.start + down) == line(run.end + down)
    {
        down += 1;
    }
    let cost = |start: u32| {
        let end = start + (run.end - run.start);
        let first = line(start);
        let opens_paragraph = start.checked_sub(1).is_none_or(|l| is_blank(line(l))) && !is_blank(first);
        let closes = first.trim_ascii_start().starts_with(b"}") || is_blank(first);
        let next = lines.get(end as usize).map_or(0, |l| indent(l));
        indent(first) + next + if closes { 4 } else { 0 } + if opens_paragraph { 0 } else { 8 }
    };
    let first = run.start - up;
    // Of equally good places the last one is taken, as git does.
    let Some(best) = (first..=run.start + down).rev().min_by_key(|&s| cost(s)) else { return };
    let moved = |r: &Range<u32>| r.start - up + (best - first)..r.end - up + (best - first);
    hunks[i] = Hunk { original: moved(&hunk.original), patched: moved(&hunk.patched) };
}

/// Whether a line holds nothing but white space.
fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Width of a line's leading white space, tabs to the next multiple of eight columns.
fn indent(line: &[u8]) -> u32 {
    let mut column = 0;
    for &b in line {
        match b {
            b' ' => column += 1,
            b'\t' => column = column / 8 * 8 + 8,
            _ => break,
        }
    }
    column
}
