//! From a second tree to a [`Fix`].
//!
//! Every text file counts: sources, headers, assembler, linker scripts, build files, documentation. What a build
//! left behind does not:
//! - files known by their name or first bytes as outputs (object files, archives, dependency files, …), and
//!   editors' backups, on either side;
//! - a file on one side only that the `.gitignore` files of its tree ignore: only one tree was built;
//! - a file on both sides that they ignore, unless it is a source by its name and in no folder called
//!   `generated`: a difference of sources is never hidden.
//!
//! Symbolic links are compared by their target and never followed; those that differ, and other binary files, are
//! listed as unsupported.

mod outputs;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use ignore::{WalkBuilder, WalkState};
use rayon::prelude::*;

use super::fix::{Changes, Fix, Unsupported};
use crate::error::{Error, Result};
use outputs::Ignored;

/// Compares the tree at `root`, a canonical path, with the one at `dir`.
pub(super) fn resolve(root: &Path, dir: &Path) -> Result<Fix> {
    let other = dir.canonicalize().map_err(|e| Error::io(dir, e))?;
    if !other.is_dir() {
        return Err(Error::Request(format!(
            "{}: is not a folder; --patched takes the root of a tree",
            dir.display()
        )));
    }
    if other == root {
        return Err(Error::Request(format!("{}: --tree and --patched are the same folder", dir.display())));
    }
    if other.starts_with(root) || root.starts_with(&other) {
        return Err(Error::Request(format!(
            "{}: one of the two trees lies inside the other; put them side by side",
            dir.display()
        )));
    }
    let (original, patched) = rayon::join(|| list(root), || list(&other));
    let (original, patched) = (original?, patched?);
    if !original.keys().any(|path| patched.contains_key(path)) && !original.is_empty() {
        return Err(Error::Request(format!(
            "{} and {} have no file in common; give the roots of the same tree",
            root.display(),
            other.display()
        )));
    }
    let mut paths: Vec<&PathBuf> = original.keys().collect();
    paths.extend(patched.keys().filter(|path| !original.contains_key(*path)));
    let differing: Vec<Found> = paths
        .par_iter()
        .map(|&path| compare(root, &other, path, original.get(path), patched.get(path)))
        .filter_map(Result::transpose)
        .collect::<Result<_>>()?;

    let mut rules = (Ignored::new(root), Ignored::new(&other));
    let (mut changes, mut unsupported, mut hidden) = (Changes::default(), Vec::new(), Vec::new());
    for found in differing {
        let ignored = match (&found.original, &found.patched) {
            (None, _) => rules.1.is_ignored(&found.path),
            _ => rules.0.is_ignored(&found.path),
        };
        if ignored && (found.one_sided || !outputs::is_written_source(&found.path)) {
            hidden.push(format!("`{}`", found.path.display()));
            continue;
        }
        if let Some(what) = found.unsupported {
            unsupported.push(Unsupported { path: found.path.clone(), what: what.to_string() });
        }
        if let Some(content) = found.original {
            changes.original(found.path.clone(), Some(content));
        }
        if let Some(content) = found.patched {
            changes.patched(found.path, Some(content), None, found.executable);
        }
    }
    unsupported.sort();
    let mut fix = Fix { files: changes.into_files(), unsupported, ..Fix::default() };
    hidden.sort();
    if !hidden.is_empty() {
        const SHOWN: usize = 5;
        let more = if hidden.len() > SHOWN { ", …" } else { "" };
        fix.notes.push(format!(
            "{} differing files are left out because .gitignore ignores them: {}{more}",
            hidden.len(),
            hidden[..hidden.len().min(SHOWN)].join(", ")
        ));
    }
    if fix.files.is_empty() {
        fix.notes.push(format!("{} and {} hold the same sources", root.display(), other.display()));
    }
    Ok(fix)
}

/// What the walk says about one entry.
#[derive(Debug, Clone)]
enum Node {
    Regular { size: u64, id: (u64, u64), executable: bool },
    Link(PathBuf),
}

/// All entries below a folder that may count, by relative path.
fn list(root: &Path) -> Result<BTreeMap<PathBuf, Node>> {
    let (send, receive) = mpsc::channel();
    let walker = WalkBuilder::new(root)
        .standard_filters(false)
        .follow_links(false)
        .threads(rayon::current_num_threads())
        .filter_entry(|entry| {
            let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
            entry.depth() == 0 || !outputs::is_output_name(entry.file_name(), is_folder)
        })
        .build_parallel();
    walker.run(|| {
        let send = send.clone();
        Box::new(move |entry| {
            // The receiver is gone only when the answer is not wanted any more.
            match send.send(entry.map_err(|e| walk_error(root, e)).and_then(|e| node(root, &e))) {
                Ok(()) => WalkState::Continue,
                Err(_) => WalkState::Quit,
            }
        })
    });
    drop(send);
    receive.into_iter().filter_map(Result::transpose).collect()
}

fn walk_error(root: &Path, error: ignore::Error) -> Error {
    let text = error.to_string();
    match error.into_io_error() {
        Some(io) => Error::io(root, std::io::Error::new(io.kind(), text)),
        None => Error::Request(format!("{}: {text}", root.display())),
    }
}

