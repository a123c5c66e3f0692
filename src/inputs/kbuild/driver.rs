//! Which units of a kernel a fix reaches, and compiling them.

mod patched;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::classify::{Kind, kind};
use super::cmdfile::CmdFile;
use super::configured::{Configured, Query};
use super::index::{Index, Reader};
use super::make::{self, Outcome};
use super::records::{
    candidates, has_flags, module, new_headers, object_of, read_record, touched_paths, unknown_users,
};
use super::{Kernel, locate};
use crate::error::{Error, Result};
use crate::inputs::build::stage_words;
use crate::inputs::command::CompileCommand;
use crate::inputs::compile::{Made, Read, Stage, UnitPlan, compile};
use crate::inputs::fix::{Fix, TouchedFile};
use crate::inputs::progress::Progress;
use crate::inputs::runner::Runner;
use crate::inputs::shadow::{Policy, Shadow, WorkDir};
use crate::inputs::sides::Sides;
use crate::inputs::{BuiltUnit, BuiltUnits};
use crate::pair::{Pair, Side};
use crate::plan::{AnalyzePlan, FixSource};
use crate::report::model::{ReportError, SkipReason, Skipped};

/// Compiles what `fix` reaches in the kernel tree of `plan`.
pub(in crate::inputs) fn build(plan: &AnalyzePlan, fix: &Fix, progress: &dyn Progress) -> Result<BuiltUnits> {
    let places = locate(&plan.tree)?;
    let work = WorkDir::open(&plan.work_dir, &places.source)?;
    progress.stage("Preparing the shadow of the tree", None);
    let source = Shadow::prepare(&work, "tree", &places.source, Policy::LinkSources)?;
    let objects = if places.objects.starts_with(&places.source) {
        None
    } else {
        Some(Shadow::prepare(&work, "objtree", &places.objects, Policy::CopyAll { without_outputs: false })?)
    };
    let shadows: Vec<&Shadow> = std::iter::once(&source).chain(&objects).collect();
    let kernel = Kernel::new(&places, &shadows)?;
    let runner = Runner::in_place(&shadows);
    // The configuration is the tree's own on both sides: a new symbol would make kbuild ask for its value.
    let held_back =
        |path: &Path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("Kconfig"));
    let sides = Sides::new(&shadows, fix, !plan.build.keep_line_changes, &held_back)?;
    let mut driver = Driver {
        plan,
        fix,
        progress,
        work: &work,
        kernel: &kernel,
        runner: &runner,
        sides,
        units: BTreeMap::new(),
        covered: FxHashSet::default(),
        settled: FxHashSet::default(),
        built: BuiltUnits::default(),
    };
    driver.run()?;
    let built = driver.built;
    for shadow in shadows {
        shadow.close()?;
    }
    Ok(built)
}

struct Driver<'a> {
    plan: &'a AnalyzePlan,
    fix: &'a Fix,
    progress: &'a dyn Progress,
    work: &'a WorkDir,
    kernel: &'a Kernel<'a>,
    runner: &'a Runner,
    sides: Sides<'a>,
    /// By target.
    units: BTreeMap<String, UnitPlan>,
    /// Touched files (in the user's terms) whose users are among the units.
    covered: FxHashSet<PathBuf>,
    /// Touched files about which all has been said.
    settled: FxHashSet<PathBuf>,
    built: BuiltUnits,
}

