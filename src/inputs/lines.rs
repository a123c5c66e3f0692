//! `#line` directives that keep `__LINE__` below a hunk where it was, and the way back from the numbers a
//! compiler saw to the lines on disk.
//!
//! Lines outside of hunks keep the numbers they have in the original file. A hunk that brings more lines than it
//! takes away would run into the numbers of the lines below it, so its lines get numbers that neither side of the
//! file uses; otherwise debug information could not tell the two apart. A hunk that brings as many lines or fewer
//! uses the numbers of the lines it takes away, which no other line of the patched file has.
//!
//! Directives stand only where the preprocessor reads one (see `scan`). Where a hunk begins or ends inside a
//! comment, a macro's arguments or the like, the lines between it and the next possible place are numbered as if
//! they belonged to the hunk; the map to the lines on disk stays right.

mod scan;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::fix::{Hunk, TouchedFile, split_lines};
use scan::Scan;

/// Maps line numbers as the compiler saw them to the lines of the patched file on disk.
///
/// Both are 1-based. A map without segments is the identity: the file was compiled as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineMap {
    /// Runs of lines, ordered by `seen`, disjoint both in `seen` and in `disk`.
    pub segments: Vec<LineSegment>,
}

/// A run of lines that the compiler numbered in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSegment {
    /// First number the compiler saw.
    pub seen: u32,
    /// Its line on disk.
    pub disk: u32,
    /// Number of lines.
    pub len: u32,
}

impl LineMap {
    /// The line on disk for a number the compiler saw; `None` for a number no line has.
    pub fn to_disk(&self, seen: u32) -> Option<u32> {
        if self.segments.is_empty() {
            return Some(seen);
        }
        let i = self.segments.partition_point(|s| s.seen <= seen).checked_sub(1)?;
        let s = &self.segments[i];
        (seen - s.seen < s.len).then(|| s.disk + (seen - s.seen))
    }

    /// The number the compiler saw for a line on disk; `None` for a line the file does not have.
    pub fn from_disk(&self, disk: u32) -> Option<u32> {
        if self.segments.is_empty() {
            return Some(disk);
        }
        let s = self.segments.iter().find(|s| (s.disk..s.disk + s.len).contains(&disk))?;
        Some(s.seen + (disk - s.disk))
    }
}

/// A patched file with directives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directed {
    /// The text to compile.
    pub text: Vec<u8>,
    /// From the numbers the compiler sees in it to the lines of the patched file.
    pub map: LineMap,
}

/// Why a file gets no directives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoDirectives {
    /// Nothing to keep in place: the file is on one side only, or each of its hunks brings as many lines as it
    /// takes away. The numbers are right as they are.
    Needless,
    /// No file of the C family, so that a `#line` may mean something else in it.
    NotC,
    /// The file has line directives of its own, as generated files do.
    OwnDirectives,
    /// There are not enough free numbers: `__bug_table` and its like hold 16 bits.
    TooManyLines,
}

impl std::fmt::Display for NoDirectives {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NoDirectives::Needless => "no line moves",
            NoDirectives::NotC => "it is not C or C++",
            NoDirectives::OwnDirectives => "it has #line directives of its own",
            NoDirectives::TooManyLines => "it has too many lines",
        })
    }
}

