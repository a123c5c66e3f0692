//! Files mapped into memory.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file mapped into memory.
#[derive(Debug)]
pub struct MappedFile {
    path: PathBuf,
    // An empty file cannot be mapped.
    map: Option<memmap2::Mmap>,
}

impl MappedFile {
    /// Maps a file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be opened or mapped, or is no regular file.
    pub fn open(path: &Path) -> Result<MappedFile> {
        let file = std::fs::File::open(path).map_err(|e| Error::io(path, e))?;
        let metadata = file.metadata().map_err(|e| Error::io(path, e))?;
        if !metadata.is_file() {
            return Err(Error::input(
                path,
                "not-a-file",
                "is not a regular file; name an object file or a folder of them",
            ));
        }
        let map = if metadata.len() == 0 {
            None
        } else {
            // SAFETY: the map is private and read only. Another process that truncates the file meanwhile would
            // end this one by SIGBUS, which every tool that maps its inputs accepts; the objects that fixscope
            // compiles itself lie in a work folder that it holds a lock on.
            Some(unsafe { memmap2::Mmap::map(&file) }.map_err(|e| Error::io(path, e))?)
        };
        Ok(MappedFile { path: path.to_path_buf(), map })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
