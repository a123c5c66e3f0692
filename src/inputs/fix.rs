//! What a fix does to the files of a tree, whatever form the fix came in.

mod diff;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::plan::FixSource;

pub(super) use diff::{changed_lines, split_lines};

/// All files that a fix touches.
#[derive(Debug, Clone, Default)]
pub struct Fix {
    /// The touched files, ordered by [`TouchedFile::path`], each once.
    pub files: Vec<TouchedFile>,
    /// Files that must be put into the original side because the working tree is at another revision:
    /// path relative to the tree, and content (`None`: absent). Ordered by path. A touched file may be listed
    /// here too; its content is then the one in [`Fix::files`].
    pub baseline: Vec<(PathBuf, Option<Arc<[u8]>>)>,
    /// Subject line of the fix, where the patch or commit has one.
    pub subject: Option<String>,
    /// Things the fix touches that are not regular text files, so that nothing can be compiled or compared for
    /// them: symbolic links, submodules, binary files. Ordered by path. They must not be passed over in silence.
    pub unsupported: Vec<Unsupported>,
    /// One sentence each for what a careful user wants to know, such as a hunk that applies at another line.
    pub notes: Vec<String>,
}

/// Something a fix touches that is no regular text file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsupported {
    /// Path relative to the tree.
    pub path: PathBuf,
    /// What it is, such as `a symbolic link`.
    pub what: String,
}

/// One file that a fix touches.
#[derive(Debug, Clone)]
pub struct TouchedFile {
    /// Path on the original side relative to the tree; `None` for a new file.
    pub original_path: Option<PathBuf>,
    /// Path on the patched side relative to the tree; `None` for a removed file.
    pub patched_path: Option<PathBuf>,
    /// Content on the original side; `None` for a new file. The user's tree may hold another one, when the fix
    /// is given by revisions.
    pub original: Option<Arc<[u8]>>,
    /// Content on the patched side; `None` for a removed file.
    pub patched: Option<Arc<[u8]>>,
    /// Whether the patched file is executable; `None`: as the original is.
    pub executable: Option<bool>,
    /// The changed lines, without context, ordered and disjoint.
    pub hunks: Vec<Hunk>,
}

/// A run of changed lines without context. Lines are 1-based; ranges are half open; an empty range lies
/// before the line it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Lines of the original file that go away.
    pub original: Range<u32>,
    /// Lines of the patched file that come instead.
    pub patched: Range<u32>,
}

/// Finds out which files a fix touches, and how, without writing anything.
///
/// `tree` is the root of the user's tree. All paths of the answer are relative to it.
///
/// # Errors
///
/// [`Error::Patch`] for a patch that cannot be read or does not apply, [`Error::Request`] for revisions or
/// folders that cannot be compared, [`Error::Io`] for a file that cannot be read.
pub fn resolve(tree: &Path, source: &FixSource) -> Result<Fix> {
    let root = tree.canonicalize().map_err(|e| Error::io(tree, e))?;
    if !root.is_dir() {
        return Err(Error::Request(format!(
            "{}: is not a folder; --tree takes the root of a source tree",
            tree.display()
        )));
    }
    match source {
        FixSource::Nothing(units) => untouched(&root, units),
        FixSource::Patches { patches, strip } => super::patch::resolve(&root, patches, *strip),
        FixSource::PatchedDir(dir) => super::trees::resolve(&root, dir),
        FixSource::Revisions { original, patched, allow_dirty } => {
            super::git::resolve(&root, original.as_deref(), patched, *allow_dirty)
        }
    }
}

/// Files that are looked at and not changed.
fn untouched(root: &Path, units: &[PathBuf]) -> Result<Fix> {
    let mut files = Vec::new();
    for unit in units {
        let path = root.join(unit);
        let text: Arc<[u8]> = std::fs::read(&path).map_err(|e| Error::io(&path, e))?.into();
        files.push(TouchedFile::new(Some((unit.clone(), text.clone())), Some((unit.clone(), text)), None));
    }
    files.sort_by(|a, b| a.path().cmp(b.path()));
    files.dedup_by(|a, b| a.path() == b.path());
    Ok(Fix { files, ..Fix::default() })
}

impl TouchedFile {
    /// A touched file with its hunks; a side is `None` when the file does not exist on it.
    pub fn new(
        original: Option<(PathBuf, Arc<[u8]>)>,
        patched: Option<(PathBuf, Arc<[u8]>)>,
        executable: Option<bool>,
    ) -> Self {
        let empty: &[u8] = &[];
        let hunks = changed_lines(
            original.as_ref().map_or(empty, |(_, text)| text),
            patched.as_ref().map_or(empty, |(_, text)| text),
        );
        let (original_path, original) = original.unzip();
        let (patched_path, patched) = patched.unzip();
        TouchedFile { original_path, patched_path, original, patched, executable, hunks }
    }

