//! Functions in which nothing but the value of `__LINE__` moved.
//!
//! A step behind the comparison proper, which has no debug information. It may take `changed` back to `line_only`
//! and nothing else, and only where it explains **every** difference of a function and of its cold parts: the
//! same instructions with the same references, and each number that differs is a line on both sides. Two witnesses
//! are heard:
//!
//! * debug information, when both sides have it: the number is put into an argument or onto the stack, and on each
//!   side it is the line that the instruction comes from, or the line of a call that was inlined around it;
//! * the functions of [`line_argument`], which take a line in a known place: the number is that argument. Debug
//!   information must not speak against it; a call of many lines may differ from its line by a few, by as many on
//!   both sides.
//!
//! A number that is no line by either of them leaves the function `changed`: in `printk("%d", 10)` without debug
//! information, 10 may be anything. Data objects stay `changed`: what reads a line from a table may read it to find
//! something by it.

use std::path::PathBuf;

use crate::pair::{Pair, Side};

use super::delta::{Comparison, DifferenceKind, Entry, EntryKind, Load, Shift, Shifts, Status};

/// A line that an instruction comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// 0 for the line of the instruction itself, and counted up for the calls that were inlined around it, from the
    /// innermost one on.
    pub level: u32,
    /// The file.
    pub file: PathBuf,
    /// 1-based line as the compiler saw it.
    pub line: u32,
}

/// Who knows where code comes from.
pub trait LineOracle {
    /// The lines that the instruction at `offset` bytes of a section comes from; none when that is not known.
    fn lines(&self, side: Side, section: u32, offset: u64) -> Vec<SourceLine>;

    /// Whether a line of the original and one of the patched side are the same text in the same place, but for
    /// lines that came or went around it. Where the sources are not known this is not denied.
    fn same_text(&self, lines: Pair<(&PathBuf, u32)>) -> bool;
}

/// Whether [`find`] would ask: some function differs in nothing but numbers that may be lines.
pub fn has_candidates(comparison: &Comparison) -> bool {
    comparison.entries.iter().any(|e| !e.shifts.list.is_empty() && is_candidate(e))
}

/// Makes `line_only` of each changed function in which every difference is a line that moved.
pub fn find(comparison: &mut Comparison, oracle: Option<&dyn LineOracle>) {
    let explained: Vec<bool> = comparison
        .entries
        .iter()
        .map(|e| is_candidate(e) && e.shifts.list.iter().all(|s| is_line(e, s, oracle)))
        .collect();
    let mut cold: Vec<Vec<usize>> = vec![Vec::new(); comparison.entries.len()];
    for (i, entry) in comparison.entries.iter().enumerate() {
        if let Some(parent) = entry.cold_of
            && entry.status != Status::Unchanged
        {
            cold[parent].push(i);
        }
    }
    for i in 0..comparison.entries.len() {
        let entry = &comparison.entries[i];
        let blamed = entry.differences.iter().filter(|d| d.kind == DifferenceKind::ColdPart).count();
        let parts = &cold[i];
        if !explained[i] || entry.cold_of.is_some() {
            continue;
        }
        if blamed != parts.len() || !parts.iter().all(|&part| explained[part]) {
            continue;
        }
        for &i in parts.iter().chain([&i]) {
            let entry = &mut comparison.entries[i];
            entry.status = Status::LineOnly;
            entry.differences.clear();
            entry.shifts = Shifts::default();
            entry.listing = None;
        }
    }
}

/// Whether an entry differs in numbers or in its cold parts, and in nothing else.
fn is_candidate(entry: &Entry) -> bool {
    let numbers = !entry.shifts.list.is_empty() && entry.shifts.nothing_else;
    entry.kind == EntryKind::Function
        && entry.status == Status::Changed
        && entry.differences.iter().all(|d| match d.kind {
            DifferenceKind::Instructions => numbers,
            DifferenceKind::ColdPart => true,
            _ => false,
        })
}

/// A call of many lines may have a number that is so many lines off.
const LONGEST_CALL: i64 = 32;

