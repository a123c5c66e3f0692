//! From patches to a [`Fix`]: reads them, finds the files they mean and applies them in memory.

mod apply;
mod mail;
mod name;
mod parse;
mod parsed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fix::{Changes, Fix};
use crate::error::{Error, Result};
use crate::plan::PatchText;
use parsed::Action;

pub use apply::{Applied, apply};
pub use mail::decode_bodies;
pub use parse::parse;
pub use parsed::{FilePatch, LineKind, Parsed, PatchHunk, PatchLine};

/// Applies patches one after the other to the files of `root`, a canonical path.
///
/// Without `strip`, one leading component is stripped, or none: whichever makes all files of all patches apply.
pub(super) fn resolve(root: &Path, patches: &[PatchText], strip: Option<usize>) -> Result<Fix> {
    let decoded: Vec<_> = patches.iter().map(|p| decode_bodies(&p.text)).collect();
    let mut series = Vec::new();
    let mut subject = None;
    for (patch, text) in patches.iter().zip(&decoded) {
        let fail = |what: String| Error::Patch { patch: patch.name.clone(), what };
        let parsed = parse(text).map_err(fail)?;
        if parsed.files.is_empty() {
            return Err(fail("contains no changes: no unified diff was found in it".to_string()));
        }
        subject = subject.or(parsed.subject);
        series.push((patch.name.as_str(), parsed.files));
    }
    let mut fix = match strip {
        Some(strip) => Series::run(root, &series, strip).map_err(|failed| failed.error)?.1,
        None => find_strip(root, &series)?,
    };
    fix.subject = subject;
    Ok(fix)
}

/// Patches with their names.
type SeriesText<'a> = [(&'a str, Vec<FilePatch<'a>>)];

/// Tries the depths that occur, and explains itself when none fits.
fn find_strip(root: &Path, series: &SeriesText<'_>) -> Result<Fix> {
    let mut sections = series.iter().flat_map(|(_, files)| files).filter(|f| f.git).peekable();
    // `git diff --no-prefix` names both sides alike.
    let bare = sections.peek().is_some() && sections.all(|f| f.no_prefix);
    let order = if bare { [0, 1] } else { [1, 0] };
    let (mut fits, mut fails): (Option<(usize, Fix)>, Option<Failed>) = (None, None);
    for strip in order {
        match Series::run(root, series, strip) {
            // Files that are there settle the depth. New files alone fit at any depth: the one that puts them into
            // folders that are there is meant.
            Ok((found, fix)) => {
                let better = fits.as_ref().is_none_or(|(best, _)| found > *best);
                if better {
                    fits = Some((found, fix));
                }
                if found > 0 {
                    break;
                }
            }
            // The error of the depth at which more files were found speaks of the real trouble.
            Err(failed) => {
                if fails.as_ref().is_none_or(|worst| failed.found > worst.found) {
                    fails = Some(failed);
                }
            }
        }
    }
    let failed = match (fits, fails) {
        (Some((found, fix)), failed) if failed.as_ref().is_none_or(|f| f.found <= found) => return Ok(fix),
        (_, Some(failed)) => failed,
        (_, None) => return Ok(Fix::default()),
    };
    if failed.found > 0 {
        return Err(failed.error);
    }
    let Error::Patch { patch, what } = failed.error else { return Err(failed.error) };
    let hint = match (2..=8).find(|&s| Series::run(root, series, s).is_ok_and(|(found, _)| found > 0)) {
        Some(s) => format!("-p {s} would fit"),
        None => "check --tree, or give the number of leading components to strip with -p".to_string(),
    };
    let tried = order.map(|s| format!("-p {s}")).join(" and ");
    let what = format!("none of the files it names is in {}; tried {tried}; {hint} ({what})", root.display());
    Err(Error::Patch { patch, what })
}

/// A try that did not work out.
struct Failed {
    error: Error,
    /// Number of files that were found in the tree before, and of new files whose folder was.
    found: usize,
}

/// The tree as the patches applied so far have made it.
struct Series<'r> {
    root: &'r Path,
    changes: Changes,
    /// What is at a path now, for paths that a patch touched.
    now: BTreeMap<PathBuf, Entry>,
    notes: Vec<String>,
    found: usize,
}

/// What is at a path after the patches applied so far.
#[derive(Clone, Default)]
struct Entry {
    content: Option<Arc<[u8]>>,
    /// Path in the user's tree that the content was made from.
    origin: Option<PathBuf>,
    executable: Option<bool>,
}

