//! From revisions of a git checkout to a [`Fix`].
//!
//! Only plumbing that writes nothing is called: no worktree, no refresh of the index, no lazy fetching. Blobs are
//! taken raw; filters and line end conversion of the checkout are never run, since they may be any program.

mod process;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fix::{Changes, Fix, Unsupported};
use crate::error::{Error, Result};
use process::Git;

/// Mode of a symbolic link in a git tree.
const LINK: u32 = 0o120_000;
/// Mode of a submodule in a git tree.
const SUBMODULE: u32 = 0o160_000;

/// Compares two revisions of the checkout that `root`, a canonical path, is or is part of.
///
/// `patched` alone is one commit, against its first parent (also of a merge; against nothing if it has none), or a
/// range as git writes it: `A..B`, an empty end meaning `HEAD`, and `A...B` meaning from the merge base on.
///
/// The original side is the tree at `original`: files that differ between it and the checked out revision, and
/// that the fix does not touch, become [`Fix::baseline`]. Everything else, such as the configuration, is what the
/// working tree holds; with `allow_dirty` that includes modified files.
pub(super) fn resolve(root: &Path, original: Option<&str>, patched: &str, allow_dirty: bool) -> Result<Fix> {
    let git = Git::open(root)?;
    let head = git.commit("HEAD")?;
    let (original, patched) = ends(&git, original, patched)?;
    let mut notes = Vec::new();
    let dirty = dirty(&git)?;
    if !allow_dirty && !dirty.is_empty() {
        return Err(refuse_dirty(root, &dirty));
    }

    let changed = git.diff(&original, &patched, true)?;
    let baseline = if original == head { Vec::new() } else { git.diff(&head, &original, false)? };
    let mut blobs = git.blobs()?;
    let mut changes = Changes::default();
    let mut unsupported = Vec::new();
    let mut outside = 0usize;
    for entry in &changed {
        let (from, to) = (git.below(&entry.from), git.below(&entry.to));
        if from.is_none() && to.is_none() {
            outside += 1;
            continue;
        }
        let sides = [(entry.original_mode, &from), (entry.patched_mode, &to)];
        for (mode, path) in sides {
            if let (Some(path), Some(what)) = (path, special(mode)) {
                unsupported.push(Unsupported { path: path.clone(), what: what.to_string() });
            }
        }
        let original = blobs.regular(entry.original_mode, &entry.original_blob)?.filter(|_| from.is_some());
        let patched = blobs.regular(entry.patched_mode, &entry.patched_blob)?.filter(|_| to.is_some());
        let executable = (patched.is_some() && entry.patched_mode != entry.original_mode)
            .then_some(entry.patched_mode & 0o111 != 0)
            // A new file that is not executable is as any other.
            .filter(|executable| *executable || entry.original_mode & 0o111 != 0);
        match (from, to) {
            (Some(from), Some(to)) if from == to => {
                changes.original(from, original);
                changes.patched(to, patched, None, executable);
            }
            (from, to) => {
                if let Some(to) = to {
                    changes.patched(to, patched, from.clone(), executable);
                }
                if let Some(from) = from {
                    changes.original(from, original);
                }
            }
        }
    }
    if changed.is_empty() {
        return Err(Error::Request(format!("{original}..{patched}: the two revisions do not differ")));
    }
    if outside == changed.len() {
        return Err(Error::Request(format!(
            "{original}..{patched} touches nothing below {}, only files elsewhere in the checkout, such as `{}`; give \
             --tree the folder that the fix is about",
            root.display(),
            changed[0].to.escape_ascii()
        )));
    }
    if outside > 0 {
        notes
            .push(format!("{outside} touched files lie outside of {} and are not looked at", root.display()));
    }

    let mut fix = Fix { subject: git.subject(&patched)?, ..Fix::default() };
    for entry in &baseline {
        let Some(path) = git.below(&entry.to) else { continue };
        match special(entry.patched_mode) {
            Some(what) => unsupported.push(Unsupported { path, what: what.to_string() }),
            None => {
                let content = blobs.regular(entry.patched_mode, &entry.patched_blob)?;
                fix.baseline.push((path, content));
            }
        }
    }
    fix.baseline.sort();
    fix.files = changes.into_files();
    let (text, binary): (Vec<_>, Vec<_>) = fix.files.into_iter().partition(|file| {
        [&file.original, &file.patched].into_iter().flatten().all(|content| !super::trees::is_binary(content))
    });
    fix.files = text;
    unsupported.extend(
        binary
            .into_iter()
            .map(|f| Unsupported { path: f.path().to_path_buf(), what: "a binary file".to_string() }),
    );
    let taken =
        fix.files.iter().map(super::TouchedFile::path).chain(fix.baseline.iter().map(|(path, _)| &**path));
    for path in taken {
        if dirty.binary_search_by(|d| d.as_path().cmp(path)).is_ok() {
            notes.push(format!(
                "`{}` is modified in the working tree; its content is taken from the revisions",
                path.display()
            ));
        }
    }
    unsupported.sort();
    unsupported.dedup();
    fix.unsupported = unsupported;
    fix.notes = notes;
    Ok(fix)
}

