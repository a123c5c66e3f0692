//! The shadow of the user's tree: a second tree below the work folder in which builds may write.
//!
//! The user's tree is only ever read. Everything a build may rewrite is a real copy, because compilers, `ar` and
//! kbuild rewrite files in place, through hard links and symbolic links too. Only pristine sources of a kernel
//! tree, which no rule writes, are symbolic links to the user's files.
//!
//! A work folder is used by one run at a time ([`WorkDir`]). A shadow survives the run: the next one renews what
//! changed in the user's tree and keeps what builds made ([`Shadow::prepare`]). A run that did not end in order
//! leaves a marker behind, and the next run makes the shadow again from nothing.

mod fill;
mod index;
pub(crate) mod outputs;
mod scan;

use std::collections::BTreeSet;
use std::fs::{self, File, FileTimes, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use index::{Index, Put};

/// The folder that holds the shadow, the object files of both sides and the cache; locked while it lives.
#[derive(Debug)]
pub struct WorkDir {
    path: PathBuf,
    /// The advisory lock is held as long as this file is open; shadows share it.
    lock: Arc<File>,
}

impl WorkDir {
    /// Makes `path` (absolute) where it is not there yet, and locks it against a second run.
    ///
    /// Fails with [`Error::Request`] when the folder lies inside `tree`, `tree` inside the folder, or another run
    /// uses the folder.
    pub fn open(path: &Path, tree: &Path) -> Result<WorkDir> {
        let inside = |what: &str| {
            Err(Error::Request(format!(
                "the work folder {} lies {what} the tree {}; name another one with --work-dir",
                path.display(),
                tree.display()
            )))
        };
        // The check runs before anything is made: a folder made inside the tree would already be a write to it.
        let real_tree = fs::canonicalize(tree).map_err(|e| Error::io(tree, e))?;
        let future = canonical_of_future(path)?;
        if future.starts_with(&real_tree) {
            return inside("inside");
        }
        if real_tree.starts_with(&future) {
            return inside("around");
        }
        fs::create_dir_all(path).map_err(|e| Error::io(path, e))?;
        let lock_path = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|e| Error::io(&lock_path, e))?;
        // A killed run may leave a process that it was just starting, which holds the lock until it becomes the
        // program it is to be; so one refusal is not the answer yet.
        let mut patience = 10;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if patience > 0 => {
                    patience -= 1;
                    std::thread::sleep(Duration::from_millis(100));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Request(format!(
                        "another run of fixscope uses the work folder {}; wait for it, or name another folder with \
                         --work-dir",
                        path.display()
                    )));
                }
                Err(TryLockError::Error(e)) => return Err(Error::io(&lock_path, e)),
            }
        }
        let path = fs::canonicalize(path).map_err(|e| Error::io(path, e))?;
        let work = WorkDir { path, lock: Arc::new(lock) };
        let scratch = work.scratch();
        remove_any(&scratch)?;
        fs::create_dir_all(&scratch).map_err(|e| Error::io(&scratch, e))?;
        Ok(work)
    }

    /// Root of the work folder, absolute and without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder for files of this run only; emptied when the next run begins.
    pub fn scratch(&self) -> PathBuf {
        self.path.join("scratch")
    }
}

/// What goes into a shadow, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// For kernel trees: pristine sources are links to the user's files, all else is copied.
    LinkSources,
    /// Everything is copied.
    CopyAll {
        /// Leave out what a build made (object files, archives, programs, libtool's folders) unless git tracks
        /// it, so that `make` in a tree that is already built compiles again.
        without_outputs: bool,
    },
}

/// A shadow tree, ready to be built in.
#[derive(Debug)]
pub struct Shadow {
    root: PathBuf,
    tree: PathBuf,
    real_tree: PathBuf,
    policy: Policy,
    busy: PathBuf,
    index_path: PathBuf,
    state: Mutex<State>,
    _lock: Arc<File>,
}

#[derive(Debug)]
struct State {
    index: Index,
    /// Files that [`Shadow::put`] changed and that still have to be put back.
    put: BTreeSet<PathBuf>,
    /// Time stamp of the youngest file put, so that the next one is strictly younger.
    last_stamp: SystemTime,
    closed: bool,
}