impl Series<'_> {
    /// Applies everything with `strip` leading components taken off; answers the number of files found, too.
    fn run(root: &Path, series: &SeriesText<'_>, strip: usize) -> Result<(usize, Fix), Failed> {
        let mut state =
            Series { root, changes: Changes::default(), now: BTreeMap::new(), notes: Vec::new(), found: 0 };
        for (patch, files) in series {
            for file in files {
                if let Err(error) = state.file(patch, file, strip) {
                    return Err(Failed { error, found: state.found });
                }
            }
        }
        for (path, entry) in state.now {
            state.changes.patched(path, entry.content, entry.origin, entry.executable);
        }
        let fix = Fix { files: state.changes.into_files(), notes: state.notes, ..Fix::default() };
        Ok((state.found, fix))
    }

    /// Applies what a patch does to one file.
    fn file(&mut self, patch: &str, file: &FilePatch<'_>, strip: usize) -> Result<()> {
        let fail = |what: String| Error::Patch { patch: patch.to_string(), what };
        let (from, to) =
            self.paths(file, strip).map_err(|what| fail(format!("line {}: {what}", file.line)))?;
        let entry = self.entry(&from, patch)?;
        let folder = from.parent().filter(|p| !p.as_os_str().is_empty());
        if entry.content.is_some() || folder.is_some_and(|f| self.root.join(f).is_dir()) {
            self.found += 1;
        }
        let shown = to.display();
        let moves = matches!(file.action, Action::Rename | Action::Copy);
        let creates = match file.action {
            Action::Create => true,
            // Without time stamps or git's header, an insertion into nothing makes a file that is not there.
            Action::Modify | Action::RemoveIfEmpty => entry.content.is_none() && inserts_into_nothing(file),
            Action::Remove | Action::Rename | Action::Copy => false,
        };
        let original: Arc<[u8]> = match (&entry.content, creates) {
            (Some(content), false) => content.clone(),
            (None, true) => Arc::from([]),
            (Some(content), true) if content.is_empty() => content.clone(),
            (Some(content), true) => {
                let same = apply(file, b"").is_ok_and(|a| a.text == **content);
                let advice = if same { ALREADY } else { "take the patch for this tree, or remove the file" };
                return Err(fail(format!("`{shown}` is to be created but exists already; {advice}")));
            }
            (None, false) => {
                return Err(fail(format!(
                    "`{}` is not in the tree (section at line {} of the patch, with -p {strip}); {}",
                    from.display(),
                    file.line,
                    if file.action == Action::Remove { ALREADY } else { "check --tree and -p" }
                )));
            }
        };
        let applied = apply(file, &original).map_err(|what| {
            let advice = if apply::is_applied(file, &original) {
                ALREADY
            } else {
                "take the patch for this tree, and give the patches it builds on first"
            };
            fail(format!("`{shown}`: {what}; {advice}"))
        })?;
        for (hunk, lines) in &applied.moved {
            let way = if *lines > 0 { "further down" } else { "further up" };
            self.notes.push(format!(
                "{patch}: `{shown}`: hunk {hunk} of {} applied {} lines {way} than it says",
                file.hunks.len(),
                lines.unsigned_abs()
            ));
        }
        let removes = match file.action {
            Action::Remove => true,
            Action::RemoveIfEmpty => applied.text.is_empty(),
            _ => false,
        };
        if removes && !applied.text.is_empty() {
            return Err(fail(format!(
                "`{shown}` is to be removed, but {} bytes are left of it that the patch does not know; take the patch \
                 for this tree",
                applied.text.len()
            )));
        }
        if moves && from != to {
            let there = self.entry(&to, patch)?;
            if there.content.is_some() {
                return Err(fail(format!(
                    "`{shown}` is to be made from `{}` but exists already",
                    from.display()
                )));
            }
        }
        if file.action == Action::Rename && from != to {
            self.now.insert(from.clone(), Entry::default());
        }
        let executable = file.mode.filter(|_| !removes).map(|m| m & 0o111 != 0).or(entry.executable);
        // A copy leaves its origin in place, so that its own content is all new.
        let origin = if file.action == Action::Copy { None } else { entry.origin };
        let content = (!removes).then(|| Arc::from(applied.text));
        self.now.insert(to, Entry { content, origin, executable });
        Ok(())
    }

    /// The paths a section reads and writes.
    fn paths(&self, file: &FilePatch<'_>, strip: usize) -> Result<(PathBuf, PathBuf), String> {
        let original = file.original.as_ref().map(|n| n.strip(strip)).transpose();
        let patched = file.patched.as_ref().map(|n| n.strip(strip)).transpose();
        if matches!(file.action, Action::Rename | Action::Copy) {
            return match (original?, patched?) {
                (Some(from), Some(to)) => Ok((from, to)),
                _ => Err("a rename without both names".to_string()),
            };
        }
        let path = match (original, patched) {
            (Ok(Some(a)), Ok(Some(b))) if a != b => self.likelier(a, b),
            (_, Ok(Some(path))) | (Ok(Some(path)), Ok(None)) => path,
            (Err(what), _) | (_, Err(what)) => return Err(what),
            (Ok(None), Ok(None)) => return Err("no file name".to_string()),
        };
        Ok((path.clone(), path))
    }

    /// Which of two names a plain diff means, such as `x.c.orig` and `x.c`: POSIX leaves it open, GNU patch
    /// takes one that exists, then the one with fewer components, the shorter base name, the shorter name.
    fn likelier(&self, a: PathBuf, b: PathBuf) -> PathBuf {
        let exists = |path: &PathBuf| match self.now.get(path) {
            Some(entry) => entry.content.is_some(),
            None => self.root.join(path).is_file(),
        };
        let key = |path: &PathBuf| {
            let base = path.file_name().map_or(0, std::ffi::OsStr::len);
            (!exists(path), path.components().count(), base, path.as_os_str().len())
        };
        if key(&a) < key(&b) { a } else { b }
    }

    /// What is at `path` now.
    fn entry(&mut self, path: &Path, patch: &str) -> Result<Entry> {
        if let Some(entry) = self.now.get(path) {
            return Ok(entry.clone());
        }
        let content = read(self.root, path).map_err(|what| {
            // What cannot be used has been found all the same: the name is read at the right depth.
            self.found += 1;
            what.unwrap_or_else(|what| Error::Patch { patch: patch.to_string(), what })
        })?;
        self.changes.original(path.to_path_buf(), content.clone());
        let origin = content.is_some().then(|| path.to_path_buf());
        let entry = Entry { content, origin, executable: None };
        self.now.insert(path.to_path_buf(), entry.clone());
        Ok(entry)
    }
}