/// The ids of the two ends.
fn ends(git: &Git, original: Option<&str>, patched: &str) -> Result<(String, String)> {
    let or_head =
        |revision: &str| if revision.is_empty() { "HEAD".to_string() } else { revision.to_string() };
    match original {
        Some(original) => Ok((git.commit(&or_head(original))?, git.commit(&or_head(patched))?)),
        None => {
            if let Some((a, b)) = patched.split_once("...") {
                let (a, b) = (git.commit(&or_head(a))?, git.commit(&or_head(b))?);
                let base = git.text(&["merge-base", &a, &b]).map_err(|_| {
                    Error::Request(format!("{patched}: the two revisions have no common ancestor; give A..B"))
                })?;
                Ok((base.trim().to_string(), b))
            } else if let Some((a, b)) = patched.split_once("..") {
                Ok((git.commit(&or_head(a))?, git.commit(&or_head(b))?))
            } else {
                let commit = git.commit(&or_head(patched))?;
                Ok((git.first_parent(&commit)?, commit))
            }
        }
    }
}

/// What an entry with this mode is, unless it is a regular file or nothing.
fn special(mode: u32) -> Option<&'static str> {
    match mode & 0o170_000 {
        LINK => Some("a symbolic link"),
        SUBMODULE => Some("a submodule"),
        _ => None,
    }
}

/// Tracked files below the tree whose content differs from `HEAD`, ordered.
///
/// Git compares time stamps with its index first, which are all different in a copied checkout, and would write
/// the index to get rid of that. So what it names is compared by content here.
fn dirty(git: &Git) -> Result<Vec<PathBuf>> {
    let named = git.changed_files()?;
    let mut dirty = Vec::new();
    let mut to_hash: Vec<(PathBuf, String)> = Vec::new();
    let mut to_compare: BTreeMap<PathBuf, process::Entry> = BTreeMap::new();
    for entry in named {
        let Some(path) = git.below(&entry.to) else { continue };
        let full = git.root.join(&path);
        let kind = std::fs::symlink_metadata(&full).ok().map(|m| m.file_type());
        match (entry.original_mode & 0o170_000, kind) {
            (SUBMODULE, _) => {}
            (LINK, Some(kind)) if kind.is_symlink() => {
                to_compare.insert(path, entry);
            }
            (0o100_000, Some(kind)) if kind.is_file() => {
                // A list of paths, one a line, cannot hold a path with a line feed.
                if path.as_os_str().as_bytes().contains(&b'\n') {
                    to_compare.insert(path, entry);
                } else {
                    to_hash.push((path, entry.original_blob));
                }
            }
            _ => dirty.push(path),
        }
    }
    let hashes = git.hashes(to_hash.iter().map(|(path, _)| path.as_path()))?;
    let mut blobs = git.blobs()?;
    for ((path, blob), hash) in to_hash.into_iter().zip(hashes) {
        if blob != hash {
            // The checkout may have converted line ends: that is no modification.
            let here = std::fs::read(git.root.join(&path)).map_err(|e| Error::io(&path, e))?;
            if !same_but_line_ends(&blobs.content(&blob)?, &here) {
                dirty.push(path);
            }
        }
    }
    for (path, entry) in to_compare {
        let full = git.root.join(&path);
        let here = if entry.original_mode & 0o170_000 == LINK {
            std::fs::read_link(&full).map(|target| target.into_os_string().into_vec())
        } else {
            std::fs::read(&full)
        };
        if blobs.content(&entry.original_blob)?[..] != here.map_err(|e| Error::io(&full, e))? {
            dirty.push(path);
        }
    }
    dirty.sort();
    dirty.dedup();
    Ok(dirty)
}

/// Whether two texts differ in carriage returns before line feeds only.
fn same_but_line_ends(a: &[u8], b: &[u8]) -> bool {
    let bare = |text: &'_ [u8]| -> Vec<Vec<u8>> {
        text.split(|&b| b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l).to_vec()).collect()
    };
    a.len().abs_diff(b.len()) <= a.len().max(b.len()) / 2 && bare(a) == bare(b)
}

fn refuse_dirty(root: &Path, dirty: &[PathBuf]) -> Error {
    const SHOWN: usize = 10;
    let mut list: Vec<String> = dirty.iter().take(SHOWN).map(|p| format!("`{}`", p.display())).collect();
    if dirty.len() > SHOWN {
        list.push(format!("and {} more", dirty.len() - SHOWN));
    }
    Error::Request(format!(
        "{}: {} tracked files differ from the checked out revision: {}; commit or stash them, or take them as they are \
         with --allow-dirty",
        root.display(),
        dirty.len(),
        list.join(", ")
    ))
}

impl Git {
    /// A path of the checkout as a path of the tree; `None` outside of it.
    fn below(&self, path: &[u8]) -> Option<PathBuf> {
        let rest = path.strip_prefix(&self.prefix[..])?;
        (!rest.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(rest)))
    }
}

/// Content of a blob.
type Content = Arc<[u8]>;

#[cfg(test)]
mod tests;
