//! Files that a build made in the shadow besides its outputs: generated sources and headers above all.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use crate::error::{Error, Result};
use crate::inputs::shadow::{Shadow, outputs, remove_any};
use crate::pair::Pair;

/// Generated files larger than this are not compared, in bytes: logs and data, no sources.
const LIMIT: u64 = 64 << 20;

/// Generated files with their content, by path relative to the tree.
pub(super) type Generated = BTreeMap<PathBuf, Arc<[u8]>>;

/// Files that two builds made differently: content by side, `None` where a side has no such file.
pub(super) type Differing = BTreeMap<PathBuf, Pair<Option<Arc<[u8]>>>>;

/// Calls `visit` with every regular file below `root`, by its path relative to it.
pub(super) fn walk(root: &Path, visit: &mut dyn FnMut(&Path, &fs::Metadata) -> Result<()>) -> Result<()> {
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        for entry in fs::read_dir(&path).map_err(|e| Error::io(&path, e))? {
            let entry = entry.map_err(|e| Error::io(&path, e))?;
            let rel = folder.join(entry.file_name());
            let meta = entry.metadata().map_err(|e| Error::io(entry.path(), e))?;
            if meta.is_dir() {
                folders.push(rel);
            } else if meta.is_file() {
                visit(&rel, &meta)?;
            }
        }
    }
    Ok(())
}

/// Whether the file is as it was copied from the user's tree.
pub(super) fn is_copied(shadow: &Shadow, rel: &Path, meta: &fs::Metadata) -> bool {
    fs::symlink_metadata(shadow.real_tree().join(rel)).is_ok_and(|user| {
        user.is_file() && user.len() == meta.len() && user.modified().ok() == meta.modified().ok()
    })
}

/// Removes what builds of earlier runs left in the shadow: a stamp file among it would keep make from compiling.
pub(super) fn remove_leftovers(shadow: &Shadow) -> Result<()> {
    shadow.remove_outputs()?;
    let mut gone = Vec::new();
    walk(shadow.root(), &mut |rel, _| {
        if fs::symlink_metadata(shadow.real_tree().join(rel)).is_err() {
            gone.push(shadow.root().join(rel));
        }
        Ok(())
    })?;
    gone.iter().try_for_each(|path| remove_any(path))
}

/// Removes precompiled headers from the shadow. GCC uses one without a look at the headers it was made from, so that
/// a unit would be compiled with the original header on both sides.
pub(super) fn remove_precompiled(shadow: &Shadow) -> Result<()> {
    let mut gone = Vec::new();
    walk(shadow.root(), &mut |rel, _| {
        if rel.extension().is_some_and(|e| e == "gch" || e == "pch") {
            gone.push(shadow.root().join(rel));
        }
        Ok(())
    })?;
    gone.iter().try_for_each(|path| remove_any(path))
}

/// The files that a build made or rewrote in the shadow, outputs of compilers and `except` aside.
pub(super) fn generated(shadow: &Shadow, except: &dyn Fn(&Path) -> bool) -> Result<Generated> {
    let mut found = Generated::new();
    walk(shadow.root(), &mut |rel, meta| {
        if is_copied(shadow, rel, meta)
            || meta.len() > LIMIT
            || except(rel)
            || outputs::is_output(shadow.root(), rel)
        {
            return Ok(());
        }
        let path = shadow.root().join(rel);
        let content = fs::read(&path).map_err(|e| Error::io(&path, e))?;
        found.insert(rel.to_path_buf(), content.into());
        Ok(())
    })?;
    Ok(found)
}

/// The files that the two sides' builds made differently.
pub(super) fn differing(sides: Pair<Generated>) -> Differing {
    let Pair { original, mut patched } = sides;
    let mut out = Differing::new();
    for (path, content) in original {
        let other = patched.remove(&path);
        if other.as_ref() != Some(&content) {
            out.insert(path, Pair::new(Some(content), other));
        }
    }
    out.extend(patched.into_iter().map(|(path, content)| (path, Pair::new(None, Some(content)))));
    out
}

/// A number that differs when files come to the shadow or leave it, those that builds make aside.
pub(super) fn names_hash(shadow: &Shadow) -> Result<u64> {
    let mut names = Vec::new();
    walk(shadow.root(), &mut |rel, _| {
        if !outputs::is_output(shadow.root(), rel) {
            names.push(rel.to_path_buf());
        }
        Ok(())
    })?;
    names.sort();
    let mut hash = Xxh3::new();
    for name in names {
        hash.update(name.as_os_str().as_bytes());
        hash.update(b"\0");
    }
    Ok(hash.digest())
}
