//! Applying the hunks of one file: no fuzz, every line of context must match.

use super::parse::shown;
use super::parsed::{FilePatch, LineKind, PatchHunk, PatchLine};
use crate::inputs::fix::split_lines;

/// A text with the hunks applied.
#[derive(Debug)]
pub struct Applied {
    /// The text.
    pub text: Vec<u8>,
    /// Hunks (1-based) that applied at another line than stated, and how many lines further down.
    pub moved: Vec<(usize, i64)>,
}

/// Applies all hunks of `file` to `original`.
///
/// Lines are compared with their line ends first; when that fails, without them, because patches lose or gain
/// carriage returns on their way: then the file's own line ends win. The error says which hunk, where, what it
/// expected and what it found.
pub fn apply(file: &FilePatch<'_>, original: &[u8]) -> Result<Applied, String> {
    let lines = split_lines(original);
    match run(file, &lines, Ends::Exact) {
        Ok(applied) => Ok(applied),
        // The message of the tolerant try speaks of real differences only.
        Err(_) => run(file, &lines, Ends::Any).map_err(|failed| message(file, &lines, failed)),
    }
}

/// Whether the patched side of all hunks is what `text` has already.
pub fn is_applied(file: &FilePatch<'_>, text: &[u8]) -> bool {
    let mut reverse = file.clone();
    for hunk in &mut reverse.hunks {
        std::mem::swap(&mut hunk.original_start, &mut hunk.patched_start);
        for line in &mut hunk.lines {
            line.kind = match line.kind {
                LineKind::Context => LineKind::Context,
                LineKind::Removed => LineKind::Added,
                LineKind::Added => LineKind::Removed,
            };
        }
    }
    // A hunk that only adds has, reversed, something to find; one that only removes has nothing and would fit
    // anywhere, so that its context must carry the proof.
    let proves = |h: &PatchHunk<'_>| h.lines.iter().any(|l| l.kind != LineKind::Added);
    reverse.hunks.iter().all(proves) && run(&reverse, &split_lines(text), Ends::Any).is_ok()
}

/// How line ends are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Exact,
    Any,
}

/// A hunk that fits nowhere.
struct Failed {
    /// Index of the hunk.
    hunk: usize,
    /// 0-based line where it should have been.
    expected_at: usize,
}

fn run(file: &FilePatch<'_>, lines: &[&[u8]], ends: Ends) -> Result<Applied, Failed> {
    let mut text = Vec::new();
    let mut moved = Vec::new();
    // First line no hunk has taken yet, and how far the last hunk was from where it should have been.
    let (mut done, mut offset) = (0usize, 0i64);
    for (index, hunk) in file.hunks.iter().enumerate() {
        let want: Vec<&PatchLine<'_>> = hunk.lines.iter().filter(|l| l.kind != LineKind::Added).collect();
        let stated = stated_start(hunk, want.is_empty());
        let expected_at = usize::try_from(stated as i64 + offset).unwrap_or(0);
        let Some(at) = place(hunk, &want, lines, done, expected_at, ends) else {
            return Err(Failed { hunk: index, expected_at });
        };
        offset = at as i64 - stated as i64;
        if offset != 0 {
            moved.push((index + 1, offset));
        }
        append(&mut text, &lines[done..at]);
        done = at + want.len();
        let mut taken = at;
        for line in &hunk.lines {
            match line.kind {
                LineKind::Context => {
                    append(&mut text, &lines[taken..=taken]);
                    taken += 1;
                }
                LineKind::Removed => taken += 1,
                LineKind::Added => add(&mut text, line, lines, taken, ends, file.carriage_returns),
            }
        }
    }
    append(&mut text, &lines[done..]);
    Ok(Applied { text, moved })
}

/// 0-based line the hunk states.
fn stated_start(hunk: &PatchHunk<'_>, no_original_lines: bool) -> usize {
    let start = hunk.original_start as usize;
    // `-5,0` means behind line 5, `-5,1` means line 5 itself.
    if no_original_lines { start } else { start.saturating_sub(1) }
}

