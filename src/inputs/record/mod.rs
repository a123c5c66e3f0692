//! Builds of any kind, recorded by scripts that stand in for the compilers.
//!
//! The user's own build command runs in the shadow, from a tree without outputs, with a folder of scripts first
//! in `PATH`. Each script writes its call down and becomes the real compiler, so that the build behaves as ever.

mod classify;
pub(crate) mod driver;
mod generated;
mod hard_coded;
mod reading;
mod select;
mod wrappers;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

pub use classify::FileKind;
pub use hard_coded::build_file_naming;
pub use reading::{Readers, units_reading};
pub use select::{UnitCommands, pair_units};

use super::command::{CompileCommand, compilations, expand_response_files};
use super::runner::{DATA_LIMIT, Invocation, Runner};
use super::shadow::Shadow;
use crate::error::{Error, Result};
use crate::report::model::ReportError;
use hard_coded::Replaced;
use wrappers::{GUARD, Record, Wrappers};

/// Bytes of a failed build's output that its error shows: the end, where tools say what went wrong.
const TAIL: usize = 4000;

/// What a recorded build left behind.
#[derive(Debug, Default)]
pub struct Recording {
    /// Compilations of sources inside the tree that still exist, each once, ordered by source and output.
    pub commands: Vec<CompileCommand>,
    /// A build that failed, or records that were cut short; what was recorded before is in `commands`.
    pub errors: Vec<ReportError>,
    /// Calls of compilers that were recorded, whatever they did.
    pub calls: usize,
}

/// Chooses how the processes of a build see the shadow: mounted over the tree where the system allows that, since
/// a build may name the tree by its absolute path in any way, and would then write to the user's files.
///
/// Where it does not, builds of trees in which no build file names the tree run inside the shadow; the others are
/// refused with [`Error::Request`]. `commands` are the texts of commands that will run.
pub fn runner(shadow: &Shadow, commands: &[&str]) -> Result<Runner> {
    if Runner::probe().is_ok() {
        return Runner::mounted_over(shadow);
    }
    let names_tree = |tree: &Path| {
        commands.iter().any(|command| super::command::names_path(OsStr::new(command), tree))
            || build_file_naming(shadow.root(), tree).is_some()
    };
    if names_tree(shadow.tree()) || names_tree(shadow.real_tree()) {
        return Runner::mounted_over(shadow);
    }
    Ok(Runner::in_place(&[shadow]))
}

/// Runs `command` (a line for `sh`) in the root of the tree as `runner` shows it, and records every compilation.
///
/// The shadow must hold no outputs of an earlier build, or nothing is compiled. Scripts and records go to a folder
/// below `scratch`, which must lie outside the tree. A build that fails is an error in [`Recording::errors`], and
/// what it compiled until then is used. Fails with [`Error::Build`] when no compilation was recorded at all.
pub fn record(shadow: &Shadow, runner: &Runner, command: &str, scratch: &Path) -> Result<Recording> {
    let folder = script_folder(scratch)?;
    let surroundings = surroundings(shadow, runner)?;
    let path = surroundings.get(OsStr::new("PATH")).cloned().unwrap_or_default();
    let mut wrappers = Wrappers::make(folder.path().to_path_buf(), &path)?;
    let mut replaced = Replaced::default();
    hard_coded::replace_in_files(shadow.root(), &mut wrappers, &mut replaced)?;
    let outcome = (|| {
        let mut finished = run(shadow, runner, command, &mut wrappers, folder.path(), &surroundings)?;
        // A build that made its build files again, as CMake does when its input changed, went past the scripts.
        if hard_coded::replace_in_files(shadow.root(), &mut wrappers, &mut replaced)? {
            shadow.remove_outputs()?;
            wrappers.forget()?;
            finished = run(shadow, runner, command, &mut wrappers, folder.path(), &surroundings)?;
        }
        Ok(finished)
    })();
    replaced.undo(shadow, &wrappers)?;
    let trouble = outcome?;
    let (records, broken) = wrappers.records()?;
    let mut recording = Recording { calls: records.len(), ..Recording::default() };
    if let Some(message) = &trouble {
        recording.errors.push(ReportError { code: "build".into(), message: message.clone(), path: None });
    }
    if broken > 0 {
        recording.errors.push(ReportError {
            code: "build".into(),
            message: format!(
                "{broken} compilations of `{command}` could not be recorded whole, because the build was \
                 interrupted or the disk is full; run it again"
            ),
            path: None,
        });
    }
    let (commands, vanished) = commands(records, shadow, runner, &surroundings);
    recording.commands = commands;
    recording.errors.extend(vanished.into_iter().map(|source| ReportError {
        code: "vanished".into(),
        message: format!(
            "{0} was generated, compiled and removed again by the build, so it cannot be compared; let the build keep              it (for make: a line `.SECONDARY: {0}`)",
            source.display()
        ),
        path: Some(source.display().to_string()),
    }));
    if recording.commands.is_empty() {
        return Err(nothing_recorded(command, &recording, wrappers.is_empty(), trouble));
    }
    Ok(recording)
}

