//! Compilers that build files name by path.
//!
//! A script that is first in `PATH` never sees `/usr/bin/cc -c a.c`, which is how CMake writes its Makefiles.
//! While a build is recorded, the shadow's build files name the scripts instead, and so does what build files are
//! made from again, such as CMake's cache. Setting `CC` on make's command
//! line was rejected: it replaces the whole variable, and Makefiles append flags to it (`CC += -m32`).

use std::fs::{self, File, FileTimes};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use memchr::memmem;

use super::generated::{is_copied, walk};
use super::wrappers::Wrappers;
use crate::error::{Error, Result};
use crate::inputs::shadow::{Shadow, outputs};

/// Build files larger than this are not looked at, in bytes.
const LIMIT: u64 = 64 << 20;

/// Build files whose compilers were replaced.
#[derive(Debug, Default)]
pub(super) struct Replaced {
    files: Vec<(PathBuf, SystemTime)>,
}

/// Whether a file of this name holds the commands of a build, or what they are made from.
fn holds_commands(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "makefile",
        "GNUmakefile",
        "link.txt",
        "libtool",
        "config.status",
        "config.cache",
        "CMakeCache.txt",
        "CMakeLists.txt",
    ];
    const ENDINGS: &[&str] = &[".mk", ".mak", ".make", ".ninja", ".sh", ".cmake"];
    NAMES.contains(&name)
        || name.starts_with("Makefile")
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether a file of this name knows where the tree lies, when the build does.
fn knows_places(name: &str) -> bool {
    holds_commands(name) || name == "compile_commands.json"
}

/// All regular files below `root` whose name `wanted` accepts; links are not followed.
fn files(root: &Path, wanted: fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file()
                && entry.file_name().to_str().is_some_and(wanted)
                && entry.metadata().is_ok_and(|meta| meta.len() <= LIMIT)
            {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// A build file below `root` that names `tree` by its absolute path.
pub fn build_file_naming(root: &Path, tree: &Path) -> Option<PathBuf> {
    let tree = tree.as_os_str().as_bytes();
    files(root, knows_places)
        .into_iter()
        .find(|path| fs::read(path).is_ok_and(|text| text.windows(tree.len()).any(|window| window == tree)))
}

/// `text` with the path of every compiler replaced by the path of its script; `None` when there is none.
pub(super) fn replace(text: &[u8], wrappers: &mut Wrappers) -> Result<Option<Vec<u8>>> {
    let mut out = Vec::new();
    let mut done = 0;
    let mut at = 0;
    while at < text.len() {
        let end = at + text[at..].iter().position(|b| is_boundary(*b)).unwrap_or(text.len() - at);
        let word = &text[at..end];
        // Behind a bracket the path is only the rest of one: `$(PREFIX)/bin/gcc`.
        let whole = at == 0 || text[at - 1] != b')';
        if whole
            && word.starts_with(b"/")
            && let Some(script) = wrappers.absolute(Path::new(std::ffi::OsStr::from_bytes(word)))?
        {
            out.extend_from_slice(&text[done..at]);
            out.extend_from_slice(script.as_os_str().as_bytes());
            done = end;
        }
        at = end + 1;
    }
    if done == 0 {
        return Ok(None);
    }
    out.extend_from_slice(&text[done..]);
    Ok(Some(out))
}

/// Whether a path in a build file ends at this byte, or begins behind it.
fn is_boundary(b: u8) -> bool {
    b.is_ascii_whitespace() || b"\"'`=:;,()|&<>$\\".contains(&b)
}

/// Lets the build files below `root` call the scripts.
pub(super) fn replace_in_files(
    root: &Path,
    wrappers: &mut Wrappers,
    replaced: &mut Replaced,
) -> Result<bool> {
    let mut any = false;
    for path in files(root, holds_commands) {
        let meta = fs::metadata(&path).map_err(|e| Error::io(&path, e))?;
        let text = fs::read(&path).map_err(|e| Error::io(&path, e))?;
        if let Some(text) = replace(&text, wrappers)? {
            let modified = meta.modified().map_err(|e| Error::io(&path, e))?;
            write_with_time(&path, &text, modified)?;
            replaced.files.push((path, modified));
            any = true;
        }
    }
    Ok(any)
}

impl Replaced {
    /// Puts the compilers' own paths back wherever the build knows the scripts: in the build files replaced here,
    /// and in what the build made, such as CMake's cache. The scripts go away.
    pub(super) fn undo(self, shadow: &Shadow, wrappers: &Wrappers) -> Result<()> {
        let folder = wrappers.folder().as_os_str().as_bytes();
        let mut known = Vec::new();
        walk(shadow.root(), &mut |rel, meta| {
            let path = shadow.root().join(rel);
            if meta.len() > LIMIT || is_copied(shadow, rel, meta) || outputs::is_output(shadow.root(), rel) {
                return Ok(());
            }
            let text = fs::read(&path).map_err(|e| Error::io(&path, e))?;
            if memmem::find(&text, folder).is_some() {
                known.push((path, text, meta.modified().ok()));
            }
            Ok(())
        })?;
        for (path, mut text, modified) in known {
            for (script, compiler) in wrappers.scripts() {
                text = substitute(&text, script.as_os_str().as_bytes(), compiler.as_os_str().as_bytes());
            }
            let replaced = self.files.iter().find(|(replaced, _)| *replaced == path);
            let modified = replaced.map(|(_, modified)| *modified).or(modified).unwrap_or(SystemTime::now());
            write_with_time(&path, &text, modified)?;
        }
        Ok(())
    }
}

fn substitute(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    for at in memmem::find_iter(text, from) {
        out.extend_from_slice(&text[done..at]);
        out.extend_from_slice(to);
        done = at + from.len();
    }
    out.extend_from_slice(&text[done..]);
    out
}

/// Rewrites a file of the shadow, which is a real copy, and keeps its time stamp, so that make does not think that
/// everything which depends on a Makefile is out of date, or that the Makefile has to be made again.
fn write_with_time(path: &Path, text: &[u8], modified: SystemTime) -> Result<()> {
    fs::write(path, text)
        .and_then(|()| File::options().write(true).open(path))
        .and_then(|file| file.set_times(FileTimes::new().set_modified(modified)))
        .map_err(|e| Error::io(path, e))
}