/// What to do about a patch that is in the tree.
const ALREADY: &str = "the patch seems to be applied already: --tree takes the tree without it";

/// Whether the only hunk states no original lines.
fn inserts_into_nothing(file: &FilePatch<'_>) -> bool {
    matches!(&file.hunks[..], [hunk] if hunk.original_start == 0)
}

/// Reads a file of the tree; `None` when nothing is there.
///
/// A path that leads through a symbolic link is refused, also when what it leads to is not there yet: a file outside
/// is none of the tree's, and one inside has another name under which the build knows it.
fn read(root: &Path, path: &Path) -> Result<Option<Arc<[u8]>>, Result<Error, String>> {
    let mut full = root.to_path_buf();
    let mut components = path.components().peekable();
    while let Some(component) = components.next() {
        full.push(component);
        let kind = match std::fs::symlink_metadata(&full) {
            Ok(metadata) => metadata.file_type(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Ok(Error::io(full, e))),
        };
        let shown = path.display();
        let is_last = components.peek().is_none();
        if kind.is_symlink() {
            let advice = match full.canonicalize() {
                Ok(real) => match real.strip_prefix(root) {
                    Ok(inside) => format!("to `{}`; patch it under that name", inside.display()),
                    Err(_) => format!("out of the tree, to {}", real.display()),
                },
                Err(_) => "to nothing".to_string(),
            };
            let how = if is_last { "is a symbolic link" } else { "leads through a symbolic link" };
            return Err(Err(format!("`{shown}` {how} {advice}")));
        }
        if is_last && !kind.is_file() {
            return Err(Err(format!("`{shown}` is no regular file")));
        }
        if !is_last && !kind.is_dir() {
            return Err(Err(format!("`{shown}` cannot be: `{}` is no folder", full.display())));
        }
    }
    std::fs::read(&full).map(|text| Some(Arc::from(text))).map_err(|e| Ok(Error::io(full, e)))
}

#[cfg(test)]
mod tests;