impl Shadow {
    /// Makes the shadow of `tree` (absolute) below `work`, or brings the one of an earlier run up to date.
    ///
    /// `name` tells several shadows of one work folder apart. Fails with [`Error::Io`] naming the file that could
    /// not be read or made.
    pub fn prepare(work: &WorkDir, name: &str, tree: &Path, policy: Policy) -> Result<Shadow> {
        let real_tree = fs::canonicalize(tree).map_err(|e| Error::io(tree, e))?;
        let root = work.path().join(name);
        let busy = work.path().join(format!("{name}.busy"));
        let index_path = work.path().join(format!("{name}.index"));
        let kept = if busy.exists() { None } else { Index::read(&index_path, &real_tree, policy) };
        File::create(&busy).map_err(|e| Error::io(&busy, e))?;
        let index = match kept {
            Some(kept) if root.is_dir() => fill::renew(&root, &real_tree, policy, kept)?,
            _ => {
                set_aside(work, &root)?;
                fill::make(&root, &real_tree, policy)?
            }
        };
        index.write(&index_path)?;
        Ok(Shadow {
            root,
            tree: tree.to_path_buf(),
            real_tree,
            policy,
            busy,
            index_path,
            state: Mutex::new(State {
                index,
                put: BTreeSet::new(),
                last_stamp: SystemTime::UNIX_EPOCH,
                closed: false,
            }),
            _lock: Arc::clone(&work.lock),
        })
    }

    /// Root of the shadow, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Root of the user's tree, as the request named it.
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// Root of the user's tree without symbolic links.
    pub fn real_tree(&self) -> &Path {
        &self.real_tree
    }

    /// The shadow's path of `path`, which is relative to the tree, or absolute and inside the tree; an absolute
    /// path outside the tree comes back as it is.
    pub fn path(&self, path: &Path) -> PathBuf {
        if path.is_relative() {
            return self.root.join(path);
        }
        match self.relative(path) {
            Some(rel) => self.root.join(rel),
            None => path.to_path_buf(),
        }
    }

