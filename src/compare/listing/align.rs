//! Which lines stand beside each other.

use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::OneSided;

/// Aligning is for reading and must not take long: then the rest stands one behind the other.
const PATIENCE: Duration = Duration::from_millis(500);
/// Where more pairs than this would have to be weighed between two equal lines, lines are paired in their order.
const MOST_WEIGHED: usize = 40_000;

/// Pairs of lines, ascending on both sides: equal keys first; between those, each line with the one that most
/// probably took its place.
pub(super) fn align<T: OneSided>(original: &[T], patched: &[T]) -> Vec<(usize, usize)> {
    let keys = |lines: &[T]| lines.iter().map(|l| l.key().to_owned()).collect::<Vec<_>>();
    let mut pairs = Vec::new();
    let (mut next_o, mut next_p) = (0, 0);
    for (i, j) in equal(&keys(original), &keys(patched)).into_iter().chain([(original.len(), patched.len())])
    {
        let between = replaced(&original[next_o..i], &patched[next_p..j]);
        pairs.extend(between.into_iter().map(|(a, b)| (next_o + a, next_p + b)));
        if i < original.len() && j < patched.len() {
            pairs.push((i, j));
        }
        (next_o, next_p) = (i + 1, j + 1);
    }
    pairs
}

/// Pairs of equal lines. Only the equal runs of `similar` 2 are relied on: the positions it gives for insertions
/// and deletions can be off by the runs around them.
fn equal(original: &[String], patched: &[String]) -> Vec<(usize, usize)> {
    let deadline = Some(Instant::now() + PATIENCE);
    let ops = capture_diff_slices_deadline(Algorithm::Patience, original, patched, deadline);
    ops.iter()
        .filter_map(|op| match *op {
            DiffOp::Equal { old_index, new_index, len } => {
                Some((0..len).map(move |n| (old_index + n, new_index + n)))
            }
            _ => None,
        })
        .flatten()
        .collect()
}

/// Pairs lines between two equal ones so that the sum of their likenesses is largest (Needleman and Wunsch, with
/// gaps for nothing).
fn replaced<T: OneSided>(original: &[T], patched: &[T]) -> Vec<(usize, usize)> {
    let (n, m) = (original.len(), patched.len());
    if n.saturating_mul(m) > MOST_WEIGHED || n == 1 && m == 1 {
        return (0..n.min(m)).map(|i| (i, i)).collect();
    }
    let parsed_o: Vec<Words<'_>> = original.iter().map(|line| Words::new(line.text())).collect();
    let parsed_p: Vec<Words<'_>> = patched.iter().map(|line| Words::new(line.text())).collect();
    let width = m + 1;
    // best[i * width + j] is the most that the lines from i and j on can give.
    let mut best = vec![0u32; (n + 1) * width];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            let paired = best[(i + 1) * width + j + 1] + parsed_o[i].likeness(&parsed_p[j]);
            best[i * width + j] = paired.max(best[(i + 1) * width + j]).max(best[i * width + j + 1]);
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        let here = best[i * width + j];
        if here == best[(i + 1) * width + j + 1] + parsed_o[i].likeness(&parsed_p[j]) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if here == best[(i + 1) * width + j] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// A line taken apart for weighing.
struct Words<'t> {
    first: &'t str,
    operands: Vec<&'t str>,
}

impl<'t> Words<'t> {
    fn new(text: &'t str) -> Self {
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        Words { first, operands: rest.split([',', ' ']).collect() }
    }

    /// How probable it is that one line took the place of the other: at least 1, because in a place where both
    /// sides changed anything may have taken the place of anything.
    fn likeness(&self, other: &Words<'_>) -> u32 {
        let same = self.operands.iter().zip(&other.operands).filter(|(a, b)| a == b).count() as u32;
        let is_jump = |words: &Words<'_>| words.first.starts_with('j');
        let name = match self.first == other.first {
            true => 8,
            false if is_jump(self) && is_jump(other) => 4,
            false => 0,
        };
        let count = u32::from(self.operands.len() == other.operands.len());
        1 + name + count + 3 * same.min(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::delta::Place;

    impl OneSided for &str {
        fn place(&self) -> Place {
            Place::Offset(0)
        }

        fn text(&self) -> &str {
            self
        }

        fn key(&self) -> &str {
            self
        }
    }

    fn paired(original: &[&str], patched: &[&str]) -> Vec<(usize, usize)> {
        align(original, patched)
    }

    #[test]
    fn a_changed_line_stands_beside_its_replacement() {
        let original = ["push %rbx", "cmp $5,%eax", "jne .", "ret"];
        let patched = ["push %rbx", "xor %ecx,%ecx", "cmp $6,%eax", "je .", "ret"];
        assert_eq!(paired(&original, &patched), [(0, 0), (1, 2), (2, 3), (3, 4)]);
    }

    #[test]
    fn lines_of_one_side_stand_alone() {
        assert_eq!(paired(&["a", "b", "c"], &["a", "c"]), [(0, 0), (2, 1)]);
        assert_eq!(paired(&[], &["a"]), []);
        assert_eq!(paired(&["a"], &["b"]), [(0, 0)]);
    }

    #[test]
    fn nothing_is_lost_where_there_is_too_much_to_weigh() {
        assert_eq!(paired(&["mov %eax,%ecx"; 300], &["add %eax,%ecx"; 200]).len(), 200);
    }
}