/// A folder for the scripts whose path can stand unquoted in a Makefile and in `PATH`: below `scratch` if that can,
/// else in the system's folder for temporary files.
fn script_folder(scratch: &Path) -> Result<tempfile::TempDir> {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"/._-+".contains(b);
    let mut builder = tempfile::Builder::new();
    builder.prefix("fixscope-");
    if scratch.as_os_str().as_bytes().iter().all(plain) {
        builder.tempdir_in(scratch).map_err(|e| Error::io(scratch, e))
    } else {
        builder.tempdir().map_err(|e| Error::io(scratch, e))
    }
}

fn nothing_recorded(
    command: &str,
    recording: &Recording,
    no_compiler: bool,
    trouble: Option<String>,
) -> Error {
    let mut what = format!("`{command}` compiled no source of this tree, so there is nothing to compare");
    if no_compiler {
        what += "; no compiler was found in PATH: install gcc or clang";
    } else if recording.calls > 0 {
        what += &format!(
            "; it called compilers {} times, but not for sources inside the tree; name a command that builds \
             the program with --build-command",
            recording.calls
        );
    } else {
        what += "; name the command that compiles with --build-command; if it does compile, it calls its compiler \
                 by a path or through PATH of its own making: let it call `cc`, `gcc` or `clang` by name";
    }
    if let Some(trouble) = trouble {
        what += "\n";
        what += &trouble;
    }
    Error::Build { what }
}

/// The environment that processes of `runner` see.
fn surroundings(shadow: &Shadow, runner: &Runner) -> Result<BTreeMap<OsString, OsString>> {
    let done = runner.run(&Invocation {
        program: "env".into(),
        arguments: vec!["-0".into()],
        directory: shadow.tree().to_path_buf(),
        stdout_limit: DATA_LIMIT,
        ..Invocation::default()
    })?;
    Ok(done
        .stdout
        .split(|b| *b == 0)
        .filter_map(|entry| {
            let equals = entry.iter().position(|b| *b == b'=')?;
            let text = |part: &[u8]| OsString::from_vec(part.to_vec());
            Some((text(&entry[..equals]), text(&entry[equals + 1..])))
        })
        .collect())
}

/// Runs the build; the message of its failure, if it failed.
fn run(
    shadow: &Shadow,
    runner: &Runner,
    command: &str,
    wrappers: &mut Wrappers,
    folder: &Path,
    surroundings: &BTreeMap<OsString, OsString>,
) -> Result<Option<String>> {
    let log = folder.join("log");
    let mut path = wrappers.bin().into_os_string();
    path.push(":");
    path.push(surroundings.get(OsStr::new("PATH")).map_or(OsStr::new("/usr/bin:/bin"), OsString::as_os_str));
    let mut environment = vec![("PATH".into(), path), (GUARD.into(), OsString::new())];
    // `CC` and its like are set only where the user set them to a path: a value where there was none would
    // choose another compiler than the build does.
    for name in ["CC", "CXX", "HOSTCC", "HOSTCXX", "CC_FOR_BUILD"] {
        if let Some(value) = surroundings.get(OsStr::new(name))
            && let Some(value) = hard_coded::replace(value.as_bytes(), wrappers)?
        {
            environment.push((name.into(), OsString::from_vec(value)));
        }
    }
    let line = match hard_coded::replace(command.as_bytes(), wrappers)? {
        Some(line) => OsString::from_vec(line),
        None => command.into(),
    };
    let done = runner.run(&Invocation {
        program: "sh".into(),
        arguments: vec![
            "-c".into(),
            r#"exec >"$1" 2>&1; eval "$2""#.into(),
            "sh".into(),
            log.clone().into(),
            line,
        ],
        directory: shadow.tree().to_path_buf(),
        environment,
        ..Invocation::default()
    })?;
    if done.success() {
        return Ok(None);
    }
    let output = fs::read(&log).unwrap_or_default();
    let tail = &output[output.len().saturating_sub(TAIL)..];
    let tail = String::from_utf8_lossy(tail);
    // A tail that was cut begins inside a line.
    let tail =
        if output.len() > TAIL { tail.split_once('\n').map_or(&*tail, |(_, rest)| rest) } else { &*tail };
    Ok(Some(format!("`{command}` failed ({}); the end of its output:\n{}", done.status, tail.trim_end())))
}

