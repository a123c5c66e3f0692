//! Archives, thin ones too.

use std::path::Path;

use object::read::archive::ArchiveFile;

use super::file::MappedFile;
use crate::error::{Error, Result};

/// Whether the bytes are an archive.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"!<arch>\n") || bytes.starts_with(b"!<thin>\n")
}

/// One member of an archive.
#[derive(Debug)]
pub enum Member {
    /// Its bytes stand in the archive, at this range.
    Inside {
        /// Name as the archive has it.
        name: String,
        /// Offset and size in bytes within the archive.
        range: (u64, u64),
    },
    /// A thin archive names a file, relative to the archive's folder.
    Outside {
        /// Name as the archive has it.
        name: String,
    },
}

impl Member {
    /// Name as the archive has it.
    pub fn name(&self) -> &str {
        match self {
            Member::Inside { name, .. } | Member::Outside { name } => name,
        }
    }
}

/// Lists the members of an archive in order; the symbol index is none of them.
///
/// # Errors
/// [`Error::Input`] when the archive is damaged.
pub fn members(file: &MappedFile) -> Result<Vec<Member>> {
    let bytes = file.bytes();
    let damaged = |e: object::Error| Error::input(file.path(), "archive", format!("damaged archive: {e}"));
    let archive = ArchiveFile::parse(bytes).map_err(damaged)?;
    let mut members = Vec::new();
    for member in archive.members() {
        let member = member.map_err(damaged)?;
        let name = String::from_utf8_lossy(member.name()).into_owned();
        if archive.is_thin() {
            members.push(Member::Outside { name });
        } else {
            // `data` checks that the range lies inside the file.
            member.data(bytes).map_err(damaged)?;
            members.push(Member::Inside { name, range: member.file_range() });
        }
    }
    Ok(members)
}

/// The path of a thin archive's member.
pub fn outside_path(archive: &Path, member: &str) -> std::path::PathBuf {
    archive.parent().unwrap_or(Path::new(".")).join(member)
}