/// The line nearest to `expected_at` where the hunk fits, not above `done`.
fn place(
    hunk: &PatchHunk<'_>,
    want: &[&PatchLine<'_>],
    lines: &[&[u8]],
    done: usize,
    expected_at: usize,
    ends: Ends,
) -> Option<usize> {
    let last = lines.len().checked_sub(want.len())?;
    // A line without line feed can only be the last one of its side.
    let patched_ends =
        hunk.lines.iter().rev().find(|l| l.kind != LineKind::Removed).is_some_and(|l| !l.line_feed);
    let fits = |at: usize| {
        (ends == Ends::Any || !patched_ends || at == last)
            && want.iter().zip(&lines[at..]).all(|(l, found)| matches(l, found, ends))
    };
    if (done..=last).contains(&expected_at) && fits(expected_at) {
        return Some(expected_at);
    }
    if want.is_empty() {
        // Nothing to recognise the place by.
        return None;
    }
    // Without context above (below), the hunk belongs to the start (end) of the file and nowhere else.
    let context = |l: Option<&PatchLine<'_>>| l.is_some_and(|l| l.kind == LineKind::Context);
    let (above, below) = (context(hunk.lines.first()), context(hunk.lines.last()));
    let range = match (above, below) {
        (false, true) if hunk.original_start <= 1 => done..=0,
        (true, false) => done.max(last)..=last,
        _ => done..=last,
    };
    if range.is_empty() {
        return None;
    }
    // From outside of the range, the nearest places are those at its end; the distance up to there is not walked,
    // since a header may state any number.
    let from = expected_at.clamp(*range.start(), *range.end());
    let reach = from.abs_diff(*range.start()).max(from.abs_diff(*range.end()));
    (0..=reach).find_map(|distance| {
        let below = from.checked_add(distance).filter(|at| range.contains(at) && fits(*at));
        below.or_else(|| from.checked_sub(distance).filter(|at| range.contains(at) && fits(*at)))
    })
}

/// A line of the patch or the file without its line end.
fn bare(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

fn matches(line: &PatchLine<'_>, found: &[u8], ends: Ends) -> bool {
    match ends {
        Ends::Any => bare(line.text) == bare(found),
        Ends::Exact => match found.strip_suffix(b"\n") {
            Some(found) => line.line_feed && line.text == found,
            None => !line.line_feed && line.text == found,
        },
    }
}

/// Appends lines of the file; a last line without line feed gets one when something was put behind it.
fn append(text: &mut Vec<u8>, lines: &[&[u8]]) {
    for line in lines {
        end_line(text);
        text.extend_from_slice(line);
    }
}

fn end_line(text: &mut Vec<u8>) {
    if text.last().is_some_and(|&b| b != b'\n') {
        text.push(b'\n');
    }
}

/// Appends an added line; in tolerant mode with the line end of the lines around it.
fn add(text: &mut Vec<u8>, line: &PatchLine<'_>, lines: &[&[u8]], at: usize, ends: Ends, converted: bool) {
    end_line(text);
    if ends == Ends::Exact && !(converted && lines.is_empty()) {
        text.extend_from_slice(line.text);
    } else {
        let neighbour = at.checked_sub(1).and_then(|i| lines.get(i)).or(lines.get(at));
        text.extend_from_slice(bare(line.text));
        if neighbour.is_some_and(|l| l.ends_with(b"\r\n")) {
            text.push(b'\r');
        }
    }
    if line.line_feed {
        text.push(b'\n');
    }
}

fn message(file: &FilePatch<'_>, lines: &[&[u8]], failed: Failed) -> String {
    let hunk = &file.hunks[failed.hunk];
    let place = format!(
        "hunk {} of {}, at line {} (line {} of the patch), does not apply",
        failed.hunk + 1,
        file.hunks.len(),
        failed.expected_at + 1,
        hunk.line
    );
    let want = hunk.lines.iter().filter(|l| l.kind != LineKind::Added);
    for (i, line) in want.enumerate() {
        let number = failed.expected_at + i;
        match lines.get(number) {
            Some(found) if matches(line, found, Ends::Any) => {}
            Some(found) => {
                return format!(
                    "{place}: line {} should be `{}` but is `{}`",
                    number + 1,
                    shown(bare(line.text)),
                    shown(bare(found))
                );
            }
            None => {
                return format!(
                    "{place}: line {} should be `{}` but the file has {} lines",
                    number + 1,
                    shown(bare(line.text)),
                    lines.len()
                );
            }
        }
    }
    format!("{place}: it overlaps the hunk before it, or its place in the file is not where it can be")
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    /// Applies a patch for a single file.
    fn applied(patch: &str, original: &str) -> Result<(String, Vec<(usize, i64)>), String> {
        let parsed = parse(patch.as_bytes())?;
        let applied = apply(&parsed.files[0], original.as_bytes())?;
        Ok((String::from_utf8(applied.text).expect("text"), applied.moved))
    }

    fn patched(patch: &str, original: &str) -> String {
        applied(patch, original).expect("the patch applies").0
    }

    const HEADER: &str = "--- a/x.c\n+++ b/x.c\n";

    #[test]
    fn a_hunk_is_found_nearest_to_where_it_should_be() {
        let patch = format!("{HEADER}@@ -5,3 +5,3 @@\n a\n-b\n+B\n c\n");
        let shifted = "a\nb\nc\n1\n2\n3\n4\n5\na\nb\nc\n";
        let (text, moved) = applied(&patch, shifted).expect("applies");
        // Four lines up is as near as four lines down; down wins, as in `patch`.
        assert_eq!(text, "a\nb\nc\n1\n2\n3\n4\n5\na\nB\nc\n");
        assert_eq!(moved, [(1, 4)]);
        let (_, moved) = applied(&patch, &shifted[2..]).expect("applies");
        assert_eq!(moved, [(1, 3)]);
    }

    #[test]
    fn no_line_of_context_may_differ() {
        let patch = format!("{HEADER}@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n@@ -11,3 +11,3 @@\n k\n-l\n+L\n m\n");
        let text = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nM\n";
        let error = applied(&patch, text).expect_err("the last line differs");
        assert_eq!(
            error,
            "hunk 2 of 2, at line 11 (line 8 of the patch), does not apply: line 13 should be `m` but is `M`"
        );
    }

    #[test]
    fn the_missing_line_feed_at_the_end_is_kept() {
        let patch = format!(
            "{HEADER}@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+B\n\\ No newline at end of file\n"
        );
        assert_eq!(patched(&patch, "a\nb"), "a\nB");
        let patch = format!("{HEADER}@@ -1,2 +1,2 @@\n a\n-b\n+B\n\\ No newline at end of file\n");
        assert_eq!(patched(&patch, "a\nb\n"), "a\nB");
        let patch = format!("{HEADER}@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n");
        assert_eq!(patched(&patch, "a\nb"), "a\nb\nc\n");
    }

    #[test]
    fn carriage_returns_follow_the_file() {
        let patch = format!("{HEADER}@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        assert_eq!(patched(&patch, "a\r\nb\r\nc\r\n"), "a\r\nB\r\nc\r\n");
        let converted = patch.replace('\n', "\r\n");
        assert_eq!(patched(&converted, "a\nb\nc\n"), "a\nB\nc\n");
        assert_eq!(patched(&converted, "a\r\nb\r\nc\r\n"), "a\r\nB\r\nc\r\n");
        // A patch that is about line ends is taken at its word.
        let ends = format!("{HEADER}@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n");
        assert_eq!(patched(&ends, "a\r\nb\n"), "a\nb\n");
    }

    #[test]
    fn hunks_without_context_go_where_they_say() {
        let patch = format!("{HEADER}@@ -2,0 +3,1 @@\n+x\n@@ -3 +4,0 @@\n-c\n");
        assert_eq!(patched(&patch, "a\nb\nc\nd\n"), "a\nb\nx\nd\n");
        let far = format!("{HEADER}@@ -4294967295 +4294967295 @@\n-b\n+B\n");
        assert_eq!(patched(&far, "a\nb\nc\n"), "a\nB\nc\n");
        let beyond = format!("{HEADER}@@ -9,0 +10,1 @@\n+x\n");
        assert!(applied(&beyond, "a\n").is_err());
    }

    #[test]
    fn a_hunk_for_the_end_of_the_file_is_not_put_elsewhere() {
        let patch = format!("{HEADER}@@ -9,2 +9,3 @@\n a\n b\n+c\n");
        assert!(applied(&patch, "a\nb\nx\n").is_err());
        assert_eq!(patched(&patch, "x\na\nb\n"), "x\na\nb\nc\n");
        let patch = format!("{HEADER}@@ -1,2 +1,3 @@\n+c\n a\n b\n");
        assert!(applied(&patch, "x\na\nb\n").is_err());
    }

    #[test]
    fn an_applied_patch_is_recognised() {
        let patch = format!("{HEADER}@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        let parsed = parse(patch.as_bytes()).expect("a patch");
        assert!(is_applied(&parsed.files[0], b"a\nB\nc\n"));
        assert!(!is_applied(&parsed.files[0], b"a\nb\nc\n"));
        assert!(!is_applied(&parsed.files[0], b"a\nX\nc\n"));
    }

    /// A unified diff of two texts, with `context` lines around each hunk.
    fn unified(original: &str, patched: &str, context: usize) -> String {
        let sides = (split_lines(original.as_bytes()), split_lines(patched.as_bytes()));
        let hunks = crate::inputs::fix::changed_lines(original.as_bytes(), patched.as_bytes());
        let mut out = HEADER.to_string();
        let line = |out: &mut String, sign: char, text: &[u8]| {
            out.push(sign);
            out.push_str(&String::from_utf8_lossy(text));
            if !text.ends_with(b"\n") {
                out.push_str("\n\\ No newline at end of file\n");
            }
        };
        let mut rest = &hunks[..];
        while let Some(first) = rest.first() {
            let near = |pair: &[crate::inputs::Hunk]| {
                (pair[1].original.start - pair[0].original.end) as usize <= 2 * context
            };
            let count = 1 + rest.windows(2).take_while(|pair| near(pair)).count();
            let (group, behind) = rest.split_at(count);
            rest = behind;
            let start = |at: u32| (at as usize - 1).saturating_sub(context);
            let mut at = start(first.original.start);
            let patched_at = first.patched.start as usize - 1 - (first.original.start as usize - 1 - at);
            let mut body = String::new();
            let (mut removed, mut added, mut kept) = (0, 0, 0);
            for hunk in group {
                for text in &sides.0[at..hunk.original.start as usize - 1] {
                    line(&mut body, ' ', text);
                    kept += 1;
                }
                for text in &sides.0[hunk.original.start as usize - 1..hunk.original.end as usize - 1] {
                    line(&mut body, '-', text);
                    removed += 1;
                }
                for text in &sides.1[hunk.patched.start as usize - 1..hunk.patched.end as usize - 1] {
                    line(&mut body, '+', text);
                    added += 1;
                }
                at = hunk.original.end as usize - 1;
            }
            for text in sides.0.iter().skip(at).take(context) {
                line(&mut body, ' ', text);
                kept += 1;
            }
            let from = |at: usize, len: usize| if len == 0 { at } else { at + 1 };
            let (original_at, original_len) = (start(first.original.start), kept + removed);
            out.push_str(&format!(
                "@@ -{},{original_len} +{},{} @@\n{body}",
                from(original_at, original_len),
                from(patched_at, kept + added),
                kept + added
            ));
        }
        out
    }

    proptest::proptest! {
        /// The unified diff of two texts turns one into the other.
        #[test]
        fn unified_diffs_apply(
            a in "([abc ]{0,3}\n){0,30}([ab]{0,2})", b in "([abc ]{0,3}\n){0,30}([ab]{0,2})", context in 0usize..5
        ) {
            proptest::prop_assume!(a != b);
            let patch = unified(&a, &b, context);
            let (text, moved) = applied(&patch, &a).map_err(proptest::test_runner::TestCaseError::fail)?;
            proptest::prop_assert_eq!(text, b);
            proptest::prop_assert!(moved.is_empty());
        }

        /// A text with lines put in front takes the same patch, when the place can be told.
        #[test]
        fn unified_diffs_find_their_place(a in "([abc]{1,3}\n){24,40}", at in 4usize..20, above in 1usize..9) {
            let lines: Vec<&str> = a.split_inclusive('\n').collect();
            let mut changed: Vec<&str> = lines.clone();
            changed[at] = "X\n";
            let marked = |lines: &[&str]| lines.iter().enumerate().map(|(i, l)| format!("{i}{l}")).collect::<String>();
            let (original, patched_text) = (marked(&lines), marked(&changed));
            let patch = unified(&original, &patched_text, 3);
            let front = "front\n".repeat(above);
            let (text, moved) = applied(&patch, &format!("{front}{original}"))
                .map_err(proptest::test_runner::TestCaseError::fail)?;
            proptest::prop_assert_eq!(text, format!("{front}{patched_text}"));
            proptest::prop_assert_eq!(moved, [(1, above as i64)]);
        }
    }
}