/// The compilations in `records` of sources inside the tree that exist, each once, in order; and the generated
/// sources that the build removed again, as make does with intermediate files.
fn commands(
    records: Vec<Record>,
    shadow: &Shadow,
    runner: &Runner,
    surroundings: &BTreeMap<OsString, OsString>,
) -> (Vec<CompileCommand>, BTreeSet<PathBuf>) {
    let mut commands: Vec<(PathBuf, CompileCommand)> = Vec::new();
    let mut vanished = BTreeSet::new();
    for record in records {
        let mut call = record.call;
        let seen = call.directory.clone();
        let read = |path: &Path| {
            record.response_files.get(path).cloned().or_else(|| fs::read(runner.in_shadow(path)).ok())
        };
        call.arguments = expand_response_files(call.arguments, &seen, &read);
        if let Ok(inside) = seen.strip_prefix(shadow.root()) {
            call.directory = shadow.tree().join(inside);
        }
        call.environment.retain(|(name, value)| surroundings.get(name) != Some(value));
        for command in compilations(&call) {
            let Some(source) = source_of(&command, shadow).filter(|source| !is_probe(source)) else {
                continue;
            };
            if shadow.has(&source) {
                commands.push((source, command));
            } else if GENERATORS.iter().any(|ending| shadow.has(&source.with_extension(ending))) {
                vanished.insert(source);
            }
        }
    }
    commands.sort_by(|(a, one), (b, other)| {
        (a, &one.output, &one.arguments).cmp(&(b, &other.output, &other.arguments))
    });
    let mut known = FxHashSet::default();
    let commands =
        commands.into_iter().map(|(_, command)| command).filter(|c| known.insert(c.fingerprint())).collect();
    (commands, vanished)
}

/// Endings of files that sources of the same name are generated from. Other sources that are gone after a build were
/// probes.
const GENERATORS: &[&str] = &[
    "y", "l", "yy", "ll", "ypp", "lpp", "re", "rl", "gperf", "pyx", "vala", "x", "proto", "in", "sh", "pl",
    "py", "tcl",
];

/// Whether a source is there only for a build system to find out what the compiler can do. CMake leaves some of
/// them behind.
fn is_probe(source: &Path) -> bool {
    const PROBES: &[&str] = &[
        "CompilerId",
        "CMakeTmp",
        "CMakeScratch",
        "TryCompile-",
        "_CMakeLTOTest",
        "conftest",
        "meson-private",
    ];
    source.components().any(|part| {
        part.as_os_str().to_str().is_some_and(|part| PROBES.iter().any(|probe| part.starts_with(probe)))
    })
}

/// The source of `command` relative to the tree, when it lies in the tree or in its shadow.
pub fn source_of(command: &CompileCommand, shadow: &Shadow) -> Option<PathBuf> {
    relative(&command.directory.join(&command.source), shadow)
}

/// `path` (absolute, of the tree or of the shadow) relative to the tree, symbolic links followed where the file
/// exists; `None` when it lies outside.
///
/// A link that a build made while the shadow was mounted over the tree leads to the user's file when it is
/// followed from outside: that file's place in the tree counts.
pub(super) fn relative(path: &Path, shadow: &Shadow) -> Option<PathBuf> {
    let path = normalise_if_gone(&shadow.path(path));
    shadow.relative(&path).map(Path::to_path_buf)
}

fn normalise_if_gone(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| super::command::normalise(path))
}

#[cfg(test)]
mod tests;
