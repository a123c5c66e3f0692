//! What an earlier run put into a shadow, so that the next one renews only what changed in the user's tree.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::Policy;
use crate::error::{Error, Result};

/// First bytes of an index; another version of the format starts otherwise, and such an index is not used.
const MAGIC: &[u8] = b"fixscope shadow index 1\n";

/// How a file of the user's tree stands in the shadow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// As a symbolic link to the user's file.
    Link,
    /// As a real copy.
    Copy,
    /// A symbolic link of the tree's own.
    OwnLink,
}

/// What tells that a file of the user's tree changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    size: u64,
    mtime: i128,
    // The change time catches what a preserved modification time hides.
    ctime: i128,
    inode: u64,
}

impl Stat {
    pub(super) fn of(meta: &Metadata) -> Stat {
        let nanos = |s: i64, n: i64| i128::from(s) * 1_000_000_000 + i128::from(n);
        Stat {
            size: meta.size(),
            mtime: nanos(meta.mtime(), meta.mtime_nsec()),
            ctime: nanos(meta.ctime(), meta.ctime_nsec()),
            inode: meta.ino(),
        }
    }

    /// The same, but equal to no file's: for a file so young that it may change again within the time stamps'
    /// resolution.
    fn uncertain(self) -> Stat {
        Stat { ctime: i128::MIN, ..self }
    }
}

/// The files of a shadow that stand for files of the user's tree.
#[derive(Debug)]
pub(super) struct Index {
    tree: PathBuf,
    policy: Policy,
    pub(super) files: FxHashMap<PathBuf, (Put, Stat)>,
}

impl Index {
    pub(super) fn new(tree: &Path, policy: Policy) -> Index {
        Index { tree: tree.to_path_buf(), policy, files: FxHashMap::default() }
    }

    /// The index at `path`, when it is whole and speaks of this tree and policy.
    pub(super) fn read(path: &Path, tree: &Path, policy: Policy) -> Option<Index> {
        let bytes = fs::read(path).ok()?;
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut index = Index::new(tree, policy);
        if take(&mut rest)? != tree.as_os_str().as_bytes() || take(&mut rest)? != policy_name(policy) {
            return None;
        }
        let count: usize = number(take(&mut rest)?)?;
        for _ in 0..count {
            let put = match take(&mut rest)? {
                b"link" => Put::Link,
                b"copy" => Put::Copy,
                b"own" => Put::OwnLink,
                _ => return None,
            };
            let stat = Stat {
                size: number(take(&mut rest)?)?,
                mtime: number(take(&mut rest)?)?,
                ctime: number(take(&mut rest)?)?,
                inode: number(take(&mut rest)?)?,
            };
            let path = PathBuf::from(OsStr::from_bytes(take(&mut rest)?));
            index.files.insert(path, (put, stat));
        }
        rest.is_empty().then_some(index)
    }

    /// Writes the index to `path`, as a whole or not at all.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let young = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.as_nanos() as i128)
            - 1_000_000_000;
        let mut out = MAGIC.to_vec();
        let mut field = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            out.push(0);
        };
        field(self.tree.as_os_str().as_bytes());
        field(policy_name(self.policy));
        field(self.files.len().to_string().as_bytes());
        for (path, (put, stat)) in &self.files {
            let stat = if stat.ctime >= young { stat.uncertain() } else { *stat };
            field(match put {
                Put::Link => b"link",
                Put::Copy => b"copy",
                Put::OwnLink => b"own",
            });
            field(stat.size.to_string().as_bytes());
            field(stat.mtime.to_string().as_bytes());
            field(stat.ctime.to_string().as_bytes());
            field(stat.inode.to_string().as_bytes());
            field(path.as_os_str().as_bytes());
        }
        let temporary = path.with_extension("index.part");
        fs::write(&temporary, &out).map_err(|e| Error::io(&temporary, e))?;
        fs::rename(&temporary, path).map_err(|e| Error::io(path, e))
    }
}

fn policy_name(policy: Policy) -> &'static [u8] {
    match policy {
        Policy::LinkSources => b"link-sources",
        Policy::CopyAll { without_outputs: false } => b"copy-all",
        Policy::CopyAll { without_outputs: true } => b"copy-without-outputs",
    }
}

/// The bytes up to the next NUL; `None` when there is none.
fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|&b| b == 0)?;
    let (field, tail) = rest.split_at(end);
    *rest = &tail[1..];
    Some(field)
}

fn number<T: std::str::FromStr>(field: &[u8]) -> Option<T> {
    std::str::from_utf8(field).ok()?.parse().ok()
}