    /// The path to show: the patched one, or the original one of a removed file.
    pub fn path(&self) -> &Path {
        self.patched_path
            .as_deref()
            .or(self.original_path.as_deref())
            .expect("a touched file exists on one side")
    }

    /// Whether a line of the patched file (1-based, as on disk) is one that the fix brings.
    ///
    /// A pure deletion brings no lines: no line of the patched file is in its hunk.
    pub fn patched_line_in_hunk(&self, disk_line: u32) -> bool {
        in_ranges(&self.hunks, disk_line, |h| &h.patched)
    }

    /// Whether a line of the original file (1-based) is one that the fix takes away.
    ///
    /// A pure insertion takes no lines away.
    pub fn original_line_in_hunk(&self, line: u32) -> bool {
        in_ranges(&self.hunks, line, |h| &h.original)
    }
}

/// Whether one of the ordered, disjoint ranges holds `line`.
fn in_ranges(hunks: &[Hunk], line: u32, side: impl Fn(&Hunk) -> &Range<u32>) -> bool {
    let after = hunks.partition_point(|h| side(h).start <= line);
    // An empty range may share its start with the range behind it, so one step back is not always enough.
    hunks[..after].iter().rev().find(|h| !side(h).is_empty()).is_some_and(|h| side(h).contains(&line))
}

/// Collects what happens to single paths and turns it into the touched files of a [`Fix`].
///
/// It is the common end of all three sources, so that the same fix gives the same [`Fix`] whichever way it came.
#[derive(Debug, Default)]
pub(super) struct Changes {
    paths: std::collections::BTreeMap<PathBuf, Change>,
}

/// What happens to one path.
#[derive(Debug, Default)]
struct Change {
    original: Option<Arc<[u8]>>,
    patched: Option<Arc<[u8]>>,
    /// Path on the original side that the patched content was made from, when it is another one.
    origin: Option<PathBuf>,
    executable: Option<bool>,
}

impl Changes {
    /// Says that `path` has `content` on the original side.
    pub fn original(&mut self, path: PathBuf, content: Option<Arc<[u8]>>) {
        self.paths.entry(path).or_default().original = content;
    }

    /// Says that `path` has `content` on the patched side, made from `origin` on the original side.
    pub fn patched(
        &mut self,
        path: PathBuf,
        content: Option<Arc<[u8]>>,
        origin: Option<PathBuf>,
        executable: Option<bool>,
    ) {
        let change = self.paths.entry(path).or_default();
        change.patched = content;
        change.origin = origin;
        change.executable = executable;
    }

    /// The touched files, ordered by path. Paths with no net change are left out.
    pub fn into_files(mut self) -> Vec<TouchedFile> {
        let mut files = Vec::new();
        // A rename joins two paths in one entry only where the path it comes from is gone and the one it goes to
        // was free: in every other case both paths are on both sides or stand for themselves.
        let renamed: Vec<(PathBuf, PathBuf)> = self
            .paths
            .iter()
            .filter(|(_, c)| c.original.is_none() && c.patched.is_some())
            .filter_map(|(to, c)| Some((c.origin.clone()?, to.clone())))
            .collect();
        for (from, to) in renamed {
            if self.paths.get(&from).is_some_and(|c| c.original.is_some() && c.patched.is_none())
                && let (Some(gone), Some(made)) = (self.paths.remove(&from), self.paths.remove(&to))
            {
                files.push(TouchedFile::new(
                    gone.original.map(|text| (from, text)),
                    made.patched.map(|text| (to, text)),
                    made.executable,
                ));
            }
        }
        for (path, mut change) in self.paths {
            // A new file that is not executable is like any other, whether or not the source of the fix says so.
            if change.original.is_none() {
                change.executable = change.executable.filter(|&e| e);
            }
            if change.original.is_none() && change.patched.is_none() {
                continue;
            }
            let same = change.original == change.patched && change.executable.is_none();
            if !same {
                files.push(TouchedFile::new(
                    change.original.map(|text| (path.clone(), text)),
                    change.patched.map(|text| (path, text)),
                    change.executable,
                ));
            }
        }
        files.sort_by(|a, b| a.path().cmp(b.path()));
        files
    }
}

#[cfg(test)]
mod tests;
