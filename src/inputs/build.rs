//! From a fix and a tree to compiled units, whatever kind of build the tree has.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::fix::Fix;
use super::progress::Progress;
use super::record::driver::Source;
use super::shadow::WorkDir;
use super::{BuiltUnits, compdb, kbuild, record};
use crate::error::{Error, Result};
use crate::pair::Pair;
use crate::plan::{AnalyzePlan, BuildKind};

/// What a run would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DryRun {
    /// Units that would be compiled, as far as they are known without building anything.
    pub units: Vec<DryUnit>,
    /// Calls of build tools that come first, as shell lines.
    pub calls: Vec<String>,
    /// The number of compilations, both sides together. Units reached through a header are counted, and left out by
    /// the run when their preprocessed text is the same on both sides.
    pub compilations: u64,
    /// One sentence each for what is not known yet.
    pub notes: Vec<String>,
}

/// A unit that would be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryUnit {
    /// See [`BuiltUnit::name`](super::BuiltUnit::name).
    pub name: String,
    /// The recorded command on each side, as a shell line.
    pub commands: Pair<Option<String>>,
}

/// The kind of build of `tree`, where the request leaves it open.
///
/// Fails with [`Error::Request`] naming what was looked for when the tree has nothing of it.
pub fn detect(plan: &AnalyzePlan) -> Result<BuildKind> {
    let tree = &plan.tree;
    if plan.build.kind != BuildKind::Auto {
        return Ok(plan.build.kind);
    }
    if kbuild::is_kernel(tree) {
        return Ok(BuildKind::Kbuild);
    }
    if plan.build.command.is_some() {
        return Ok(BuildKind::Make);
    }
    if compdb::find(tree).is_some() {
        return Ok(BuildKind::Compdb);
    }
    if ["GNUmakefile", "makefile", "Makefile"].iter().any(|name| tree.join(name).is_file()) {
        return Ok(BuildKind::Make);
    }
    Err(Error::Request(format!(
        "{}: found no way to build it: no kernel tree (Kbuild and scripts/Makefile.build), no \
         compile_commands.json (in it or in a folder such as build), no Makefile; name the command with --build-command",
        tree.display()
    )))
}

/// The root that the paths of a fix are relative to: the tree, or the sources of a kernel that is built in it with
/// `O=`.
pub fn source_root(plan: &AnalyzePlan) -> PathBuf {
    match detect(plan) {
        Ok(BuildKind::Kbuild) => kbuild::locate(&plan.tree).map_or_else(|_| plan.tree.clone(), |p| p.source),
        _ => plan.tree.clone(),
    }
}

/// Compiles every unit that reads what `fix` touches, on both sides.
///
/// The paths of `fix` are relative to [`source_root`]. Trouble with single units and files is told in the result;
/// an error means that nothing could be compared.
pub fn build(plan: &AnalyzePlan, fix: &Fix, progress: &dyn Progress) -> Result<BuiltUnits> {
    let kind = detect(plan)?;
    if kind == BuildKind::Kbuild {
        return kbuild::build(plan, fix, progress);
    }
    let work = WorkDir::open(&plan.work_dir, &plan.tree)?;
    let database = database(plan, kind)?;
    record::driver::build(plan, fix, &work, progress, source(database.as_deref()))
}

fn source(database: Option<&Path>) -> Source<'_> {
    database.map_or(Source::Command, Source::Database)
}

/// The compilation database, when the tree is built by one.
fn database(plan: &AnalyzePlan, kind: BuildKind) -> Result<Option<PathBuf>> {
    if kind != BuildKind::Compdb {
        return Ok(None);
    }
    compdb::find(&plan.tree).map(Some).ok_or_else(|| {
        Error::Request(format!(
            "{}: no {} in it or in a folder such as build; let cmake (-DCMAKE_EXPORT_COMPILE_COMMANDS=ON), meson or \
             bear write it",
            plan.tree.display(),
            compdb::FILE_NAME
        ))
    })
}

/// What [`build`] would do.
///
/// For a kernel this is a look at the user's tree. For other builds the units are only known when the shadow
/// is there, and, for `make`, when the build has run in it; no unit is compiled for comparison.
pub fn dry_run(plan: &AnalyzePlan, fix: &Fix, progress: &dyn Progress) -> Result<DryRun> {
    let kind = detect(plan)?;
    if kind == BuildKind::Kbuild {
        return kbuild::dry_run(plan, fix);
    }
    let work = WorkDir::open(&plan.work_dir, &plan.tree)?;
    let database = database(plan, kind)?;
    record::driver::dry_run(plan, fix, &work, progress, source(database.as_deref()))
}

/// The words of a launcher such as `ccache` or `env X=1 distcc`.
pub(super) fn stage_words(launcher: Option<&str>) -> Vec<OsString> {
    let words = launcher.map(|l| shlex::split(l).unwrap_or_else(|| vec![l.to_owned()]));
    words.unwrap_or_default().into_iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests;
