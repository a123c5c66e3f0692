//! What the compile stage is given and what it tells.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_64;

use crate::inputs::command::{CompileCommand, normalise};
use crate::inputs::progress::Progress;
use crate::inputs::runner::Runner;
use crate::inputs::shadow::WorkDir;
use crate::pair::{Pair, Side};
use crate::plan::AbiPlan;

/// One unit to compile.
#[derive(Debug, Clone)]
pub(crate) struct UnitPlan {
    /// See [`BuiltUnit::name`].
    pub(crate) name: String,
    /// Path of the source relative to the tree.
    pub(crate) source: PathBuf,
    /// The kernel's name of the module.
    pub(crate) module: Option<String>,
    /// The command on each side it exists on.
    pub(crate) commands: Pair<Option<CompileCommand>>,
    /// Flags behind the recorded ones.
    pub(crate) extra: Vec<OsString>,
    /// Compile without looking at the preprocessed text first.
    pub(crate) direct: bool,
    /// Results that a build made already, by the same command.
    pub(crate) made: Pair<Option<Made>>,
}

/// An object file that a build made. Who had it made counts the compilation.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// A copy of the object file; it is moved away.
    pub(crate) object: PathBuf,
    /// The files that were read, absolute.
    pub(crate) reads: Vec<PathBuf>,
}

/// What the compile stage needs to know, whatever the units.
pub(crate) struct Stage<'a> {
    /// How compilers see the shadow.
    pub(crate) runner: &'a Runner,
    /// The work folder.
    pub(crate) work: &'a WorkDir,
    /// Number of jobs at a time.
    pub(crate) jobs: usize,
    /// Words put in front of the compiler.
    pub(crate) launcher: Vec<OsString>,
    /// Keep assembly too.
    pub(crate) emit_asm: bool,
    /// What will be asked of what callers rely on, if anything.
    pub(crate) abi: Option<AbiPlan>,
    /// Compile the original side alone.
    pub(crate) only_original: bool,
    /// A number that differs when files come to the tree or leave it.
    pub(crate) names: u64,
    /// Where progress is told.
    pub(crate) progress: &'a dyn Progress,
}

/// What the compile stage found out beside the units themselves.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// The files the sides differ in, as far as any unit read them, on the side they were read on.
    pub(crate) touched: FxHashSet<(Side, PathBuf)>,
}

/// Whether any command of the unit names `tree` by its absolute path.
pub(super) fn named(unit: &UnitPlan, tree: &Path) -> bool {
    Side::BOTH.iter().filter_map(|side| unit.commands.get(*side).as_ref()).any(|c| c.names(tree))
}

/// Where the files of each unit go: after the output's path where it lies in the tree, so that a person finds them,
/// and made unique.
pub(super) fn stems(stage: &Stage<'_>, units: &[UnitPlan]) -> Vec<PathBuf> {
    let mut taken: FxHashMap<PathBuf, u64> = FxHashMap::default();
    units
        .iter()
        .map(|unit| {
            let command = unit.commands.patched.as_ref().or(unit.commands.original.as_ref());
            let mut stem = unit.source.with_extension("");
            let mut identity = unit.name.clone().into_bytes();
            if let Some(command) = command {
                let output = normalise(&command.directory.join(&command.output));
                if let Some((tree, _)) =
                    stage.runner.roots().iter().find(|(tree, _)| output.starts_with(tree))
                {
                    stem = output.strip_prefix(tree).unwrap_or(&stem).with_extension("");
                }
                identity.extend_from_slice(&command.fingerprint().to_le_bytes());
            }
            let hash = xxh3_64(&identity);
            if taken.contains_key(&stem) {
                let mut name = stem.file_name().unwrap_or_default().to_os_string();
                name.push(format!("-{hash:016x}"));
                stem.set_file_name(name);
            }
            taken.insert(stem.clone(), hash);
            stem
        })
        .collect()
}