/// The patched text of `file` with directives that keep the numbers of the lines outside its hunks.
///
/// `name_in_directive` is written behind each number, quoted; without it the compiler keeps the name it has, which
/// is what `__FILE__` wants. For the result's guarantees see the module.
///
/// # Errors
///
/// The reason why the file is compiled as it is; its map is then [`LineMap::default`].
pub fn with_directives(
    file: &TouchedFile,
    name_in_directive: Option<&str>,
) -> Result<Directed, NoDirectives> {
    let (Some(original), Some(patched)) = (&file.original, &file.patched) else {
        return Err(NoDirectives::Needless);
    };
    if file.hunks.iter().all(|h| h.original.len() == h.patched.len()) {
        return Err(NoDirectives::Needless);
    }
    if !is_c(file.path()) || patched.contains(&0) {
        return Err(NoDirectives::NotC);
    }
    let scan = scan::scan(patched);
    if scan.own_directives {
        return Err(NoDirectives::OwnDirectives);
    }
    let lines = split_lines(patched);
    let regions = regions(&file.hunks, &scan, lines.len());
    let used = split_lines(original).len().max(lines.len());
    let runs = number(&regions, lines.len(), used)?;
    let places = places(&regions, &runs, &scan, lines.len());
    if places.is_empty() {
        return Err(NoDirectives::Needless);
    }
    let quoted =
        name_in_directive.map(|name| format!(" \"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")));
    let quoted = quoted.unwrap_or_default();
    let mut text = Vec::with_capacity(patched.len() + places.len() * (16 + quoted.len()));
    for (i, line) in lines.iter().enumerate() {
        let mut line = *line;
        if let Some(number) = places.get(&i) {
            // A byte order mark counts only at the very start of a file.
            if let Some(rest) = line.strip_prefix(BYTE_ORDER_MARK)
                && i == 0
            {
                text.extend_from_slice(BYTE_ORDER_MARK);
                line = rest;
            }
            text.extend_from_slice(format!("#line {number}{quoted}\n").as_bytes());
        }
        text.extend_from_slice(line);
    }
    Ok(Directed { text, map: map(runs) })
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a file is one of the C family, by its name.
fn is_c(path: &Path) -> bool {
    const ENDINGS: [&str; 27] = [
        "c", "h", "cc", "cp", "cpp", "cxx", "c++", "C", "CPP", "H", "hh", "hp", "hpp", "hxx", "h++", "HPP",
        "tcc", "tpp", "txx", "inl", "ipp", "ixx", "inc", "def", "m", "mm", "cppm",
    ];
    path.extension().and_then(|e| e.to_str()).is_some_and(|e| ENDINGS.contains(&e))
}

/// Lines that are numbered together: one or more hunks and the lines between them and the nearest places for
/// directives. Lines are 0-based, ranges half open.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Region {
    original: Range<usize>,
    patched: Range<usize>,
}

impl Region {
    /// Whether its lines need numbers of their own.
    fn grows(&self) -> bool {
        self.patched.len() > self.original.len()
    }

    /// Whether the lines behind it need a directive.
    fn shifts(&self) -> bool {
        self.patched.len() != self.original.len()
    }

    /// Moves its ends to places where a directive can stand, as far as it needs any there.
    ///
    /// What it takes in is context, the same lines on both sides.
    fn widened(&self, scan: &Scan, count: usize) -> Region {
        let (mut up, mut down) = (0, 0);
        if self.grows() {
            while self.patched.start > up && !scan.safe[self.patched.start - up] {
                up += 1;
            }
        }
        if self.shifts() {
            while self.patched.end + down < count && !scan.safe[self.patched.end + down] {
                down += 1;
            }
        }
        Region {
            // The subtraction can pass the start only when it crosses a hunk, and then the regions are merged.
            original: self.original.start.saturating_sub(up)..self.original.end + down,
            patched: self.patched.start - up..self.patched.end + down,
        }
    }
}

/// The regions of a file, ordered, no two of them needing a directive at the same place.
fn regions(hunks: &[Hunk], scan: &Scan, count: usize) -> Vec<Region> {
    let zero_based = |r: &Range<u32>| r.start as usize - 1..r.end as usize - 1;
    // Each region is kept as it is without and with the lines around it: merging starts from the former.
    let mut done: Vec<(Region, Region)> = Vec::new();
    for hunk in hunks {
        let mut bare = Region { original: zero_based(&hunk.original), patched: zero_based(&hunk.patched) };
        let mut wide = bare.widened(scan, count);
        while let Some((above, above_wide)) = done.last() {
            let overlap = wide.patched.start < above_wide.patched.end;
            let same_place =
                wide.patched.start == above_wide.patched.end && above_wide.shifts() && wide.grows();
            if !overlap && !same_place {
                break;
            }
            bare = Region {
                original: above.original.start..bare.original.end,
                patched: above.patched.start..bare.patched.end,
            };
            wide = bare.widened(scan, count);
            done.pop();
        }
        done.push((bare, wide));
    }
    done.into_iter().map(|(_, wide)| wide).collect()
}

