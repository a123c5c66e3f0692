//! Filling a shadow and bringing it up to date.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::index::{Index, Put, Stat};
use super::scan::{Found, What, scan};
use super::{Policy, outputs, remove_any};
use crate::error::{Error, Result};

/// Makes a shadow where nothing is yet.
pub(super) fn make(root: &Path, tree: &Path, policy: Policy) -> Result<Index> {
    fs::create_dir_all(root).map_err(|e| Error::io(root, e))?;
    fill(root, tree, policy, Index::new(tree, policy))
}

/// Brings the shadow of an earlier run up to date: what changed in the tree is renewed, what vanished from the
/// tree goes, and what builds made in the shadow stays.
pub(super) fn renew(root: &Path, tree: &Path, policy: Policy, kept: Index) -> Result<Index> {
    fill(root, tree, policy, kept)
}

fn fill(root: &Path, tree: &Path, policy: Policy, kept: Index) -> Result<Index> {
    let found = scan(tree)?;
    let tracked = match policy {
        Policy::CopyAll { without_outputs: true } => outputs::tracked(tree),
        _ => FxHashSet::default(),
    };
    let wanted: Vec<&Found> = match policy {
        Policy::CopyAll { without_outputs: true } => found
            .par_iter()
            .filter(|f| match f.what {
                What::File { .. } => tracked.contains(&f.path) || !outputs::is_output(tree, &f.path),
                What::Folder => f.path.file_name().is_none_or(|n| n != ".libs"),
                What::Link(..) => !f.path.components().any(|c| c.as_os_str() == ".libs"),
            })
            .collect(),
        Policy::LinkSources => found
            .par_iter()
            .filter(|f| !matches!(f.what, What::File { .. }) || !outputs::is_kernel_result(&f.path))
            .collect(),
        Policy::CopyAll { .. } => found.iter().collect(),
    };
    let present: FxHashSet<&Path> = wanted.iter().map(|f| f.path.as_path()).collect();
    kept.files
        .par_iter()
        .filter(|(path, _)| !present.contains(path.as_path()))
        .try_for_each(|(path, _)| remove_any(&root.join(path)))?;
    // Folders first and in order; what they hold can then be made in any order.
    for folder in wanted.iter().filter(|f| matches!(f.what, What::Folder)) {
        let path = root.join(&folder.path);
        if !fs::symlink_metadata(&path).is_ok_and(|m| m.is_dir()) {
            remove_any(&path)?;
            fs::create_dir_all(&path).map_err(|e| Error::io(&path, e))?;
        }
    }
    let folders =
        if policy == Policy::LinkSources { link_folders(root, tree, &wanted)? } else { FxHashMap::default() };
    let mut index = Index::new(tree, policy);
    let files: Vec<(PathBuf, (Put, Stat))> = wanted
        .par_iter()
        .filter_map(|f| fill_one(root, tree, policy, &kept, &folders, f).transpose())
        .collect::<Result<_>>()?;
    index.files.extend(files);
    Ok(index)
}

fn fill_one(
    root: &Path,
    tree: &Path,
    policy: Policy,
    kept: &Index,
    folders: &FxHashMap<PathBuf, PathBuf>,
    found: &Found,
) -> Result<Option<(PathBuf, (Put, Stat))>> {
    let before = kept.files.get(&found.path);
    let destination = root.join(&found.path);
    let source = tree.join(&found.path);
    let (put, stat) = match &found.what {
        What::Folder => return Ok(None),
        What::Link(target, stat) => {
            if before != Some(&(Put::OwnLink, *stat)) {
                clear(&destination, before.is_some())?;
                let target = retarget(root, tree, &found.path, target);
                symlink(target, &destination).map_err(|e| Error::io(&destination, e))?;
            }
            (Put::OwnLink, *stat)
        }
        What::File { stat, pristine } => {
            let link = *pristine && policy == Policy::LinkSources;
            match before {
                // A copy where a link would do was put back after a run: its time stamp is later than that of
                // objects built from patched content, so it stays.
                Some((Put::Copy, old)) if old == stat => (Put::Copy, *stat),
                Some((Put::Link, _)) if link && before == Some(&(Put::Link, *stat)) => (Put::Link, *stat),
                Some(_) => {
                    // The user's file changed since. Objects that a build made here may be younger than its time
                    // stamp, so a source gets the present time; outputs keep theirs, whose order matters to make.
                    clear(&destination, true)?;
                    let now = *pristine || policy != Policy::LinkSources;
                    copy(&source, &destination, now.then(SystemTime::now))?;
                    (Put::Copy, *stat)
                }
                None => {
                    clear(&destination, !kept.files.is_empty())?;
                    if link {
                        let target = link_target(folders, &found.path).unwrap_or(source);
                        symlink(target, &destination).map_err(|e| Error::io(&destination, e))?;
                        (Put::Link, *stat)
                    } else {
                        copy(&source, &destination, None)?;
                        (Put::Copy, *stat)
                    }
                }
            }
        }
    };
    Ok(Some((found.path.clone(), (put, stat))))
}

