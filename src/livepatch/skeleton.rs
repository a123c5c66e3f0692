//! The first skeleton of a livepatch: a module source in the manner of the kernel's `samples/livepatch` with the
//! changed functions copied from the patched tree, and its Makefile.
//!
//! It is a beginning: what the functions need is listed in comments and not resolved. Where a function's text
//! cannot be had or its replacement would be wrong, the source says so and leaves it out.

pub mod definition;
mod render;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};

/// What a skeleton is made of.
#[derive(Debug, Clone, Default)]
pub struct SkeletonInput {
    /// Subject line of the fix, where it has one.
    pub subject: Option<String>,
    /// All changed functions and the new ones, in any order. Cold parts are no functions of their own.
    pub functions: Vec<SkeletonFunction>,
    /// Some unit could not be compared, so that functions may be missing.
    pub incomplete: bool,
}

/// One function to replace or to add.
#[derive(Debug, Clone)]
pub struct SkeletonFunction {
    /// Name of the symbol on the patched side.
    pub name: String,
    /// Its stem: the name that the source has.
    pub stem: String,
    /// Name of the symbol on the original side; `None` for a new function.
    pub original_name: Option<String>,
    /// Name of the unit.
    pub unit: String,
    /// The kernel's name of the module, or `vmlinux`; `None` when it is not known.
    pub module: Option<String>,
    /// Whether another symbol of the unit has this name, so that the kernel cannot tell them apart by name.
    pub ambiguous: bool,
    /// Whether the original function begins with the call to the tracer that the kernel redirects; `None` when it
    /// is new or the unit was compiled without.
    pub traced: Option<bool>,
    /// Where its source is, as far as that is known.
    pub source: Option<SourceText>,
    /// What it refers to, in any order.
    pub needs: Vec<Need>,
}

/// A source file of the patched tree and a place in it.
#[derive(Debug, Clone)]
pub struct SourceText {
    /// Path relative to the tree.
    pub file: String,
    /// 1-based line on disk of the function's declaration.
    pub line: Option<u32>,
    /// The whole file.
    pub text: Arc<[u8]>,
}

/// A symbol that a function refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// Its name.
    pub name: String,
    /// What is known of it.
    pub kind: NeedKind,
}

/// What is known of a symbol that a function refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedKind {
    /// Static function of the same unit.
    LocalFunction,
    /// Static data object of the same unit.
    LocalObject,
    /// Global function of the same unit.
    GlobalFunction,
    /// Global data object of the same unit.
    GlobalObject,
    /// Defined in another unit; whether it is exported is not known.
    Elsewhere,
    /// Exported to modules.
    Exported,
}

/// Whether a skeleton can be written to `dir`.
///
/// # Errors
/// When something other than an empty folder is there, or the folder around it is not there.
pub fn check_destination(dir: &Path) -> Result<()> {
    let refuse = |what: &str| Err(Error::Request(format!("{}: {what}", dir.display())));
    if dir.file_name().is_none() {
        return refuse("cannot be replaced; name a new folder for the skeleton");
    }
    match std::fs::read_dir(dir).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => refuse("is not empty; name a new folder for the skeleton"),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !dir.is_symlink() => {
            if parent(dir).is_dir() {
                Ok(())
            } else {
                refuse(
                    "the folder around it does not exist; make it, or name another folder for the skeleton",
                )
            }
        }
        Err(e) => Err(Error::io(dir, e)),
    }
}

/// Writes the skeleton to the folder `dir`, whole or not at all, and returns the path of its source.
///
/// # Errors
/// Those of [`check_destination`] and of the file system.
pub fn write_skeleton(dir: &Path, input: &SkeletonInput) -> Result<PathBuf> {
    check_destination(dir)?;
    let name = module_name(dir);
    let source = format!("{name}.c");
    let io = |e| Error::io(dir, e);
    let temporary = tempfile::Builder::new()
        .prefix(".fixscope-skeleton-")
        .permissions(Permissions::from_mode(0o777))
        .tempdir_in(parent(dir))
        .map_err(io)?;
    std::fs::write(temporary.path().join(&source), render::source(input)).map_err(io)?;
    std::fs::write(temporary.path().join("Makefile"), render::makefile(&name)).map_err(io)?;
    // An empty folder gives way to the new one; the file system refuses when it is no longer empty.
    std::fs::rename(temporary.path(), dir).map_err(io)?;
    // Renamed, there is nothing left to remove.
    let _ = temporary.keep();
    Ok(dir.join(source))
}

fn parent(dir: &Path) -> &Path {
    match dir.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A name for the module after the folder. The kernel's names have at most 55 bytes (`MODULE_NAME_LEN`).
fn module_name(dir: &Path) -> String {
    const PREFIX: &str = "livepatch_";
    let folder = dir.file_name().unwrap_or_default().to_string_lossy();
    let plain: String =
        folder.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(45).collect();
    let plain = plain.trim_matches('_');
    match plain.strip_prefix(PREFIX) {
        Some(rest) if !rest.is_empty() => plain.to_owned(),
        _ if plain.is_empty() || plain == "livepatch" => format!("{PREFIX}fix"),
        _ => format!("{PREFIX}{plain}"),
    }
}

#[cfg(test)]
mod tests;
