//! Which words of two lines differ: what is to be looked at in an instruction that has another one in its place.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::pair::Pair;

/// The ranges of bytes in which two lines differ, on each side in order; `None` when they have nothing but punctuation
/// in common, so that there is no point in looking closer.
///
/// A word is a run of letters, digits and what names and registers hold beside them; everything else is a word by
/// itself. A differ of characters was rejected: `%eax` and `%ecx` would have three of four in common.
pub fn differing(original: &str, patched: &str) -> Option<Pair<Vec<Range<usize>>>> {
    let sides = Pair::new(words(original), words(patched));
    // Aligning costs the product of both; no instruction is that long, but a mangled name or a string may be.
    if sides.original.len().saturating_mul(sides.patched.len()) > 1 << 18 {
        return None;
    }
    let texts = Pair::new(texts(original, &sides.original), texts(patched, &sides.patched));
    let ops = capture_diff_slices(Algorithm::Myers, &texts.original, &texts.patched);
    let mut found = Pair::new(Vec::new(), Vec::new());
    let mut is_alike = false;
    for op in ops {
        if let DiffOp::Equal { old_index, len, .. } = op {
            is_alike |= texts.original[old_index..old_index + len].iter().any(|word| is_name(word));
            continue;
        }
        push(&mut found.original, &sides.original[op.old_range()]);
        push(&mut found.patched, &sides.patched[op.new_range()]);
    }
    is_alike.then_some(found)
}

/// Cuts `text` at the ranges: each piece with whether it is in one.
pub fn pieces<'t>(text: &'t str, ranges: &[Range<usize>]) -> Vec<(bool, &'t str)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for range in ranges {
        pieces.push((false, &text[at..range.start]));
        pieces.push((true, &text[range.clone()]));
        at = range.end;
    }
    pieces.push((false, &text[at..]));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

fn push(ranges: &mut Vec<Range<usize>>, words: &[Range<usize>]) {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
    match ranges.last_mut() {
        Some(before) if before.end == first.start => before.end = last.end,
        _ => ranges.push(first.start..last.end),
    }
}

fn texts<'t>(text: &'t str, words: &[Range<usize>]) -> Vec<&'t str> {
    words.iter().map(|range| &text[range.clone()]).collect()
}

fn is_name(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

fn words(text: &str) -> Vec<Range<usize>> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '%' | '$' | '#' | '@');
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match words.last_mut() {
            Some(last) if in_word && is_part(c) => last.end = end,
            _ => words.push(at..end),
        }
        in_word = is_part(c);
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(original: &str, patched: &str) -> Option<Pair<String>> {
        let found = differing(original, patched)?;
        let mark = |text: &str, ranges: &[Range<usize>]| {
            let pieces = pieces(text, ranges);
            pieces.iter().map(|&(m, p)| if m { format!("[{p}]") } else { p.to_owned() }).collect::<String>()
        };
        Some(Pair::new(mark(original, &found.original), mark(patched, &found.patched)))
    }

    #[test]
    fn operands_are_compared_whole() {
        let pair = |a: &str, b: &str| Some(Pair::new(a.to_owned(), b.to_owned()));
        assert_eq!(marked("cmp $0x5,%eax", "cmp $0x6,%eax"), pair("cmp [$0x5],%eax", "cmp [$0x6],%eax"));
        assert_eq!(
            marked("mov 0x8(%rax),%ecx", "mov (%rax),%ecx"),
            pair("mov [0x8](%rax),%ecx", "mov (%rax),%ecx")
        );
        assert_eq!(
            marked("ldr x0, [x1, #8]", "ldr x0, [x1, #16]"),
            pair("ldr x0, [x1, [#8]]", "ldr x0, [x1, [#16]]")
        );
    }

    #[test]
    fn lines_with_nothing_in_common_are_not_looked_at_closely() {
        assert_eq!(marked("push %rbx", "ret"), None);
        assert_eq!(marked("a, b", "c, d"), None);
    }

    proptest! {
        #[test]
        fn pieces_are_the_text(a in "\\PC{0,30}", b in "\\PC{0,30}") {
            if let Some(found) = differing(&a, &b) {
                for (text, ranges) in [(&a, &found.original), (&b, &found.patched)] {
                    let whole: String = pieces(text, ranges).iter().map(|(_, piece)| *piece).collect();
                    prop_assert_eq!(&whole, text);
                }
            }
        }
    }
}