/// A run of lines with consecutive numbers, 0-based.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    lines: Range<usize>,
    /// Number of the first line, 1-based as compilers count.
    number: usize,
}

/// The number of each line of the patched file, as ordered runs without gaps.
fn number(regions: &[Region], count: usize, used: usize) -> Result<Vec<Run>, NoDirectives> {
    /// Space between the numbers of two hunks, so that a number looks like what it is.
    const SPACE: usize = 16;

    // Numbers beyond 16 bits are cut off in some tables, which matters for files whose own lines fit in.
    let limit = if used < 1 << 16 { (1 << 16) - 1 } else { i32::MAX as usize };
    let grown = || regions.iter().filter(|r| r.grows());
    let needed: usize = grown().map(|r| r.patched.len()).sum();
    let roomy = (used + SPACE).next_multiple_of(1000) + 1;
    let space = if roomy + needed + SPACE * grown().count() <= limit {
        SPACE
    } else if used + needed <= limit {
        0
    } else {
        return Err(NoDirectives::TooManyLines);
    };
    let mut free = if space == 0 { used + 1 } else { roomy };
    let mut runs = Vec::new();
    // Where the lines above end, and the number that the line there has.
    let (mut line, mut number) = (0, 1);
    let mut push = |lines: Range<usize>, number| {
        if !lines.is_empty() {
            runs.push(Run { lines, number });
        }
    };
    for region in regions {
        push(line..region.patched.start, number);
        if region.grows() {
            push(region.patched.clone(), free);
            free += region.patched.len() + space;
        } else {
            push(region.patched.clone(), region.original.start + 1);
        }
        (line, number) = (region.patched.end, region.original.end + 1);
    }
    push(line..count, number);
    Ok(runs)
}

/// Where directives stand, as the line they stand before, and the number each gives to that line.
fn places(regions: &[Region], runs: &[Run], scan: &Scan, count: usize) -> BTreeMap<usize, usize> {
    let number_of = |line: usize| {
        let run = &runs[runs.partition_point(|r| r.lines.end <= line)];
        run.number + (line - run.lines.start)
    };
    let mut places = BTreeMap::new();
    let put = |places: &mut BTreeMap<usize, usize>, line: usize| {
        if line < count {
            places.insert(line, number_of(line));
        }
    };
    for region in regions {
        if region.grows() {
            put(&mut places, region.patched.start);
        }
        if region.shifts() {
            put(&mut places, region.patched.end);
        }
    }
    // A directive in a group that is not compiled is not read, yet it counts as a line: the numbers are set again
    // behind the group. Inner groups come first, so that what they add is seen by those around them.
    for group in &scan.groups {
        for branch in group.boundaries.windows(2) {
            if places.range(branch[0]..branch[1]).next().is_some() {
                put(&mut places, branch[1]);
            }
        }
    }
    places
}

/// The map of numbered lines.
fn map(runs: Vec<Run>) -> LineMap {
    let mut segments: Vec<LineSegment> = Vec::new();
    for run in runs {
        let segment = LineSegment {
            seen: run.number as u32,
            disk: run.lines.start as u32 + 1,
            len: run.lines.len() as u32,
        };
        match segments.last_mut() {
            Some(last) if last.seen + last.len == segment.seen && last.disk + last.len == segment.disk => {
                last.len += segment.len;
            }
            _ => segments.push(segment),
        }
    }
    segments.sort_by_key(|s| s.seen);
    LineMap { segments }
}

#[cfg(test)]
mod tests;
