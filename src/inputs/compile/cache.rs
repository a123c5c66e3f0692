//! What earlier runs compiled, and when it can be used again.
//!
//! Beside each result lies a manifest: a key made of everything that is not a file (command, compiler, names of the
//! files in the tree) and a hash of the content of each file that the compiler read. A result is used when all of
//! them are the same. The names count because a header that is put in front of another one in the search path
//! is in no list of files read before.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, Result};

/// Under which circumstances a result came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// See the module.
    pub(super) key: u64,
    /// Files read, absolute as fixscope finds them, with the hash of their content.
    pub(super) reads: Vec<(PathBuf, u64)>,
    /// Hash of the preprocessed text, in manifests of preprocessed texts.
    pub(super) text: Option<u64>,
}

/// Hashes of file contents, each file read once. Right only as long as no file is put into the shadow.
#[derive(Debug, Default)]
pub(super) struct Contents(Mutex<FxHashMap<PathBuf, Option<u64>>>);

impl Contents {
    /// The hash of the file's content; `None` when it cannot be read.
    pub(super) fn hash(&self, path: &Path) -> Option<u64> {
        if let Some(known) = self.0.lock().expect("no holder of this lock panics").get(path) {
            return *known;
        }
        let hash = fs::read(path).ok().map(|bytes| xxh3_64(&bytes));
        self.0.lock().expect("no holder of this lock panics").insert(path.to_path_buf(), hash);
        hash
    }

    /// A manifest for a result that came about by reading `reads`; `None` when one of them is gone already, so that
    /// the result must not be used again.
    pub(super) fn manifest(&self, key: u64, reads: Vec<PathBuf>, text: Option<u64>) -> Option<Manifest> {
        let reads = reads.into_iter().map(|path| self.hash(&path).map(|hash| (path, hash)));
        Some(Manifest { key, reads: reads.collect::<Option<_>>()?, text })
    }

    /// The manifest at `path`, when it still holds.
    pub(super) fn valid(&self, path: &Path, key: u64) -> Option<Manifest> {
        let manifest: Manifest = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        if manifest.key != key {
            return None;
        }
        manifest.reads.iter().all(|(path, hash)| self.hash(path) == Some(*hash)).then_some(manifest)
    }
}

impl Manifest {
    /// Writes the manifest, as a whole or not at all.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let bytes = serde_json::to_vec(self).map_err(|e| Error::io(path, e.into()))?;
        let part = path.with_extension("part");
        fs::write(&part, bytes).map_err(|e| Error::io(&part, e))?;
        fs::rename(&part, path).map_err(|e| Error::io(path, e))
    }

    /// The files read.
    pub(super) fn into_reads(self) -> Vec<PathBuf> {
        self.reads.into_iter().map(|(path, _)| path).collect()
    }
}
