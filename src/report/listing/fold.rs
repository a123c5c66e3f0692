//! Which lines of a listing are shown.

use std::ops::Range;

use crate::report::model::{ListingLine, ListingOp};

/// The runs of lines to show: every changed line with up to `context` equal ones on either side, runs that touch put
/// together. Without a number all lines, as long as one of them is changed.
pub(in crate::report) fn runs(lines: &[ListingLine], context: Option<usize>) -> Vec<Range<usize>> {
    let mut changed = lines.iter().enumerate().filter(|(_, line)| line.op != ListingOp::Equal).peekable();
    let Some(context) = context else {
        return changed.peek().map(|_| 0..lines.len()).into_iter().collect();
    };
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, _) in changed {
        let wanted =
            index.saturating_sub(context)..index.saturating_add(context).saturating_add(1).min(lines.len());
        match runs.last_mut() {
            Some(last) if wanted.start <= last.end => last.end = wanted.end,
            _ => runs.push(wanted),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;
    use super::*;

    #[test]
    fn runs_that_touch_are_one() {
        assert_eq!(runs(&lines("-a\n b\n c\n+d"), Some(1)).as_slice(), std::slice::from_ref(&(0..4)));
        assert_eq!(runs(&lines("-a\n b\n c\n d\n+e"), Some(1)), [0..2, 3..5]);
        assert_eq!(runs(&lines("-a\n b\n+c"), Some(0)), [0..1, 2..3]);
        assert_eq!(runs(&lines("-a\n b\n+c"), Some(usize::MAX)).as_slice(), std::slice::from_ref(&(0..3)));
    }

    #[test]
    fn all_lines_are_one_run_and_nothing_is_shown_of_what_is_equal() {
        assert_eq!(runs(&lines(" a\n b\n+c\n d"), None).as_slice(), std::slice::from_ref(&(0..4)));
        assert!(runs(&lines(" a\n b"), None).is_empty());
        assert!(runs(&lines(" a\n b"), Some(3)).is_empty());
    }
}
