//! Which files of a tree a build made.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::scan::is_source_name;
use crate::error::{Error, Result};

/// Whether `rel` looks like something a build made: by its name, or because it is an ELF file or an archive.
pub(crate) fn is_output(tree: &Path, rel: &Path) -> bool {
    if rel.parent().is_some_and(|p| p.components().any(|c| c.as_os_str() == ".libs")) {
        return true;
    }
    let Some(name) = rel.file_name() else { return false };
    const ENDINGS: &[&str] = &["o", "lo", "la", "a", "so", "d", "ko", "gch", "pch", "obj", "dwo"];
    if let Some(ending) = rel.extension().and_then(OsStr::to_str)
        && ENDINGS.contains(&ending)
    {
        return true;
    }
    if name.to_str().is_some_and(|n| n.contains(".so.")) {
        return has_magic(&tree.join(rel));
    }
    !is_source_name(name.as_bytes()) && has_magic(&tree.join(rel))
}

/// Whether a file of a kernel tree is a result that no compilation of a unit reads: objects, modules and images,
/// many gigabytes in a tree that is built. Objects of the programs that the build itself runs are none: without
/// them make would build those programs again.
pub(crate) fn is_kernel_result(rel: &Path) -> bool {
    if rel.components().any(|c| matches!(c.as_os_str().to_str(), Some("scripts" | "tools"))) {
        return false;
    }
    if let Some("o" | "ko" | "a") = rel.extension().and_then(OsStr::to_str) {
        return true;
    }
    let name = rel.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with(".tmp_vmlinux") || matches!(name, "vmlinux" | "vmlinux.bin" | "bzImage" | "System.map")
}

/// Whether the file is ELF or an `ar` archive.
fn has_magic(path: &Path) -> bool {
    let mut head = [0; 8];
    let read = File::open(path).and_then(|mut f| f.read(&mut head)).unwrap_or(0);
    head[..read].starts_with(b"\x7fELF") || matches!(&head[..read], b"!<arch>\n" | b"!<thin>\n")
}

/// The files git tracks below `tree`, relative to it; none when it is no checkout or git is not there.
pub(crate) fn tracked(tree: &Path) -> FxHashSet<PathBuf> {
    // Listing reads the index only. The environment variable keeps git from refreshing it, and without a file
    // system monitor no daemon is started.
    let listed = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "ls-files", "-z"])
        .current_dir(tree)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let Ok(listed) = listed else { return FxHashSet::default() };
    if !listed.status.success() {
        return FxHashSet::default();
    }
    listed
        .stdout
        .split(|&b| b == 0)
        .filter(|name| !name.is_empty())
        .map(|name| PathBuf::from(OsStr::from_bytes(name)))
        .collect()
}

/// Removes the outputs below `root` that are not in `tracked`; returns how many.
pub(super) fn remove_below(root: &Path, tracked: &FxHashSet<PathBuf>) -> Result<u64> {
    fn walk(root: &Path, rel: &Path, tracked: &FxHashSet<PathBuf>) -> Result<u64> {
        let here = root.join(rel);
        let mut folders = Vec::new();
        let mut removed = 0;
        for entry in fs::read_dir(&here).map_err(|e| Error::io(&here, e))? {
            let entry = entry.map_err(|e| Error::io(&here, e))?;
            let path = rel.join(entry.file_name());
            let kind = entry.file_type().map_err(|e| Error::io(root.join(&path), e))?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() && !tracked.contains(&path) && is_output(root, &path) {
                super::remove_any(&root.join(&path))?;
                removed += 1;
            }
        }
        let below: u64 = folders.par_iter().map(|f| walk(root, f, tracked)).sum::<Result<u64>>()?;
        Ok(removed + below)
    }
    walk(root, Path::new(""), tracked)
}