fn is_line(entry: &Entry, shift: &Shift, oracle: Option<&dyn LineOracle>) -> bool {
    let Some(load) = &shift.load else { return false };
    let number = shift.values.map(|v| u32::try_from(v).ok().filter(|&v| v > 0));
    let Some(number) = number.both() else { return false };
    let callee = match load {
        Load::Argument { index, callee: Some(callee) } if line_argument(&callee.name) == Some(*index) => {
            Some(callee)
        }
        _ => None,
    };
    let lines_at = |at: Pair<u64>| -> Pair<Vec<SourceLine>> {
        let (Some(oracle), Some(extent)) = (oracle, entry.extent.both()) else { return Pair::default() };
        let of = |side: Side| {
            let extent = extent.get(side);
            oracle.lines(side, extent.section, extent.offset.saturating_add(*at.get(side)))
        };
        Pair::new(of(Side::Original), of(Side::Patched))
    };
    let same_text = |a: &SourceLine, b: &SourceLine| {
        oracle.is_none_or(|o| o.same_text(Pair::new((&a.file, number.original), (&b.file, number.patched))))
    };
    let own = lines_at(shift.at);
    if pairs(&own).any(|(a, b)| (a.line, b.line) == (number.original, number.patched) && same_text(a, b)) {
        return true;
    }
    let Some(callee) = callee else { return false };
    let of_call = lines_at(callee.at);
    let known = [&own, &of_call].into_iter().any(|l| !l.original.is_empty() && !l.patched.is_empty());
    let near = |(a, b): (&SourceLine, &SourceLine)| {
        let off = i64::from(number.original) - i64::from(a.line);
        off == i64::from(number.patched) - i64::from(b.line) && off.abs() <= LONGEST_CALL && same_text(a, b)
    };
    !known || pairs(&own).chain(pairs(&of_call)).any(near)
}

/// The lines of both sides that stand on the same level.
fn pairs(lines: &Pair<Vec<SourceLine>>) -> impl Iterator<Item = (&SourceLine, &SourceLine)> {
    let original = lines.original.iter();
    original.flat_map(|a| lines.patched.iter().filter(move |b| a.level == b.level).map(move |b| (a, b)))
}

/// Which argument, counted from 0, is the line, for functions that report a place in the source. Only functions
/// whose caller writes `__LINE__` there; where a function of one name takes something else in another project, that
/// is no number. A function that takes its line through a format, such as `_printk`, has no place for it.
fn line_argument(name: &str) -> Option<u8> {
    Some(match name {
        // include/linux/kernel.h (`___might_sleep` until Linux 5.16): file, line.
        "__might_sleep" | "___might_sleep" | "__might_resched" | "__might_fault" => 1,
        "__cant_sleep" | "__cant_migrate" => 1,
        // include/asm-generic/bug.h, where the architecture has no bug table: file, line.
        "warn_slowpath_fmt" | "warn_slowpath_null" | "warn_slowpath_fmt_taint" => 1,
        // include/linux/lockdep.h: file, line, text.
        "lockdep_rcu_suspicious" => 1,
        // <assert.h> of glibc (and musl's first): assertion or error, file, line.
        "__assert_fail" | "__assert_perror_fail" | "__assert" => 2,
        // fs/btrfs/ctree.h, since Linux 6.2 fs/btrfs/messages.h: what is concerned, function (file), line.
        "__btrfs_abort_transaction" | "__btrfs_handle_fs_error" | "__btrfs_panic" | "btrfs_assertfail" => 2,
        // fs/ext4/ext4.h: what is concerned, function, line.
        "__ext4_error"
        | "__ext4_error_inode"
        | "__ext4_error_file"
        | "__ext4_std_error"
        | "__ext4_warning"
        | "__ext4_warning_inode" => 2,
        // fs/ext4/ext4_jbd2.h: function, line; the one that starts a transaction has no name.
        "__ext4_journal_get_write_access"
        | "__ext4_journal_get_create_access"
        | "__ext4_handle_dirty_metadata"
        | "__ext4_journal_stop"
        | "__ext4_forget" => 1,
        "__ext4_journal_start_sb" | "__ext4_journal_start_reserved" => 1,
        _ => return None,
    })
}