    /// `path` relative to the tree, when it is an absolute path inside the tree or inside the shadow.
    pub fn relative<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        [&self.tree, &self.real_tree, &self.root].into_iter().find_map(|base| path.strip_prefix(base).ok())
    }

    /// Replaces the file `rel` of the shadow by `content`, or removes it (`None`).
    ///
    /// The file is made anew, never written through a link, and its time stamp is later than that of every file
    /// put before and of every file built so far, so that `make` sees the change in both directions. Without
    /// `executable` the file keeps the permission it has.
    pub fn put(&self, rel: &Path, content: Option<&[u8]>, executable: Option<bool>) -> Result<()> {
        check_relative(rel)?;
        let path = self.root.join(rel);
        let mut state = self.state.lock().expect("no holder of this lock panics");
        state.put.insert(rel.to_path_buf());
        self.put_locked(&mut state, &path, content, executable)
    }

    fn put_locked(
        &self,
        state: &mut State,
        path: &Path,
        content: Option<&[u8]>,
        executable: Option<bool>,
    ) -> Result<()> {
        // A folder on the way may be a link of the tree's own that leaves the shadow; nothing may be written there.
        let parent = path.parent().expect("a path below the root has a parent");
        if content.is_some() {
            fs::create_dir_all(parent).map_err(|e| Error::io(parent, e))?;
        }
        match fs::canonicalize(parent) {
            Ok(real) if !real.starts_with(&self.root) => {
                return Err(Error::Request(format!(
                    "{} is reached through a link that leaves the tree; fixscope does not write there",
                    path.display()
                )));
            }
            Ok(_) => {}
            Err(_) if content.is_none() => return Ok(()),
            Err(e) => return Err(Error::io(parent, e)),
        }
        let mode = fs::metadata(path).map(|m| m.permissions().mode() & 0o777).unwrap_or(0o644);
        let mode = match executable {
            Some(true) => mode | 0o111,
            Some(false) => mode & !0o111,
            None => mode,
        } | 0o600;
        remove_any(path)?;
        let Some(content) = content else { return Ok(()) };
        let stamp = SystemTime::now().max(state.last_stamp + Duration::from_millis(1));
        state.last_stamp = stamp;
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
            file.write_all(content)?;
            file.set_permissions(fs::Permissions::from_mode(mode))?;
            file.set_times(FileTimes::new().set_modified(stamp).set_accessed(stamp))
        };
        write().map_err(|e| Error::io(path, e))
    }

    /// Whether the shadow has a file `rel`.
    pub fn has(&self, rel: &Path) -> bool {
        self.root.join(rel).is_file()
    }

    /// Lets the file `rel` stay as it was put last when the shadow is closed: for a file that a build in the shadow
    /// made, which the user's tree has no content for.
    pub fn leave(&self, rel: &Path) {
        self.state.lock().expect("no holder of this lock panics").put.remove(rel);
    }

    /// Removes everything from the shadow that looks like the output of a build and that git does not track.
    ///
    /// Returns how many files went.
    pub fn remove_outputs(&self) -> Result<u64> {
        outputs::remove_below(&self.root, &outputs::tracked(&self.real_tree))
    }

    /// Puts back what [`Shadow::put`] changed and writes down that the shadow is in order.
    ///
    /// Dropping a shadow does the same but cannot report trouble; the next run then makes the shadow again.
    pub fn close(&self) -> Result<()> {
        let mut state = self.state.lock().expect("no holder of this lock panics");
        if state.closed {
            return Ok(());
        }
        for rel in std::mem::take(&mut state.put) {
            let path = self.root.join(&rel);
            let user = self.real_tree.join(&rel);
            match fs::symlink_metadata(&user) {
                Ok(meta) if meta.is_file() => {
                    let content = fs::read(&user).map_err(|e| Error::io(&user, e))?;
                    let executable = meta.permissions().mode() & 0o100 != 0;
                    self.put_locked(&mut state, &path, Some(&content), Some(executable))?;
                    // A copy with a new time stamp, even where a link was: objects built from the patched content
                    // are younger than the user's file.
                    let stat = index::Stat::of(&meta);
                    state.index.files.insert(rel, (Put::Copy, stat));
                }
                _ => {
                    remove_any(&path)?;
                    state.index.files.remove(&rel);
                }
            }
        }
        state.index.write(&self.index_path)?;
        remove_any(&self.busy)?;
        state.closed = true;
        Ok(())
    }

    /// A number that differs when a source or header comes to the user's tree or leaves it. What builds make does
    /// not count.
    pub fn names_hash(&self) -> u64 {
        let state = self.state.lock().expect("no holder of this lock panics");
        let names = state
            .index
            .files
            .keys()
            .filter(|p| p.file_name().is_some_and(|n| scan::is_source_name(n.as_bytes())));
        // A sum does not depend on the order, which differs from run to run.
        names.fold(0, |sum: u64, p| sum.wrapping_add(xxhash_rust::xxh3::xxh3_64(p.as_os_str().as_bytes())))
    }

    /// How the shadow was filled.
    pub fn policy(&self) -> Policy {
        self.policy
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        // The marker stays where this fails, and the next run starts from nothing.
        let _ = self.close();
    }
}

/// Removes a file, link or folder; nothing there is no trouble.
pub(crate) fn remove_any(path: &Path) -> Result<()> {
    let gone = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) => Err(e),
    };
    match gone {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path, e)),
        _ => Ok(()),
    }
}

/// Moves what is left of an older shadow out of the way before it is removed, so that a process that outlived the
/// earlier run keeps writing into the old folder and not into the new one.
fn set_aside(work: &WorkDir, root: &Path) -> Result<()> {
    if fs::symlink_metadata(root).is_err() {
        return Ok(());
    }
    let aside = tempfile::Builder::new()
        .prefix("torn-")
        .tempdir_in(work.scratch())
        .map_err(|e| Error::io(work.scratch(), e))?;
    fs::rename(root, aside.path().join("tree")).map_err(|e| Error::io(root, e))?;
    Ok(())
}

/// Where `path` will be once it is made, without symbolic links.
fn canonical_of_future(path: &Path) -> Result<PathBuf> {
    let mut there = path;
    let mut rest = Vec::new();
    loop {
        match fs::canonicalize(there) {
            Ok(mut real) => {
                real.extend(rest.iter().rev());
                return Ok(real);
            }
            Err(e) => match (there.parent(), there.file_name()) {
                (Some(parent), Some(name)) => {
                    rest.push(name);
                    there = parent;
                }
                _ => return Err(Error::io(path, e)),
            },
        }
    }
}

fn check_relative(rel: &Path) -> Result<()> {
    let plain = rel.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    if plain && rel.file_name().is_some() {
        return Ok(());
    }
    Err(Error::Request(format!("{} is not a path inside the tree", rel.display())))
}

#[cfg(test)]
mod tests;
