//! Errors of the library: each names the file, the place and what to do about it.

use std::path::{Path, PathBuf};

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong. `code` in reports is the stable name of the variant, see [`Error::code`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused a file operation.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file that should be an object file is not one fixscope reads.
    #[error("{path}: {what}")]
    Input {
        /// The file.
        path: PathBuf,
        /// Stable code of the trouble, such as `not-elf`, `truncated`, `lto`, `bitcode`.
        code: &'static str,
        /// What is wrong, and what to do.
        what: String,
    },
    /// The request itself cannot be carried out.
    #[error("{0}")]
    Request(String),
    /// A patch could not be read or does not apply.
    #[error("{patch}: {what}")]
    Patch {
        /// The patch file, or `-`.
        patch: String,
        /// Which hunk, where, and what to do.
        what: String,
    },
    /// A build step failed.
    #[error("{what}")]
    Build {
        /// What failed, the tool's own message included.
        what: String,
    },
}

impl Error {
    /// An [`Error::Io`] for `path`.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Error::Io { path: path.as_ref().to_path_buf(), source }
    }

    /// An [`Error::Input`] for `path`.
    pub fn input(path: impl AsRef<Path>, code: &'static str, what: impl Into<String>) -> Self {
        Error::Input { path: path.as_ref().to_path_buf(), code, what: what.into() }
    }

    /// The stable code that reports carry.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Io { .. } => "io",
            Error::Input { code, .. } => code,
            Error::Request(_) => "request",
            Error::Patch { .. } => "patch",
            Error::Build { .. } => "build",
        }
    }

    /// The file the error is about, where it is about one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Error::Io { path, .. } | Error::Input { path, .. } => Some(path),
            _ => None,
        }
    }
}