/// A walked entry, unless it is a folder or something that no tree of sources holds.
fn node(root: &Path, entry: &ignore::DirEntry) -> Result<Option<(PathBuf, Node)>> {
    let Some(kind) = entry.file_type() else { return Ok(None) };
    let Ok(path) = entry.path().strip_prefix(root) else { return Ok(None) };
    let node = if kind.is_symlink() {
        Node::Link(std::fs::read_link(entry.path()).map_err(|e| Error::io(entry.path(), e))?)
    } else if kind.is_file() {
        let metadata = std::fs::symlink_metadata(entry.path()).map_err(|e| Error::io(entry.path(), e))?;
        Node::Regular {
            size: metadata.len(),
            id: (metadata.dev(), metadata.ino()),
            executable: metadata.permissions().mode() & 0o100 != 0,
        }
    } else {
        return Ok(None);
    };
    Ok(Some((path.to_path_buf(), node)))
}

/// A path that differs between the trees.
struct Found {
    path: PathBuf,
    original: Option<Arc<[u8]>>,
    patched: Option<Arc<[u8]>>,
    /// Whether the patched file is executable, when the original is not the same in that.
    executable: Option<bool>,
    one_sided: bool,
    unsupported: Option<&'static str>,
}

/// Compares one path of the two trees; `None` when there is nothing to say.
fn compare(
    root: &Path,
    other: &Path,
    path: &Path,
    original: Option<&Node>,
    patched: Option<&Node>,
) -> Result<Option<Found>> {
    let sides = (root.join(path), other.join(path));
    let is_executable = |node: Option<&Node>| matches!(node, Some(Node::Regular { executable: true, .. }));
    let executable = match (original, patched) {
        (None, Some(_)) => is_executable(patched).then_some(true),
        (Some(Node::Regular { .. }), Some(Node::Regular { .. })) => {
            (is_executable(original) != is_executable(patched)).then_some(is_executable(patched))
        }
        _ => None,
    };
    let mut found = Found {
        path: path.to_path_buf(),
        original: None,
        patched: None,
        executable,
        one_sided: original.is_none() || patched.is_none(),
        unsupported: None,
    };
    match (original, patched) {
        (Some(Node::Link(a)), Some(Node::Link(b))) if a == b => return Ok(None),
        (Some(Node::Regular { size: a, id: a_id, .. }), Some(Node::Regular { size: b, id: b_id, .. }))
            if executable.is_none() && a == b && (a_id == b_id || same_content(&sides.0, &sides.1, *a)?) =>
        {
            return Ok(None);
        }
        _ => {}
    }
    for (node, full, content) in
        [(original, &sides.0, &mut found.original), (patched, &sides.1, &mut found.patched)]
    {
        match node {
            Some(Node::Link(_)) => found.unsupported = Some("a symbolic link"),
            Some(Node::Regular { .. }) => {
                let text = read_text(full)?;
                match text {
                    Kind::Output => return Ok(None),
                    Kind::Binary => found.unsupported = Some("a binary file"),
                    Kind::Text(text) => *content = Some(text),
                }
            }
            None => {}
        }
    }
    // A file that is binary on one side is not text on the other.
    if found.unsupported == Some("a binary file") {
        (found.original, found.patched) = (None, None);
    }
    Ok(Some(found))
}

/// Whether two files of the same size hold the same bytes.
fn same_content(a: &Path, b: &Path, size: u64) -> Result<bool> {
    /// Bytes compared at a time: most sources fit in.
    const CHUNK: u64 = 64 * 1024;

    let open = |path: &Path| File::open(path).map_err(|e| Error::io(path, e));
    let (mut a_file, mut b_file) = (open(a)?, open(b)?);
    let (mut a_text, mut b_text) = (Vec::new(), Vec::new());
    let mut done = 0;
    // Reading to the end, not to the size seen by the walk, would follow a growing file for ever.
    while done < size {
        a_text.clear();
        b_text.clear();
        let count = (&mut a_file).take(CHUNK).read_to_end(&mut a_text).map_err(|e| Error::io(a, e))?;
        (&mut b_file).take(CHUNK).read_to_end(&mut b_text).map_err(|e| Error::io(b, e))?;
        if a_text != b_text {
            return Ok(false);
        }
        if count == 0 {
            break;
        }
        done += count as u64;
    }
    Ok(true)
}

/// What a file that differs holds.
enum Kind {
    /// What a build makes.
    Output,
    Binary,
    Text(Arc<[u8]>),
}

/// Reads a file that differs, as far as it is text.
fn read_text(path: &Path) -> Result<Kind> {
    let mut file = File::open(path).map_err(|e| Error::io(path, e))?;
    let mut text = Vec::new();
    (&mut file).take(HEAD as u64).read_to_end(&mut text).map_err(|e| Error::io(path, e))?;
    if outputs::is_output_content(&text) {
        return Ok(Kind::Output);
    }
    if is_binary(&text) {
        return Ok(Kind::Binary);
    }
    file.read_to_end(&mut text).map_err(|e| Error::io(path, e))?;
    Ok(Kind::Text(Arc::from(text)))
}

/// Bytes looked at to tell text from binary, as many as git looks at.
const HEAD: usize = 8000;

/// Whether a file is binary: it has a NUL byte near its start, as git decides it.
pub(super) fn is_binary(content: &[u8]) -> bool {
    content[..content.len().min(HEAD)].contains(&0)
}

#[cfg(test)]
mod tests;
