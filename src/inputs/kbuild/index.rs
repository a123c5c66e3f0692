//! All `.NAME.cmd` files of a kernel tree, and which of them name a given file.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Kernel;
use super::cmdfile::CmdFile;
use crate::error::{Error, Result};

/// The places of all such files; they are read when asked for.
#[derive(Debug)]
pub(super) struct Index {
    /// Relative to the folder of the objects, ordered.
    files: Vec<PathBuf>,
}

/// A recorded command that reads something asked for.
#[derive(Debug)]
pub(super) struct Reader {
    /// The record.
    pub(super) file: CmdFile,
    /// Which of the files asked for it reads, absolute in the user's terms.
    pub(super) reads: Vec<PathBuf>,
}

impl Index {
    /// Lists the files below the shadow of the folder of the objects.
    pub(super) fn new(kernel: &Kernel<'_>) -> Result<Index> {
        let mut files = walk(&kernel.objects_shadow, PathBuf::new())?;
        files.sort();
        Ok(Index { files })
    }

    /// The records that read any of `wanted` (absolute in the user's terms), ordered by target.
    ///
    /// `loosely` are files that are new: a header that a later place in the search path held so far is replaced by
    /// one in an earlier place, so that whoever reads a file with the same last two parts of its path may read
    /// the new one.
    pub(super) fn readers(
        &self,
        kernel: &Kernel<'_>,
        wanted: &FxHashSet<PathBuf>,
        loosely: &[PathBuf],
    ) -> Vec<Reader> {
        let names: FxHashSet<&[u8]> =
            wanted.iter().chain(loosely).filter_map(|p| p.file_name()).map(OsStr::as_bytes).collect();
        if names.is_empty() {
            return Vec::new();
        }
        let finders: Vec<_> = names.iter().map(memchr::memmem::Finder::new).collect();
        let mut readers: Vec<Reader> = self
            .files
            .par_iter()
            .filter_map(|path| {
                let bytes = fs::read(kernel.objects_shadow.join(path)).ok()?;
                // Most files name none of them, and searching bytes is much cheaper than reading paths.
                finders.iter().find(|f| f.find(&bytes).is_some())?;
                let file = CmdFile::parse(&bytes)?;
                let mut reads: Vec<PathBuf> = file
                    .reads
                    .iter()
                    .chain(&file.source)
                    .flat_map(|read| {
                        let read = kernel.in_user_terms(read);
                        let instead = loosely.iter().filter(|new| same_tail(new, &read)).cloned();
                        let exact = wanted.contains(&read).then(|| read.clone());
                        exact.into_iter().chain(instead).collect::<Vec<_>>()
                    })
                    .collect();
                reads.sort();
                reads.dedup();
                (!reads.is_empty()).then_some(Reader { file, reads })
            })
            .collect();
        readers.sort_by(|a, b| a.file.target.cmp(&b.file.target));
        readers
    }
}

fn same_tail(one: &Path, other: &Path) -> bool {
    let tail = |p: &Path| {
        let mut parts = p.components().rev();
        parts.next().map(|c| c.as_os_str().to_owned()).zip(parts.next().map(|c| c.as_os_str().to_owned()))
    };
    tail(one).is_some_and(|t| Some(t) == tail(other))
}

fn walk(root: &Path, rel: PathBuf) -> Result<Vec<PathBuf>> {
    let here = root.join(&rel);
    let mut files = Vec::new();
    let mut folders = Vec::new();
    for entry in fs::read_dir(&here).map_err(|e| Error::io(&here, e))? {
        let entry = entry.map_err(|e| Error::io(&here, e))?;
        let name = entry.file_name();
        let kind = entry.file_type().map_err(|e| Error::io(&here, e))?;
        if kind.is_dir() {
            folders.push(rel.join(name));
        } else if kind.is_file() && name.as_bytes().starts_with(b".") && name.as_bytes().ends_with(b".cmd") {
            files.push(rel.join(name));
        }
    }
    let below: Vec<Vec<PathBuf>> =
        folders.into_par_iter().map(|folder| walk(root, folder)).collect::<Result<_>>()?;
    files.extend(below.into_iter().flatten());
    Ok(files)
}
