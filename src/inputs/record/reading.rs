//! Which compilations read which files.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::generated::walk;
use super::{FileKind, relative};
use crate::error::{Error, Result};
use crate::inputs::command::{CompileCommand, Language, prerequisites};
use crate::inputs::runner::Runner;
use crate::inputs::shadow::{Shadow, outputs};
use crate::report::model::ReportError;

/// Bytes of a compiler's message that an error shows.
const MESSAGE: usize = 2000;

/// What [`units_reading`] found.
#[derive(Debug, Default)]
pub struct Readers {
    /// Of each command, in the order given: the wanted files it reads, relative to the tree.
    pub reads: Vec<BTreeSet<PathBuf>>,
    /// Commands of which it could not be found out what they read.
    pub errors: Vec<ReportError>,
}

impl Readers {
    /// Whether any command reads `file`.
    pub fn any_reads(&self, file: &Path) -> bool {
        self.reads.iter().any(|files| files.contains(file))
    }
}

/// Finds out which of `commands` read which of the `wanted` files (relative to the tree), in the state the shadow
/// is in.
///
/// The preprocessor is asked (`-M`): it is the only one that knows search paths, conditional and computed
/// includes, and files that flags include. A header that is not there counts as read by nobody; where that leaves
/// a command undecided it is in [`Readers::errors`]. Runs `jobs` processes at a time; fails only when a process
/// cannot be started at all.
pub fn units_reading(
    commands: &[CompileCommand],
    wanted: &BTreeSet<PathBuf>,
    shadow: &Shadow,
    runner: &Runner,
    jobs: usize,
) -> Result<Readers> {
    let places = Places { shadow, known: RwLock::default() };
    if only_compiled_by_themselves(commands, wanted, shadow)? {
        let own =
            |command: &CompileCommand| places.of(command, &command.source).filter(|own| wanted.contains(own));
        let reads = commands.iter().map(|command| own(command).into_iter().collect()).collect();
        return Ok(Readers { reads, errors: Vec::new() });
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.max(1))
        .build()
        .map_err(|e| Error::Build { what: format!("threads cannot be started: {e}") })?;
    let found: Vec<Outcome> = pool.install(|| {
        commands.par_iter().map(|command| read_by(command, wanted, &places, runner)).collect::<Result<_>>()
    })?;
    let mut readers = Readers::default();
    let mut undecided: Vec<(String, String)> = Vec::new();
    for outcome in found {
        readers.reads.push(outcome.files);
        undecided.extend(outcome.undecided);
    }
    readers.errors = undecided_errors(undecided);
    Ok(readers)
}

/// Whether the wanted files can be read as the source of a command only, so that the preprocessor need not be asked:
/// they are sources, no flag and no file of the tree (build files aside) mentions their names, and no include
/// is computed. Headers outside the tree are trusted not to include a source of it.
///
/// Most fixes touch one source, and asking the preprocessor about every unit takes a tenth of a build.
fn only_compiled_by_themselves(
    commands: &[CompileCommand],
    wanted: &BTreeSet<PathBuf>,
    shadow: &Shadow,
) -> Result<bool> {
    if wanted.is_empty()
        || wanted.len() > 16
        || wanted.iter().any(|path| FileKind::of(path) != FileKind::Source)
    {
        return Ok(false);
    }
    let names: Vec<&[u8]> =
        wanted.iter().filter_map(|path| path.file_name()).map(OsStrExt::as_bytes).collect();
    if names.iter().collect::<BTreeSet<_>>().len() < wanted.len() {
        return Ok(false);
    }
    let finders: Vec<memmem::Finder<'_>> = names.iter().map(memmem::Finder::new).collect();
    let flagged = commands.iter().any(|command| {
        let flags = command.for_dependencies(&[]).arguments;
        let flags = &flags[..flags.len().saturating_sub(1)];
        flags.iter().any(|flag| finders.iter().any(|finder| finder.find(flag.as_bytes()).is_some()))
    });
    if flagged {
        return Ok(false);
    }
    let mut files = Vec::new();
    walk(shadow.root(), &mut |rel, _| {
        let kind = FileKind::of(rel);
        if !matches!(kind, FileKind::BuildFile | FileKind::Documentation) {
            files.push(rel.to_path_buf());
        }
        Ok(())
    })?;
    let mentioned = files.par_iter().any(|rel| {
        if outputs::is_output(shadow.root(), rel) {
            return false;
        }
        // What cannot be read cannot be included either.
        let Ok(text) = std::fs::read(shadow.root().join(rel)) else { return false };
        // A source may speak of itself, and often does in its first line: its own command reads it anyway.
        let own = wanted.contains(rel).then(|| rel.file_name().map(OsStrExt::as_bytes)).flatten();
        finders.iter().any(|finder| Some(finder.needle()) != own && finder.find(&text).is_some())
            || has_computed_include(&text)
    });
    Ok(!mentioned)
}

