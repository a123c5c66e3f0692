//! From a fix to the units it concerns, in trees that are built by any command or have a compilation database.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::generated::{self, Differing};
use super::{FileKind, Recording, UnitCommands, pair_units, record, units_reading};
use crate::error::{Error, Result};
use crate::inputs::build::{DryRun, DryUnit};
use crate::inputs::command::CompileCommand;
use crate::inputs::compile::{self, Stage, UnitPlan};
use crate::inputs::fix::{Fix, TouchedFile};
use crate::inputs::progress::Progress;
use crate::inputs::runner::Runner;
use crate::inputs::shadow::{Policy, Shadow, WorkDir};
use crate::inputs::sides::{Place, Sides};
use crate::inputs::{BuiltUnits, compdb};
use crate::pair::{Pair, Side};
use crate::plan::{AnalyzePlan, FixSource};
use crate::report::model::{ReportError, Skipped};

/// How the units of a tree are found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    /// Any command, recorded as it runs: that of the plan, else `make` with as many jobs as the plan allows.
    Command,
    /// A compilation database, absolute, in the user's terms.
    Database(&'a Path),
}

/// Compiles both sides of the units that `fix` concerns.
///
/// Fails when the shadow cannot be made, when the build compiles nothing or the database names no source of the
/// tree, and where [`runner`](super::runner) fails.
pub(crate) fn build(
    plan: &AnalyzePlan,
    fix: &Fix,
    work: &WorkDir,
    progress: &dyn Progress,
    source: Source<'_>,
) -> Result<BuiltUnits> {
    find(plan, fix, work, progress, source, |finder, sides, found| {
        compile_found(plan, finder, work, sides, found)
    })
}

/// What [`build`] would compile. A recorded build runs all the same: only it knows the units.
pub(crate) fn dry_run(
    plan: &AnalyzePlan,
    fix: &Fix,
    work: &WorkDir,
    progress: &dyn Progress,
    source: Source<'_>,
) -> Result<DryRun> {
    let found = find(plan, fix, work, progress, source, |_, _, found| Ok(found))?;
    let mut dry = DryRun { notes: found.warnings, ..DryRun::default() };
    dry.notes.extend(found.errors.into_iter().map(|error| error.message));
    if let Source::Command = source {
        dry.calls.push(build_command(plan));
    }
    for unit in found.units {
        let commands = unit.commands.commands.map(|command| command.map(|c| c.display()));
        dry.compilations += Side::BOTH.iter().filter(|side| commands.get(**side).is_some()).count() as u64;
        dry.units.push(DryUnit { name: unit.commands.name, commands });
    }
    Ok(dry)
}

fn build_command(plan: &AnalyzePlan) -> String {
    plan.build.command.clone().unwrap_or_else(|| format!("make -j{}", plan.jobs))
}

fn find<T>(
    plan: &AnalyzePlan,
    fix: &Fix,
    work: &WorkDir,
    progress: &dyn Progress,
    source: Source<'_>,
    then: impl FnOnce(&Finder<'_>, &mut Sides<'_>, Found) -> Result<T>,
) -> Result<T> {
    let command = build_command(plan);
    // With a database nothing is made anew, and outputs stay: a plugin that the build made for its compiler is one.
    let without_outputs = matches!(source, Source::Command);
    let shadow = Shadow::prepare(work, "tree", &plan.tree, Policy::CopyAll { without_outputs })?;
    let runner = match source {
        Source::Command => {
            generated::remove_leftovers(&shadow)?;
            super::runner(&shadow, &[&command])?
        }
        Source::Database(_) => super::runner(&shadow, &[])?,
    };
    let mut sides = Sides::new(&[&shadow], fix, !plan.build.keep_line_changes, &|_| false)?;
    let finder = Finder { shadow: &shadow, runner: &runner, fix, jobs: plan.jobs, progress };
    let found = match source {
        Source::Command => finder.by_recording(&mut sides, &command, &work.scratch())?,
        Source::Database(path) => finder.by_database(&mut sides, path)?,
    };
    then(&finder, &mut sides, found)
}

