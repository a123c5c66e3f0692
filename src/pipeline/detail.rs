//! What a report is told for its views beside the verdicts: the text of the fix, and the source lines of instructions.

use std::path::{Path, PathBuf};

use crate::compare::{Comparison, Extent, Listing, Place};
use crate::impact::Location;
use crate::inputs::pairing::ObjectSource;
use crate::inputs::{Fix, Hunk, TouchedFile};
use crate::load::MappedFile;
use crate::load::dwarf::Dwarf;
use crate::pair::{Pair, Side};
use crate::report::model::{FixFile, FixHunk, FixLine};

/// Equal lines around the changed ones of a fix, as git has them.
const CONTEXT: u32 = 3;

/// The text of a fix, file by file.
pub(super) fn fix_files(fix: &Fix) -> Vec<FixFile> {
    let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let file = |file: &TouchedFile| FixFile {
        path: Pair::new(shown(&file.original_path), shown(&file.patched_path)),
        hunks: hunks(file),
    };
    fix.files.iter().map(file).collect()
}

/// The hunks of one file with equal lines around them; those that touch are one.
fn hunks(file: &TouchedFile) -> Vec<FixHunk> {
    let lines = |text: &Option<std::sync::Arc<[u8]>>| -> Vec<String> {
        let text = String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned();
        text.lines().map(str::to_owned).collect()
    };
    let texts = Pair::new(lines(&file.original), lines(&file.patched));
    let near = |a: &Hunk, b: &Hunk| b.patched.start - a.patched.end <= 2 * CONTEXT;
    file.hunks.chunk_by(near).map(|run| FixHunk { lines: hunk(run, &texts) }).collect()
}

/// The lines of hunks that lie near each other. Lines are 1-based.
fn hunk(run: &[Hunk], texts: &Pair<Vec<String>>) -> Vec<FixLine> {
    let at = |texts: &[String], line: u32| texts.get(line as usize - 1).cloned().unwrap_or_default();
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return Vec::new() };
    let before = CONTEXT.min(first.patched.start - 1).min(first.original.start - 1);
    let mut lines = Vec::new();
    // How far the sides are apart is told by the hunk behind the equal lines.
    let equal = |from: u32, to: u32, behind: &Hunk, lines: &mut Vec<FixLine>| {
        for line in from..to {
            let original = behind.original.start + line - behind.patched.start;
            lines.push(FixLine {
                line: Pair::new(Some(original), Some(line)),
                text: at(&texts.patched, line),
            });
        }
    };
    let mut next = first.patched.start - before;
    for change in run {
        equal(next, change.patched.start, change, &mut lines);
        lines.extend(
            change
                .original
                .clone()
                .map(|line| FixLine { line: Pair::new(Some(line), None), text: at(&texts.original, line) }),
        );
        lines.extend(
            change
                .patched
                .clone()
                .map(|line| FixLine { line: Pair::new(None, Some(line)), text: at(&texts.patched, line) }),
        );
        next = change.patched.end;
    }
    let end = last.patched.end.saturating_add(CONTEXT).min(texts.patched.len() as u32 + 1).max(next);
    let behind =
        Hunk { original: last.original.end..last.original.end, patched: last.patched.end..last.patched.end };
    equal(next, end, &behind, &mut lines);
    lines
}

/// The line on disk of a place as the compiler saw it, on one side.
pub(super) type OnDisk<'a> = dyn Fn(Side, &Location) -> Option<u32> + 'a;

/// The source line of each line of each entry's listing, as far as debug information tells: the line of the innermost
/// inlined body, as a debugger shows it.
pub(super) fn lines(
    comparison: &Comparison,
    objects: Pair<Option<&ObjectSource>>,
    roots: &[PathBuf],
    disk: &OnDisk<'_>,
) -> Vec<Vec<Pair<Option<Location>>>> {
    if comparison.entries.iter().all(|entry| entry.listing.is_none()) {
        return Vec::new();
    }
    let read = |source: Option<&ObjectSource>| {
        let source = source?;
        let file = MappedFile::open(&source.path).ok()?;
        // What cannot be read is told where causes are looked for.
        Dwarf::parse(source.bytes(&file).ok()?, &source.shown(), roots).ok()
    };
    let (original, patched) = rayon::join(|| read(objects.original), || read(objects.patched));
    let sides = Pair::new(original, patched);
    let of_entry = |extents: Pair<Option<Extent>>, listing: &Listing| {
        let of_line = |at: &Pair<Option<Place>>| {
            let found = |side| {
                let dwarf = sides.get(side).as_ref()?;
                let (Some(extent), Some(Place::Offset(offset))) = (extents.get(side), at.get(side)) else {
                    return None;
                };
                place(dwarf, *extent, *offset, side, disk)
            };
            Pair::new(found(Side::Original), found(Side::Patched))
        };
        listing.lines.iter().map(|line| of_line(&line.at)).collect()
    };
    let entries = comparison.entries.iter();
    entries.map(|e| e.listing.as_ref().map_or_else(Vec::new, |l| of_entry(e.extent, l))).collect()
}

fn place(dwarf: &Dwarf, extent: Extent, offset: u64, side: Side, disk: &OnDisk<'_>) -> Option<Location> {
    let lines = dwarf.lines_at(extent.section, extent.offset + offset);
    let &(_, file, line) = lines.iter().max_by_key(|(level, ..)| *level)?;
    let seen = Location { file: Path::to_path_buf(dwarf.file(file)), line };
    let line = disk(side, &seen)?;
    Some(Location { line, ..seen })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(original: &str, patched: &str) -> Vec<String> {
        let side = |text: &str| Some((PathBuf::from("a.c"), text.as_bytes().into()));
        let hunks = hunks(&TouchedFile::new(side(original), side(patched), None));
        let number = |line: Option<u32>| line.map_or("-".to_owned(), |line| line.to_string());
        hunks
            .iter()
            .map(|hunk| {
                let line = |line: &FixLine| {
                    format!("{}/{}{}", number(line.line.original), number(line.line.patched), line.text)
                };
                hunk.lines.iter().map(line).collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    #[test]
    fn hunks_have_three_equal_lines_around_them_and_join_where_these_touch() {
        assert_eq!(shown("a\nb\nc\n", "a\nB\nc\n"), ["1/1a 2/-b -/2B 3/3c"]);
        assert_eq!(shown("a\n", "a\nb\n"), ["1/1a -/2b"]);
        assert_eq!(shown("b\n", "a\nb\n"), ["-/1a 1/2b"]);
        assert_eq!(shown("a\nb\n", "b\n"), ["1/-a 2/1b"]);
        let text = |edits: &[(usize, &str)]| {
            let mut lines: Vec<String> = (1..30).map(|i| format!("l{i}")).collect();
            edits.iter().for_each(|(at, new)| lines[at - 1] = (*new).to_owned());
            lines.join("\n") + "\n"
        };
        let near = shown(&text(&[]), &text(&[(5, "x"), (12, "y")]));
        assert_eq!(near.len(), 1);
        assert!(near[0].starts_with("2/2l2 ") && near[0].ends_with(" 15/15l15"), "{near:?}");
        assert_eq!(shown(&text(&[]), &text(&[(5, "x"), (13, "y")])).len(), 2);
    }

    #[test]
    fn a_file_on_one_side_is_all_hunk() {
        let new = TouchedFile::new(None, Some((PathBuf::from("a.c"), (*b"a\nb").into())), None);
        assert_eq!(hunks(&new)[0].lines.len(), 2);
        assert!(hunks(&new)[0].lines.iter().all(|line| line.line.original.is_none()));
    }
}
