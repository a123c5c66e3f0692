//! Where a report goes.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fixscope::error::{Error, Result};
use fixscope::inputs::pager::Pager;

/// Standard output or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file that is replaced as a whole.
    File(PathBuf),
    /// A device, pipe or the like, which cannot be replaced and is written to.
    Device(PathBuf),
}

impl Destination {
    /// The destination that `-o` names. Looks before hours of work whether it can be written at all.
    ///
    /// # Errors
    /// When it is a folder, or its folder does not exist.
    pub fn resolve(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Destination::Stdout) };
        if path == Path::new("-") {
            return Ok(Destination::Stdout);
        }
        match path.metadata() {
            Ok(data) if data.is_dir() => Err(Error::Request(format!(
                "{}: is a folder; name a file to write the report to",
                path.display()
            ))),
            // What a link points to is replaced, not the link.
            Ok(data) if data.is_file() => {
                path.canonicalize().map(Destination::File).map_err(|e| Error::io(path, e))
            }
            Ok(_) => Ok(Destination::Device(path.to_path_buf())),
            Err(_) if folder(path).is_dir() => Ok(Destination::File(path.to_path_buf())),
            Err(_) => Err(Error::Request(format!(
                "{}: its folder does not exist; make it, or name another file",
                path.display()
            ))),
        }
    }

    /// As [`Destination::write`], through a pager where standard output is the destination and there is one. One that
    /// cannot be started is done without.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_paged(
        &self,
        pager: Option<&str>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let started = pager.filter(|_| *self == Destination::Stdout).and_then(|p| Pager::start(p).ok());
        let Some(mut pager) = started else { return self.write(write) };
        let Some(input) = pager.input() else { return self.write(write) };
        let mut out = BufWriter::new(input);
        let written = write(&mut out).and_then(|()| out.flush());
        let _ = out.into_parts();
        unless_gone(written).map_err(|e| Error::io("the pager", e))
    }

    /// Writes all that `write` writes. A reader of a pipe that has gone away is no error: it has read what it
    /// wanted.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        match self {
            Destination::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                let written = write(&mut out).and_then(|()| out.flush());
                // What is left in the buffer would be written again when it is dropped.
                let _ = out.into_parts();
                unless_gone(written).map_err(|e| Error::io("standard output", e))
            }
            Destination::Device(path) => {
                let written = std::fs::OpenOptions::new().write(true).open(path).and_then(|file| {
                    let mut out = BufWriter::new(file);
                    write(&mut out)?;
                    out.flush()
                });
                unless_gone(written).map_err(|e| Error::io(path, e))
            }
            Destination::File(path) => replace(path, write).map_err(|e| Error::io(path, e)),
        }
    }
}

fn unless_gone(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes beside `path` and renames, so that nobody ever sees half a file.
fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(path.file_name().unwrap_or(OsStr::new("report")));
    // The user's umask takes its bits away, as for any file that is created.
    let permissions =
        path.metadata().map_or_else(|_| Permissions::from_mode(0o666), |data| data.permissions());
    let file = tempfile::Builder::new().prefix(&prefix).permissions(permissions).tempfile_in(folder(path))?;
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.persist(path)?;
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("report.json");
        let destination = Destination::resolve(Some(&path)).expect("it can be written");
        destination.write(|out| out.write_all(b"first")).expect("it is written");
        let failed = destination.write(|out| {
            out.write_all(b"second")?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).expect("it is there"), b"first");
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1, "a temporary file was left");
    }

    #[test]
    fn links_and_devices_are_not_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        std::fs::write(&file, "").expect("it is written");
        std::os::unix::fs::symlink(&file, &link).expect("it is made");
        let destination = Destination::resolve(Some(&link)).expect("it can be written");
        destination.write(|out| out.write_all(b"x")).expect("it is written");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&file).expect("it is there"), b"x");
        let null = Destination::resolve(Some(Path::new("/dev/null"))).expect("it can be written");
        assert_eq!(null, Destination::Device("/dev/null".into()));
    }

    #[test]
    fn trouble_is_found_before_the_work() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(Destination::resolve(Some(dir.path())).is_err());
        assert!(Destination::resolve(Some(&dir.path().join("none/report"))).is_err());
    }
}
