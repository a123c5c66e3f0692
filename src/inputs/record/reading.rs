//! Which compilations read which files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::relative;
use crate::error::{Error, Result};
use crate::inputs::command::{CompileCommand, Language, prerequisites};
use crate::inputs::runner::Runner;
use crate::inputs::shadow::Shadow;
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