/// Makes one link for each folder of the tree beside the shadow, and returns for each folder the link's path
/// relative to the shadow's root.
///
/// The links to files go through these: a target of up to 59 bytes is kept in the inode (ext4, XFS), while a longer
/// one takes a block of its own, and eighty thousand blocks take more than a minute to free again.
fn link_folders(root: &Path, tree: &Path, wanted: &[&Found]) -> Result<FxHashMap<PathBuf, PathBuf>> {
    let name = root.file_name().expect("a shadow lies inside the work folder").to_os_string();
    let mut beside = name.clone();
    beside.push(".l");
    let table = root.with_file_name(&beside);
    fs::create_dir_all(&table).map_err(|e| Error::io(&table, e))?;
    let folders = wanted.iter().filter(|f| matches!(f.what, What::Folder)).map(|f| f.path.as_path());
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let linked: FxHashMap<PathBuf, PathBuf> = std::iter::once(Path::new(""))
        .chain(folders)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|folder| {
            // The name follows from the folder, so that links of an earlier run stay right. 48 bits keep it short
            // and make it the folder's own: a clash among ten thousand folders has odds of one in five million,
            // and is caught below.
            let hash = xxhash_rust::xxh3::xxh3_64(folder.as_os_str().as_bytes());
            let short: String = (0..8).map(|i| DIGITS[(hash >> (6 * i)) as usize & 63] as char).collect();
            let link = table.join(&short);
            let target = tree.join(folder);
            if fs::read_link(&link).ok().as_deref() != Some(&target) {
                remove_any(&link)?;
                symlink(&target, &link).map_err(|e| Error::io(&link, e))?;
            }
            Ok((folder.to_path_buf(), Path::new("..").join(&beside).join(short)))
        })
        .collect::<Result<_>>()?;
    let distinct: FxHashSet<&PathBuf> = linked.values().collect();
    // Without the table every link names the user's file itself.
    Ok(if distinct.len() == linked.len() { linked } else { FxHashMap::default() })
}

/// The target of a link to the user's file `path`, through the links of [`link_folders`].
fn link_target(folders: &FxHashMap<PathBuf, PathBuf>, path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    let up: PathBuf = folder.components().map(|_| "..").collect();
    Some(up.join(folders.get(folder)?).join(path.file_name()?))
}

/// Makes sure that nothing is at `path`; `there`: something may be. A fresh shadow saves the system call.
fn clear(path: &Path, there: bool) -> Result<()> {
    if there { remove_any(path) } else { Ok(()) }
}

/// Copies content, permissions and time stamp to a file that must not exist. On file systems that share blocks
/// (btrfs, XFS) the kernel makes this a reflink.
fn copy(source: &Path, destination: &Path, stamp: Option<SystemTime>) -> Result<()> {
    let mut from = File::open(source).map_err(|e| Error::io(source, e))?;
    let meta = from.metadata().map_err(|e| Error::io(source, e))?;
    let modified = match stamp {
        Some(stamp) => stamp,
        None => meta.modified().map_err(|e| Error::io(source, e))?,
    };
    let mut write = || {
        // Builds rewrite these files, so the owner may always write.
        let mode = meta.permissions().mode() & 0o777 | 0o200;
        let mut to = OpenOptions::new().write(true).create_new(true).mode(mode).open(destination)?;
        std::io::copy(&mut from, &mut to)?;
        to.set_permissions(fs::Permissions::from_mode(mode))?;
        to.set_times(FileTimes::new().set_modified(modified))
    };
    write().map_err(|e| Error::io(destination, e))
}

/// The target that a link of the tree's own gets in the shadow: links that stay inside the tree stay inside the
/// shadow, and links that leave the tree lead to the place outside.
fn retarget(root: &Path, tree: &Path, link: &Path, target: &Path) -> PathBuf {
    let folder = tree.join(link.parent().unwrap_or(Path::new("")));
    let lexical = normalise(&folder.join(target));
    if target.is_relative() && lexical.starts_with(tree) && climbs_first(target) {
        return target.to_path_buf();
    }
    let real = fs::canonicalize(folder.join(target)).unwrap_or_else(|_| lexical.clone());
    for place in [&lexical, &real] {
        if let Ok(inside) = place.strip_prefix(tree) {
            return root.join(inside);
        }
    }
    lexical
}

/// Whether every `..` stands at the beginning, so that taking the path word by word is right even when it leads
/// through links.
fn climbs_first(target: &Path) -> bool {
    let mut down = false;
    target.components().all(|c| match c {
        Component::ParentDir => !down,
        Component::Normal(_) => {
            down = true;
            true
        }
        _ => true,
    })
}

/// Takes out `.` and `..` by the letter.
pub(super) fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other.as_os_str()),
        }
    }
    debug_assert!(!out.as_os_str().as_bytes().contains(&0));
    out
}
