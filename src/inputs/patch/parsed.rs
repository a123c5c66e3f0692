//! What a patch file says, as it says it.

use super::name::Name;

/// The changes of one patch file, in its order.
#[derive(Debug, Default)]
pub struct Parsed<'a> {
    /// One entry for each section about a file.
    pub files: Vec<FilePatch<'a>>,
    /// Subject of the first mail or commit in it.
    pub subject: Option<String>,
}

/// What a patch does to one file.
#[derive(Debug, Clone)]
pub struct FilePatch<'a> {
    /// 1-based line in the patch where the section begins.
    pub line: usize,
    /// Name on the original side.
    pub original: Option<Name>,
    /// Name on the patched side.
    pub patched: Option<Name>,
    /// What kind of change it is.
    pub action: Action,
    /// Whether `diff --git` introduced it.
    pub git: bool,
    /// Whether that line names both sides alike, as `git diff --no-prefix` does.
    pub no_prefix: bool,
    /// File mode on the patched side, where the patch states one.
    pub mode: Option<u32>,
    /// Whether the header's lines end in CR LF: then the patch went through something that converted it.
    pub carriage_returns: bool,
    /// The hunks in order.
    pub hunks: Vec<PatchHunk<'a>>,
}

/// Kinds of changes to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The file is on both sides.
    Modify,
    /// The file is new.
    Create,
    /// The file goes away.
    Remove,
    /// The header does not say, and the file goes away if nothing is left of it (time stamp of 1970).
    RemoveIfEmpty,
    /// The file moves.
    Rename,
    /// The file is copied.
    Copy,
}

/// One hunk.
#[derive(Debug, Clone)]
pub struct PatchHunk<'a> {
    /// 1-based line of its header in the patch.
    pub line: usize,
    /// First line on the original side as stated; the line before it when the hunk has no original lines.
    pub original_start: u32,
    /// First line on the patched side as stated, likewise.
    pub patched_start: u32,
    /// Its lines.
    pub lines: Vec<PatchLine<'a>>,
}

/// One line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchLine<'a> {
    /// Which sides have it.
    pub kind: LineKind,
    /// Its text without the line feed; a carriage return is part of it.
    pub text: &'a [u8],
    /// Whether a line feed follows.
    pub line_feed: bool,
}

/// Which sides have a line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Both.
    Context,
    /// The original.
    Removed,
    /// The patched.
    Added,
}