impl Driver<'_> {
    fn run(&mut self) -> Result<()> {
        self.progress.stage("Finding units", None);
        let candidates = if self.kernel.is_built() {
            Vec::new()
        } else {
            candidates(self.kernel, &self.plan.build.units)?
        };
        self.recorded_sources()?;
        self.make_original(&candidates)?;
        let generators = self.readers(&candidates)?;
        self.patched_side(&generators, &candidates)?;
        let names = self.names();
        let stage = Stage {
            runner: self.runner,
            work: self.work,
            jobs: self.plan.jobs,
            launcher: stage_words(self.plan.build.launcher.as_deref()),
            emit_asm: self.plan.build.emit_asm,
            abi: self.plan.abi,
            only_original: matches!(self.plan.fix, FixSource::Nothing(_)),
            names,
            progress: self.progress,
        };
        let units = std::mem::take(&mut self.units).into_values().collect();
        let read = compile(&stage, &mut self.sides, units, &mut self.built)?;
        self.sides.leave_original()?;
        self.built.warnings.extend(self.sides.take_warnings());
        self.say_what_became_of_each_file(&read);
        Ok(())
    }

    /// Units of touched sources that have a record.
    fn recorded_sources(&mut self) -> Result<()> {
        for file in &self.fix.files {
            let (Some(path), true) = (&file.original_path, kind(file.path()) == Kind::Source) else {
                continue;
            };
            let target = object_of(path);
            let Some(record) = self.usable_record(&target) else { continue };
            self.add_unit(&record, true, Pair::default(), Some(file))?;
        }
        Ok(())
    }

    /// The record of `target`, when the tree itself made it, or when an earlier run did so with the same flags.
    fn usable_record(&self, target: &str) -> Option<CmdFile> {
        let record = read_record(&self.kernel.objects_shadow.join(target))?;
        if self.kernel.user_recorded(target) {
            return Some(record);
        }
        let command = record.compilation(&self.kernel.objects)?;
        has_flags(&command, &make::flags(self.plan)).then_some(record)
    }

    /// Adds the unit that `record` makes; `touched` is its source, when that is touched.
    fn add_unit(
        &mut self,
        record: &CmdFile,
        direct: bool,
        made: Pair<Option<Made>>,
        touched: Option<&TouchedFile>,
    ) -> Result<()> {
        let Some(command) = self.compilation(record) else { return Ok(()) };
        let source =
            self.kernel.relative(&self.kernel.in_user_terms(&command.directory.join(&command.source)));
        let renamed = touched.is_some_and(|f| f.original_path != f.patched_path);
        let commands = match touched {
            // What the patched side of a renamed file is compiled with, only its own rule tells.
            Some(_) if renamed => Pair::new(Some(command.clone()), None),
            _ => Pair::new(Some(command.clone()), Some(command.clone())),
        };
        let flags = make::flags(self.plan);
        let extra: Vec<OsString> = if has_flags(&command, &flags) { Vec::new() } else { flags };
        let unit = UnitPlan {
            name: source.display().to_string(),
            source,
            module: module(&command),
            commands,
            extra,
            direct,
            made,
        };
        self.units.entry(record.target.clone()).or_insert(unit);
        Ok(())
    }

    /// The compilation of a record. Records below `tools` name their files from another folder.
    fn compilation(&self, record: &CmdFile) -> Option<CompileCommand> {
        record
            .compilation(&self.kernel.objects)
            .filter(|c| self.kernel.in_shadow(&c.directory.join(&c.source)).exists())
    }

    /// Makes touched sources without a record, and the candidates, on the original side.
    fn make_original(&mut self, candidates: &[String]) -> Result<()> {
        let mut targets: Vec<(String, Option<&TouchedFile>, Configured)> = Vec::new();
        let mut query = Query::new(self.kernel, self.runner, &self.work.scratch())?;
        for file in &self.fix.files {
            let (Some(path), true) = (&file.original_path, kind(file.path()) == Kind::Source) else {
                continue;
            };
            let target = object_of(path);
            if self.units.contains_key(&target) {
                continue;
            }
            // A complete build has a record of all that the configuration builds, and `tools` is no part of it.
            let known = !self.kernel.is_built() && !path.starts_with("tools") && !path.starts_with("scripts");
            let asked = if known { query.ask(path) } else { Configured::No };
            if asked != Configured::No {
                targets.push((target, Some(file), asked));
            }
        }
        for target in candidates {
            let asked = query.ask(Path::new(target));
            if asked != Configured::No && !targets.iter().any(|(t, ..)| t == target) {
                targets.push((target.clone(), None, asked));
            }
        }
        if targets.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = targets.iter().map(|(t, ..)| t.clone()).collect();
        self.progress.stage("Running make for units that were never built", None);
        let outcomes = self.make(&names)?;
        let mut left_out = Vec::new();
        for ((target, touched, asked), outcome) in targets.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Made(record) => {
                    let made = self.made(&target, &record)?;
                    let reads_touched = self.reads_touched(&record);
                    if touched.is_some() || !reads_touched.is_empty() {
                        self.add_unit(&record, touched.is_some(), Pair::new(made, None), touched)?;
                        if touched.is_none() {
                            self.covered.extend(reads_touched);
                        }
                    }
                }
                Outcome::NoRule => {}
                // Most likely the source of another architecture or configuration.
                Outcome::Failed(_) if touched.is_none() && asked == Configured::Unknown => {
                    left_out.push(target);
                }
                Outcome::Failed(message) => self.failed(&target, touched, Side::Original, message),
            }
        }
        if !left_out.is_empty() {
            self.built.warnings.push(format!(
                "left out, because they do not compile in this configuration: {}",
                left_out.join(" ")
            ));
        }
        Ok(())
    }

    /// Calls make, and counts what it compiled: a target of an earlier run may be there already.
    fn make(&mut self, targets: &[String]) -> Result<Vec<Outcome>> {
        let stamp = |target: &String| {
            fs::metadata(self.kernel.objects_shadow.join(target)).and_then(|m| m.modified()).ok()
        };
        let before: Vec<_> = targets.iter().map(stamp).collect();
        let outcomes = make::make(self.kernel, self.runner, self.plan, targets)?;
        for ((outcome, before), target) in outcomes.iter().zip(before).zip(targets) {
            let compiled = match outcome {
                Outcome::Made(_) => stamp(target) != before,
                Outcome::Failed(_) => true,
                Outcome::NoRule => false,
            };
            self.built.compilations += u64::from(compiled);
        }
        Ok(outcomes)
    }

    fn failed(&mut self, target: &str, touched: Option<&TouchedFile>, side: Side, message: String) {
        let source =
            touched.map_or_else(|| Path::new(target).with_extension("c"), |f| f.path().to_path_buf());
        let error = ReportError {
            code: "compile".into(),
            message: format!("the {side} side does not compile: {message}"),
            path: Some(source.display().to_string()),
        };
        let Some(file) = touched else {
            // Whether it reads what the fix touches stays unknown.
            self.built.errors.push(error);
            return;
        };
        self.settled.insert(file.path().to_path_buf());
        self.built.units.push(BuiltUnit {
            name: source.display().to_string(),
            source,
            module: None,
            objects: Pair::default(),
            assembly: Pair::default(),
            same_text: false,
            line_directives: false,
            errors: vec![error],
            clones: None,
            sra: None,
            again: None,
        });
    }

    /// A copy of what make made, when it is what the compile step alone makes.
    fn made(&self, target: &str, record: &CmdFile) -> Result<Option<Made>> {
        // These kernels rewrite each object file after the compiler in ways the record does not show.
        let rewritten = self.kernel.option("FTRACE_MCOUNT_USE_RECORDMCOUNT")
            || (self.kernel.option("MODVERSIONS") && self.links_for_modversions());
        // With `O=` commands name the tree by its absolute path, and the compile stage maps it in debug information.
        if rewritten || self.kernel.is_separate() || !record.only_compiles() {
            return Ok(None);
        }
        let object = self.work.scratch().join(format!("made-{}.o", target.replace('/', "_")));
        let from = self.kernel.objects_shadow.join(target);
        fs::copy(&from, &object).map_err(|e| Error::io(&from, e))?;
        let mut reads: Vec<PathBuf> = record
            .source
            .iter()
            .chain(&record.reads)
            .map(|read| self.kernel.in_shadow(&self.kernel.in_user_terms(read)))
            .collect();
        // fixdep leaves these out of its list, since it lists the options they hold one by one.
        for left_out in ["autoconf.h", "autoksyms.h", "rustc_cfg"] {
            let path = self.kernel.objects_shadow.join("include/generated").join(left_out);
            if path.is_file() {
                reads.push(path);
            }
        }
        Ok(Some(Made { object, reads }))
    }

    /// Kernels before 5.19 link symbol versions into each object file.
    fn links_for_modversions(&self) -> bool {
        let path = self.kernel.source_shadow.join("scripts/Makefile.build");
        fs::read_to_string(path).is_ok_and(|text| text.contains("cmd_modversions"))
    }

    fn reads_touched(&self, record: &CmdFile) -> Vec<PathBuf> {
        let wanted = touched_paths(self.kernel, self.fix);
        let new = new_headers(self.kernel, self.fix);
        let reads = record.reads.iter().chain(&record.source).map(|r| self.kernel.in_user_terms(r));
        reads.filter(|r| wanted.contains(r) || new.iter().any(|n| n.file_name() == r.file_name())).collect()
    }

    /// Units that read touched files by their records; returns what reads them and makes no unit.
    fn readers(&mut self, candidates: &[String]) -> Result<Vec<Reader>> {
        let index = Index::new(self.kernel)?;
        let wanted = touched_paths(self.kernel, self.fix);
        let readers = index.readers(self.kernel, &wanted, &new_headers(self.kernel, self.fix));
        self.add_readers(readers, candidates)
    }

    fn add_readers(&mut self, readers: Vec<Reader>, candidates: &[String]) -> Result<Vec<Reader>> {
        let mut others = Vec::new();
        for reader in readers {
            let target = &reader.file.target;
            if !target.ends_with(".o") {
                others.push(reader);
                continue;
            }
            // What earlier runs made in the shadow of an unbuilt tree is an accident, no list of users.
            if !self.kernel.user_recorded(target) && !candidates.contains(target) {
                continue;
            }
            self.add_unit(&reader.file, false, Pair::default(), None)?;
            if self.units.contains_key(target) {
                self.covered.extend(reader.reads);
            }
        }
        Ok(others)
    }

    /// A number that differs when a source or header comes to the tree or leaves it.
    fn names(&self) -> u64 {
        let mut names = self.kernel.shadows.iter().fold(0u64, |sum, s| sum.rotate_left(7) ^ s.names_hash());
        for path in self.sides.one_sided() {
            names ^= xxhash_rust::xxh3::xxh3_64(path.as_os_str().as_encoded_bytes());
        }
        names
    }

    fn say_what_became_of_each_file(&mut self, read: &Read) {
        let units: FxHashSet<PathBuf> = self.built.units.iter().map(|u| u.source.clone()).collect();
        let mut skipped = Vec::new();
        for file in &self.fix.files {
            let path = file.path();
            let paths = [&file.original_path, &file.patched_path];
            let of_this = |set: &dyn Fn(&Path) -> bool| paths.iter().any(|p| p.as_deref().is_some_and(set));
            let read_by_any =
                of_this(&|p| Side::BOTH.iter().any(|s| read.touched.contains(&(*s, p.to_path_buf()))));
            let covered = of_this(&|p| self.covered.contains(&self.kernel.source.join(p)));
            let own_unit = of_this(&|p| units.contains(p));
            let mut skip = |reason| skipped.push(Skipped { path: path.display().to_string(), reason });
            match kind(path) {
                _ if self.settled.contains(path) => {}
                Kind::Source if own_unit || covered || read_by_any => {}
                Kind::Source => skip(SkipReason::NotBuilt),
                Kind::Header if covered => {}
                // Only touched files can include a header that is new.
                Kind::Header if file.original.is_none() && read_by_any => {}
                Kind::Header if self.kernel.is_built() || file.original.is_none() => {
                    skip(SkipReason::NotCompiled);
                }
                Kind::Header if !self.plan.build.units.is_empty() => skip(SkipReason::NotCompiled),
                Kind::Header => self.built.errors.push(ReportError {
                    code: "unknown-users".into(),
                    message: unknown_users(path),
                    path: Some(path.display().to_string()),
                }),
                Kind::Input if covered || read_by_any => {}
                Kind::BuildFile | Kind::Input => skip(SkipReason::BuildFile),
                Kind::Documentation => skip(SkipReason::Documentation),
                Kind::Unsupported => skip(SkipReason::Unsupported),
            }
        }
        for other in &self.fix.unsupported {
            skipped.push(Skipped { path: other.path.display().to_string(), reason: SkipReason::Unsupported });
        }
        skipped.sort();
        self.built.skipped = skipped;
    }
}