fn compile_found(
    plan: &AnalyzePlan,
    finder: &Finder<'_>,
    work: &WorkDir,
    sides: &mut Sides<'_>,
    found: Found,
) -> Result<BuiltUnits> {
    let mut built = BuiltUnits { errors: found.errors, warnings: found.warnings, ..BuiltUnits::default() };
    built.warnings.extend(sides.take_warnings());
    let mut read = found.read;
    let extra: Vec<OsString> = compile::FLAGS
        .iter()
        .copied()
        .map(OsString::from)
        .chain(plan.build.cflags.iter().map(OsString::from))
        .collect();
    let units = found.units.into_iter().map(|unit| UnitPlan {
        name: unit.commands.name,
        source: unit.commands.source,
        module: None,
        commands: unit.commands.commands,
        extra: extra.clone(),
        direct: unit.direct,
        made: Pair::default(),
    });
    let launcher = plan.build.launcher.as_deref().unwrap_or_default();
    let launcher = shlex::split(launcher).ok_or_else(|| {
        Error::Request(format!("the launcher `{launcher}` has a quote that is never closed"))
    })?;
    let stage = Stage {
        runner: finder.runner,
        work,
        jobs: plan.jobs,
        launcher: launcher.into_iter().map(OsString::from).collect(),
        emit_asm: plan.build.emit_asm,
        abi: plan.abi,
        only_original: matches!(plan.fix, FixSource::Nothing(_)),
        names: generated::names_hash(finder.shadow)?,
        progress: finder.progress,
    };
    read.extend(compile::compile(&stage, sides, units.collect(), &mut built)?.touched);
    built.skipped = skipped(finder.fix, &read);
    Ok(built)
}

/// The units that a fix concerns, and what was noticed on the way.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The units, ordered by name.
    pub(crate) units: Vec<FoundUnit>,
    /// Trouble that belongs to no unit.
    pub(crate) errors: Vec<ReportError>,
    /// Sentences for the user.
    pub(crate) warnings: Vec<String>,
    /// Sides whose recorded build failed.
    pub(crate) broken: Pair<bool>,
    /// Touched and differently generated files that units read, on the side they were read on.
    pub(crate) read: FxHashSet<(Side, PathBuf)>,
}

/// A unit and why it has to be looked at.
#[derive(Debug)]
pub(crate) struct FoundUnit {
    /// Its name and commands.
    pub(crate) commands: UnitCommands,
    /// Its source differs, or its commands do, or it is on one side only: equal preprocessed text would not mean
    /// equal code, or is not to be expected.
    pub(crate) direct: bool,
}

/// What finding units needs, whatever the kind of build.
pub(crate) struct Finder<'a> {
    /// The shadow of the tree.
    pub(crate) shadow: &'a Shadow,
    /// How processes see it.
    pub(crate) runner: &'a Runner,
    /// The fix.
    pub(crate) fix: &'a Fix,
    /// Number of jobs at a time.
    pub(crate) jobs: usize,
    /// Where progress is told.
    pub(crate) progress: &'a dyn Progress,
}

