//! What records and paths say about units of a kernel.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::classify::{Kind, kind};
use super::cmdfile::CmdFile;
use super::{Kernel, make};
use crate::error::{Error, Result};
use crate::inputs::command::CompileCommand;
use crate::inputs::fix::Fix;

pub(super) fn unknown_users(path: &Path) -> String {
    format!(
        "{}: this tree was not built to the end, so that which units read this header is unknown; build the tree, or \
         name the sources to look at with --units, such as --units 'drivers/net/**/*.c'",
        path.display()
    )
}

pub(super) fn object_of(source: &Path) -> String {
    source.with_extension("o").display().to_string()
}

pub(super) fn read_record(object: &Path) -> Option<CmdFile> {
    CmdFile::parse(&fs::read(make::record_of(object)).ok()?)
}

/// Whether the command has `flags` one behind the other, as make puts them.
pub(super) fn has_flags(command: &CompileCommand, flags: &[OsString]) -> bool {
    command.arguments.windows(flags.len().max(1)).any(|w| w == flags)
}

pub(super) fn touched_paths(kernel: &Kernel<'_>, fix: &Fix) -> FxHashSet<PathBuf> {
    let paths = fix.files.iter().flat_map(|f| [&f.original_path, &f.patched_path]).flatten();
    paths.map(|p| kernel.source.join(p)).collect()
}

pub(super) fn new_headers(kernel: &Kernel<'_>, fix: &Fix) -> Vec<PathBuf> {
    fix.files
        .iter()
        .filter(|f| f.original_path != f.patched_path && kind(f.path()) == Kind::Header)
        .filter_map(|f| f.patched_path.as_ref())
        .map(|p| kernel.source.join(p))
        .collect()
}

/// The targets of the sources that `globs` (relative to the tree) name.
pub(super) fn candidates(kernel: &Kernel<'_>, globs: &[String]) -> Result<Vec<String>> {
    if globs.is_empty() {
        return Ok(Vec::new());
    }
    let wrong = |e: globset::Error| Error::Request(format!("--units: {e}"));
    let mut set = globset::GlobSetBuilder::new();
    for glob in globs {
        let glob = glob.strip_prefix("./").unwrap_or(glob);
        set.add(globset::GlobBuilder::new(glob).literal_separator(true).build().map_err(wrong)?);
    }
    let set = set.build().map_err(wrong)?;
    let mut targets = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(rel) = folders.pop() {
        let here = kernel.source_shadow.join(&rel);
        for entry in fs::read_dir(&here).map_err(|e| Error::io(&here, e))? {
            let entry = entry.map_err(|e| Error::io(&here, e))?;
            let path = rel.join(entry.file_name());
            if entry.file_type().is_ok_and(|t| t.is_dir()) {
                folders.push(path);
            } else if kind(&path) == Kind::Source && set.is_match(&path) {
                targets.push(object_of(&path));
            }
        }
    }
    if targets.is_empty() {
        return Err(Error::Request(format!("--units {} matches no source of the tree", globs.join(" "))));
    }
    targets.sort();
    targets.dedup();
    Ok(targets)
}

/// The kernel's name of the module that the compiled code becomes part of; `None` for code outside the kernel, such
/// as programs that run during the build.
pub(super) fn module(command: &CompileCommand) -> Option<String> {
    let argument = |prefix: &str| {
        command.arguments.iter().find_map(|a| a.to_str()?.strip_prefix(prefix).map(str::to_owned))
    };
    argument("-D__KERNEL__")?;
    if !command.arguments.iter().any(|a| a == "-DMODULE") {
        return Some("vmlinux".to_owned());
    }
    let value = argument("-DKBUILD_MODNAME=")?;
    // Kernels before 4.20 write KBUILD_STR(name).
    let value = value.trim_start_matches("KBUILD_STR(").trim_end_matches(')').trim_matches('"');
    Some(value.rsplit('/').next().unwrap_or(value).replace('-', "_"))
}
