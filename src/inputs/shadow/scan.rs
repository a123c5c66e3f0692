//! Reading the user's tree: which files there are, and which of them are pristine sources.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::index::Stat;
use crate::error::{Error, Result};

/// One thing found in the tree.
#[derive(Debug)]
pub(super) struct Found {
    /// Relative to the tree.
    pub(super) path: PathBuf,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Folder,
    /// A link, with its target as written.
    Link(PathBuf, Stat),
    File {
        stat: Stat,
        /// Nothing hints that a build writes this file.
        pristine: bool,
    },
}

/// Everything in `tree` but version control's own folders; sockets and the like are passed over, since no build
/// reads them. A folder comes before what it holds.
pub(super) fn scan(tree: &Path) -> Result<Vec<Found>> {
    let ignores = tree.join(".gitignore").is_file();
    scan_folder(tree, PathBuf::new(), &Chain::default(), !ignores)
}

/// The `.gitignore` files from the root down to a folder.
#[derive(Debug, Clone, Default)]
struct Chain(Vec<Arc<Gitignore>>);

impl Chain {
    fn ignores(&self, path: &Path, is_dir: bool) -> bool {
        for one in self.0.iter().rev() {
            let verdict = one.matched(path, is_dir);
            if !verdict.is_none() {
                return verdict.is_ignore();
            }
        }
        false
    }
}

/// The patterns of the `.gitignore` in `here`; `None` when they cannot be compiled into one set.
fn read_ignores(here: &Path, root: bool) -> Result<Option<Gitignore>> {
    let path = here.join(".gitignore");
    let bytes = fs::read(&path).map_err(|e| Error::io(&path, e))?;
    let mut builder = GitignoreBuilder::new(here);
    for line in String::from_utf8_lossy(&bytes).lines() {
        // Distributions keep only their packaging in git and ignore all of the source with such a pattern (Debian's
        // kernel does); it says nothing about what builds write.
        if root && matches!(line.trim_end(), "/*" | "*") {
            continue;
        }
        // A pattern that cannot be read makes no file a link that the other signs speak against.
        let _ = builder.add_line(None, line);
    }
    Ok(builder.build().ok())
}

/// `written`: this folder as a whole is something builds write.
fn scan_folder(tree: &Path, rel: PathBuf, chain: &Chain, written: bool) -> Result<Vec<Found>> {
    let here = tree.join(&rel);
    let mut entries = Vec::new();
    for entry in fs::read_dir(&here).map_err(|e| Error::io(&here, e))? {
        entries.push(entry.map_err(|e| Error::io(&here, e))?);
    }
    let names: FxHashSet<Vec<u8>> = entries.iter().map(|e| e.file_name().as_bytes().to_vec()).collect();
    let mut chain = chain.clone();
    if !written && names.contains(b".gitignore".as_slice()) {
        chain.0.extend(read_ignores(&here, rel.as_os_str().is_empty())?.map(Arc::new));
    }
    let mut found = Vec::with_capacity(entries.len());
    let mut folders = Vec::new();
    for entry in entries {
        let name = entry.file_name();
        if name == ".git" {
            continue;
        }
        let path = rel.join(&name);
        let full = here.join(&name);
        let kind = entry.file_type().map_err(|e| Error::io(&full, e))?;
        let stat = || entry.metadata().map(|m| Stat::of(&m)).map_err(|e| Error::io(&full, e));
        if kind.is_dir() {
            let written = written || name == "generated" || chain.ignores(&full, true);
            found.push(Found { path: path.clone(), what: What::Folder });
            folders.push((path, written));
        } else if kind.is_symlink() {
            let target = fs::read_link(&full).map_err(|e| Error::io(&full, e))?;
            found.push(Found { path, what: What::Link(target, stat()?) });
        } else if kind.is_file() {
            let pristine = !written
                && is_source_name(name.as_bytes())
                && !names.contains([b".", name.as_bytes(), b".cmd"].concat().as_slice())
                && !names.contains([name.as_bytes(), b"_shipped"].concat().as_slice())
                && !chain.ignores(&full, false);
            found.push(Found { path, what: What::File { stat: stat()?, pristine } });
        }
    }
    let below: Vec<Vec<Found>> = folders
        .into_par_iter()
        .map(|(path, written)| scan_folder(tree, path, &chain, written))
        .collect::<Result<_>>()?;
    found.extend(below.into_iter().flatten());
    Ok(found)
}

/// Names that sources of a kernel tree have. Anything else is copied, whatever `.gitignore` says of it.
pub(super) fn is_source_name(name: &[u8]) -> bool {
    const ENDINGS: &[&str] = &[
        "c", "h", "S", "rst", "txt", "dts", "dtsi", "yaml", "json", "py", "pl", "pm", "sh", "awk", "rs",
        "md", "tc", "csv", "svg", "cocci", "y", "l", "asn1", "tbl", "uc", "conf", "config",
    ];
    let Ok(name) = std::str::from_utf8(name) else { return false };
    if name.starts_with('.') {
        return false;
    }
    if matches!(name, "Makefile" | "Kbuild" | "Kconfig" | "Build" | "README" | "TODO" | "MAINTAINERS") {
        return true;
    }
    if name.starts_with("Kconfig.") || name.starts_with("Makefile.") {
        return true;
    }
    name.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && ENDINGS.contains(&ending))
}