impl Finder<'_> {
    /// Finds the units by recording `command` in the shadow, whose leftovers of earlier builds go first.
    ///
    /// When the fix adds or removes sources, or touches what steers the build, the patched side is recorded too:
    /// for the commands of its new sources, for flags that changed, and for files that the build generates
    /// differently, which from then on count as touched. The original side is in place afterwards.
    pub(crate) fn by_recording(&self, sides: &mut Sides<'_>, command: &str, scratch: &Path) -> Result<Found> {
        let mut found = Found::default();
        let mut differing = Differing::new();
        sides.put(Place::Original)?;
        self.progress.stage("Recording the build", None);
        let original = self.record_side(command, scratch, Side::Original, &mut found)?;
        let patched = if self.fix.files.iter().any(steers_build) {
            let made = generated::generated(self.shadow, &|rel| self.is_touched(rel))?;
            sides.put(Place::PatchedPlain)?;
            self.shadow.remove_outputs()?;
            self.progress.stage("Recording the build of the patched side", None);
            let recording = self.record_side(command, scratch, Side::Patched, &mut found)?;
            let made = Pair::new(made, generated::generated(self.shadow, &|rel| self.is_touched(rel))?);
            differing = generated::differing(made);
            for (path, content) in &differing {
                sides.add_generated(0, path.clone(), content.clone());
            }
            sides.put(Place::Original)?;
            Some(recording)
        } else {
            None
        };
        self.select(
            sides,
            &original.commands,
            patched.as_ref().map(|r| r.commands.as_slice()),
            &differing,
            &mut found,
        )?;
        Ok(found)
    }

    /// Finds the units in the compilation database `path` (absolute, in the user's terms). The original side is in
    /// place afterwards.
    pub(crate) fn by_database(&self, sides: &mut Sides<'_>, path: &Path) -> Result<Found> {
        let mut found = Found::default();
        let mut database = compdb::read(path, self.shadow.tree())?;
        if database.outside > 0 {
            found.warnings.push(format!(
                "{}: {} entries for sources outside the tree were left out",
                path.display(),
                database.outside
            ));
        }
        generated::remove_precompiled(self.shadow)?;
        if database.commands.is_empty() {
            return Err(Error::input(
                path,
                "compdb",
                "names no source of this tree that is compiled; make it again for the tree where it is",
            ));
        }
        // A source that only the patched side has cannot be in a database that was made of the original.
        sides.put(Place::Original)?;
        let new: BTreeSet<&Path> =
            self.fix.files.iter().filter(|f| f.original_path.is_none()).map(TouchedFile::path).collect();
        let mut missing = BTreeSet::new();
        database.commands.retain(|command| {
            let Some(source) = super::source_of(command, self.shadow) else { return false };
            let there = self.shadow.has(&source) || new.contains(source.as_path());
            if !there {
                missing.insert(source);
            }
            there
        });
        self.say_missing(path, &missing, &mut found);
        self.select(sides, &database.commands, None, &Differing::new(), &mut found)?;
        Ok(found)
    }

    /// Tells of sources that a database names and that are not there: generated ones of a tree that is not built.
    /// They may read a touched header, and cannot be asked.
    fn say_missing(&self, database: &Path, missing: &BTreeSet<PathBuf>, found: &mut Found) {
        let Some(first) = missing.first() else { return };
        let message = format!(
            "{}: {} of its sources do not exist, such as {}; build the tree first, so that they are generated, or make \
             the file again",
            database.display(),
            missing.len(),
            first.display()
        );
        if self.fix.files.iter().any(|f| FileKind::of(f.path()) == FileKind::Header) {
            let path = Some(first.display().to_string());
            found.errors.push(ReportError { code: "compdb".into(), message, path });
        } else {
            found.warnings.push(message);
        }
    }

    fn record_side(&self, command: &str, scratch: &Path, side: Side, found: &mut Found) -> Result<Recording> {
        let mut recording = match record(self.shadow, self.runner, command, scratch) {
            // With the original's commands at hand, the other side's broken build is no reason to give up.
            Err(error @ Error::Build { .. }) if side == Side::Patched => Recording {
                errors: vec![ReportError {
                    code: error.code().into(),
                    message: error.to_string(),
                    path: None,
                }],
                ..Recording::default()
            },
            outcome => outcome?,
        };
        generated::remove_precompiled(self.shadow)?;
        *found.broken.get_mut(side) = !recording.errors.is_empty();
        for mut error in recording.errors.drain(..) {
            error.message = format!("the {side} side: {}", error.message);
            found.errors.push(error);
        }
        Ok(recording)
    }

    fn is_touched(&self, rel: &Path) -> bool {
        self.fix
            .files
            .iter()
            .any(|f| f.original_path.as_deref() == Some(rel) || f.patched_path.as_deref() == Some(rel))
    }

    /// Keeps the units that read what differs, or that are compiled differently. `patched` are the patched side's
    /// commands when they were recorded; else they are those of the original.
    fn select(
        &self,
        sides: &mut Sides<'_>,
        original: &[CompileCommand],
        patched: Option<&[CompileCommand]>,
        differing: &Differing,
        found: &mut Found,
    ) -> Result<()> {
        let mut wanted: BTreeSet<PathBuf> = differing.keys().cloned().collect();
        let mut renamed = BTreeMap::new();
        for file in &self.fix.files {
            wanted.extend(file.original_path.iter().chain(&file.patched_path).cloned());
            if let (Some(from), Some(to)) = (&file.original_path, &file.patched_path)
                && from != to
            {
                renamed.insert(to.clone(), from.clone());
            }
        }
        self.progress.stage("Finding the units that read the touched files", None);
        let mut reads: Pair<BTreeMap<u64, BTreeSet<PathBuf>>> = Pair::default();
        sides.put(Place::Original)?;
        *reads.get_mut(Side::Original) = self.readers(original, &wanted, found)?;
        // A file that is there on the patched side only, a header above all, may be read in place of another one.
        let appears =
            self.fix.files.iter().any(|f| f.patched_path.is_some() && f.patched_path != f.original_path)
                || differing.values().any(|content| content.original.is_none());
        if patched.is_some() || appears {
            sides.put(Place::PatchedPlain)?;
            *reads.get_mut(Side::Patched) = self.readers(patched.unwrap_or(original), &wanted, found)?;
            sides.put(Place::Original)?;
        }
        for side in Side::BOTH {
            let all = reads.get(side).values().flatten();
            found.read.extend(all.map(|path| (side, path.clone())));
        }
        let recorded = Pair::new(original, patched.unwrap_or(original));
        for mut unit in pair_units(recorded, &renamed, self.shadow) {
            // A build that broke off says nothing of what it did not come to.
            if found.broken.patched && unit.commands.patched.is_none() {
                unit.commands.patched = unit.commands.original.clone();
            } else if found.broken.original && unit.commands.original.is_none() {
                unit.commands.original = unit.commands.patched.clone();
            }
            let touched_by = |side: Side| {
                let command = unit.commands.get(side).as_ref();
                command
                    .and_then(|c| reads.get(side).get(&c.fingerprint()))
                    .is_some_and(|read| !read.is_empty())
            };
            let differs = match unit.commands.as_ref().map(Option::as_ref).both() {
                Some(both) => both.original.fingerprint() != both.patched.fingerprint(),
                None => true,
            };
            if differs || touched_by(Side::Original) || touched_by(Side::Patched) {
                let direct = differs || wanted.contains(&unit.source);
                let commands = self.existing(unit);
                found.units.push(FoundUnit { commands, direct });
            }
        }
        let notes: BTreeSet<String> = found
            .units
            .iter()
            .flat_map(|u| [&u.commands.commands.original, &u.commands.commands.patched])
            .flatten()
            .flat_map(CompileCommand::notes)
            .collect();
        found.warnings.extend(notes);
        Ok(())
    }

    fn readers(
        &self,
        commands: &[CompileCommand],
        wanted: &BTreeSet<PathBuf>,
        found: &mut Found,
    ) -> Result<BTreeMap<u64, BTreeSet<PathBuf>>> {
        let readers = units_reading(commands, wanted, self.shadow, self.runner, self.jobs)?;
        for error in readers.errors {
            if !found.errors.contains(&error) {
                found.errors.push(error);
            }
        }
        Ok(commands.iter().map(CompileCommand::fingerprint).zip(readers.reads).collect())
    }

    /// Takes the command away on a side on which the fix has no such source.
    fn existing(&self, mut unit: UnitCommands) -> UnitCommands {
        for file in &self.fix.files {
            if file.original_path.is_none() && file.patched_path.as_ref() == Some(&unit.source) {
                unit.commands.original = None;
            }
            if file.patched_path.is_none() && file.original_path.as_ref() == Some(&unit.source) {
                unit.commands.patched = None;
            }
        }
        unit
    }
}