/// Whether the text has an `#include` of something that is not a name in quotes or brackets.
fn has_computed_include(text: &[u8]) -> bool {
    memmem::find_iter(text, b"include").any(|at| {
        let before = text[..at].iter().rev().find(|b| !matches!(b, b' ' | b'\t'));
        let after =
            text[at + b"include".len()..].strip_prefix(b"_next").unwrap_or(&text[at + b"include".len()..]);
        let after = after.iter().find(|b| !matches!(b, b' ' | b'\t'));
        matches!(before, Some(b'#' | b'%' | b':')) && !matches!(after, Some(b'"' | b'<'))
    })
}

struct Outcome {
    files: BTreeSet<PathBuf>,
    /// The source and the preprocessor's message, when the list may lack files.
    undecided: Option<(String, String)>,
}

fn read_by(
    command: &CompileCommand,
    wanted: &BTreeSet<PathBuf>,
    places: &Places<'_>,
    runner: &Runner,
) -> Result<Outcome> {
    let own = places.of(command, &command.source);
    let mut files: BTreeSet<PathBuf> = own.iter().filter(|own| wanted.contains(*own)).cloned().collect();
    if command.language() == Language::Assembly {
        return Ok(Outcome { files, undecided: None });
    }
    let mut done = runner.run(&command.for_dependencies(&[]))?;
    let mut undecided = None;
    if !done.success() {
        let name = own.unwrap_or_else(|| command.source.clone()).display().to_string();
        undecided = Some((name, done.message(MESSAGE)));
        // With `-MG` a header that is not there is no error, and the other files are still listed.
        done = runner.run(&command.for_dependencies(&["-MG".into()]))?;
    }
    files.extend(
        prerequisites(&done.stdout)
            .iter()
            .filter_map(|file| places.of(command, file))
            .filter(|file| wanted.contains(file)),
    );
    // A command that reads a wanted file will be compiled, and tells then what is wrong.
    Ok(Outcome { undecided: undecided.filter(|_| files.is_empty()), files })
}

/// Places of files in the tree; most headers are asked for by every unit.
struct Places<'a> {
    shadow: &'a Shadow,
    known: RwLock<FxHashMap<PathBuf, Option<PathBuf>>>,
}

impl Places<'_> {
    fn of(&self, command: &CompileCommand, file: &Path) -> Option<PathBuf> {
        let path = command.directory.join(file);
        if let Some(place) = self.known.read().expect("no holder of this lock panics").get(&path) {
            return place.clone();
        }
        let place = relative(&path, self.shadow);
        self.known.write().expect("no holder of this lock panics").insert(path, place.clone());
        place
    }
}

/// Few messages for many commands: in a tree that is not built, one missing header stops hundreds of them alike.
fn undecided_errors(undecided: Vec<(String, String)>) -> Vec<ReportError> {
    let count = undecided.len();
    let Some((first, message)) = undecided.into_iter().min() else { return Vec::new() };
    let others = match count {
        1 => String::new(),
        _ => format!(" and {} other sources", count - 1),
    };
    vec![ReportError {
        code: "dependencies".into(),
        message: format!(
            "it could not be found out what {first}{others} read, so they may lack among the units; if headers are \
             missing that the build makes, build the tree first:\n{message}"
        ),
        path: Some(first),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_includes_are_told_from_named_ones() {
        for (text, computed) in [
            ("#include \"a.h\"\n# include <b.h>\n#include_next <c.h>\n", false),
            ("int include(void); /* include the others */", false),
            ("#include NAME(x)\n", true),
            ("#  include\tHEADER\n", true),
            ("#include /* odd */ \"a.c\"\n", true),
            ("#include \\\n\"a.c\"\n", true),
            ("%:include HEADER\n", true),
        ] {
            assert_eq!(has_computed_include(text.as_bytes()), computed, "{text}");
        }
    }
}
