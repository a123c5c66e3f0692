//! Single files ↦ the object files in them.

use std::path::Path;

use super::pairing::{ObjectSource, member_source};
use crate::error::{Error, Result};
use crate::load::archive;
use crate::load::file::MappedFile;

/// The object files that a path names: the file itself, or all members of an archive in their order.
///
/// # Errors
/// When the file cannot be read or is a folder, or an archive is damaged or empty.
pub fn sources(path: &Path) -> Result<Vec<ObjectSource>> {
    if path.is_dir() {
        let what = "is a folder; name the files in it";
        return Err(Error::input(path, "not-a-file", what));
    }
    let file = MappedFile::open(path)?;
    if !archive::is_archive(file.bytes()) {
        return Ok(vec![ObjectSource::file(path.to_path_buf())]);
    }
    let members = archive::members(&file)?;
    if members.is_empty() {
        return Err(Error::input(path, "empty", "is an archive without members"));
    }
    // A member of a thin archive is a file, and is called by its path.
    let source = |member| match member_source(path, member) {
        ObjectSource { path, member: None, .. } => ObjectSource::file(path),
        inside => inside,
    };
    Ok(members.into_iter().map(source).collect())
}