/// Whether the build may do something else on the patched side than to compile other text.
fn steers_build(file: &TouchedFile) -> bool {
    let kind = FileKind::of(file.path());
    kind.steers_build() || (kind == FileKind::Source && file.original_path != file.patched_path)
}

/// The touched files that no unit read, with the reason.
///
/// What steers the build is listed even where its effect on the compilations was compared: linking and the
/// like were not.
pub(crate) fn skipped(fix: &Fix, read: &FxHashSet<(Side, PathBuf)>) -> Vec<Skipped> {
    let mut skipped: Vec<Skipped> = fix
        .files
        .iter()
        .filter(|file| {
            let is_read = |side: Side, path: &Option<PathBuf>| {
                path.as_ref().is_some_and(|path| read.contains(&(side, path.clone())))
            };
            !is_read(Side::Original, &file.original_path)
                && !is_read(Side::Patched, &file.patched_path)
                // Where the patched side was not looked at by itself, its files are read where the original ones are.
                && !is_read(Side::Original, &file.patched_path)
        })
        .map(|file| Skipped {
            path: file.path().display().to_string(),
            reason: FileKind::of(file.path()).skip_reason(),
        })
        .collect();
    skipped.sort();
    skipped.dedup_by(|a, b| a.path == b.path);
    skipped
}

#[cfg(test)]
mod tests;
