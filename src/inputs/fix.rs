//! What a fix does to the files of a tree, whatever form the fix came in.

use std::path::PathBuf;
use std::sync::Arc;

/// All files that a fix touches.
#[derive(Debug, Clone, Default)]
pub struct Fix {
    /// The touched files, ordered by path, each once.
    pub files: Vec<TouchedFile>,
    /// Files that must be put into the original side because the working tree is at another revision:
    /// path relative to the tree, and content (`None`: absent).
    pub baseline: Vec<(PathBuf, Option<Arc<[u8]>>)>,
    /// Subject line of the fix, where the patch or commit has one.
    pub subject: Option<String>,
}

/// One file that a fix touches.
#[derive(Debug, Clone)]
pub struct TouchedFile {
    /// Path on the original side relative to the tree; `None` for a new file.
    pub original_path: Option<PathBuf>,
    /// Path on the patched side relative to the tree; `None` for a removed file.
    pub patched_path: Option<PathBuf>,
    /// Content on the original side; `None` for a new file.
    pub original: Option<Arc<[u8]>>,
    /// Content on the patched side; `None` for a removed file.
    pub patched: Option<Arc<[u8]>>,
    /// Whether the patched file is executable; `None`: as the original is.
    pub executable: Option<bool>,
    /// The changed lines, without context, ordered and disjoint.
    pub hunks: Vec<Hunk>,
}

impl TouchedFile {
    /// The path to show: the patched one, or the original one of a removed file.
    pub fn path(&self) -> &std::path::Path {
        self.patched_path
            .as_deref()
            .or(self.original_path.as_deref())
            .expect("a touched file exists on one side")
    }
}

/// A run of changed lines without context. Lines are 1-based; ranges are half open; an empty range lies
/// before the line it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Lines of the original file that go away.
    pub original: std::ops::Range<u32>,
    /// Lines of the patched file that come instead.
    pub patched: std::ops::Range<u32>,
}
