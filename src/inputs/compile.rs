//! Compiling units on both sides, whatever kind of build found them.
//!
//! There is one shadow, so the work goes in phases: the side in place first, then the other one, then, for units
//! whose preprocessed text turned out to differ, the first side again. A unit that is reached only through a
//! header is preprocessed on both sides before anything is compiled; when the text is the same, nothing is.

mod cache;
mod compilers;
mod finish;
mod records;
mod text;
mod unit;

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use xxhash_rust::xxh3::Xxh3;

use super::BuiltUnits;
use super::command::{CompileCommand, normalise, prerequisites};
use super::runner::Invocation;
use super::shadow::remove_any;
use super::sides::{Place, Sides};
use crate::error::{Error, Result};
use crate::pair::{Pair, Side};
use cache::{Contents, Manifest};
use compilers::Compilers;
use records::{Again, Records};
pub(crate) use unit::{Made, Read, Stage, UnitPlan};
use unit::{named, stems};

/// Bytes of a compiler's message that an error shows.
const MESSAGE: usize = 8 * 1024;

/// The flags that every compilation gets: one section for each function and data object, so that a change in one
/// moves no other, and debug information for the causes.
pub(crate) const FLAGS: &[&str] = &["-ffunction-sections", "-fdata-sections", "-g"];

/// Compiles `units` on both sides and adds them, and all there is to say of them, to `built`.
///
/// Fails only where going on makes no sense, as with a full disk; a compiler that fails is an error of its unit.
/// The original side is in place afterwards.
pub(crate) fn compile(
    stage: &Stage<'_>,
    sides: &mut Sides<'_>,
    mut units: Vec<UnitPlan>,
    built: &mut BuiltUnits,
) -> Result<Read> {
    if stage.only_original {
        units.iter_mut().for_each(|unit| unit.commands.patched = None);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(stage.jobs.max(1))
        .build()
        .map_err(|e| Error::Build { what: format!("threads cannot be started: {e}") })?;
    let map_paths = if stage.runner.is_mounted() {
        Vec::new()
    } else {
        stage
            .runner
            .roots()
            .iter()
            .filter(|(tree, _)| units.iter().any(|u| named(u, tree)))
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut run = Run {
        stage,
        compilers: Compilers::default(),
        stems: stems(stage, &units),
        map_paths,
        compilations: AtomicU64::new(0),
        again: Again::default(),
        states: units.iter().map(|_| State::default()).collect(),
        units,
    };
    built.shadow_root = run.root_in_debug_information();
    let first = sides.place().side();
    let second = if first == Side::Original { Side::Patched } else { Side::Original };
    run.first_phases(&pool, sides, first, second)?;
    run.without_directives(&pool, sides, built)?;
    sides.put(Place::Original)?;
    built.compilations += run.compilations.load(Ordering::Relaxed);
    run.finish(sides, built)
}

/// What has been done for one unit.
#[derive(Debug, Default)]
struct State {
    /// Hash of the preprocessed text.
    text: Pair<Option<u64>>,
    objects: Pair<Option<PathBuf>>,
    assembly: Pair<Option<PathBuf>>,
    clones: Option<PathBuf>,
    sra: Option<PathBuf>,
    text_file: Option<PathBuf>,
    failed: Pair<Option<String>>,
    /// Touched files read.
    read: Pair<Vec<PathBuf>>,
    same_text: bool,
    plain: bool,
}

/// What one step did.
#[derive(Debug, Default)]
struct Done {
    object: Option<PathBuf>,
    assembly: Option<PathBuf>,
    clones: Option<PathBuf>,
    sra: Option<PathBuf>,
    text_file: Option<PathBuf>,
    text: Option<u64>,
    failed: Option<String>,
    reads: Vec<PathBuf>,
}

struct Run<'a> {
    stage: &'a Stage<'a>,
    compilers: Compilers,
    units: Vec<UnitPlan>,
    /// Path of each unit's files below the folders of the sides, without ending.
    stems: Vec<PathBuf>,
    /// Roots that commands name, with what the compiler sees instead.
    map_paths: Vec<(PathBuf, PathBuf)>,
    compilations: AtomicU64,
    again: Again,
    states: Vec<State>,
}

/// One step for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Preprocess,
    Compile,
}

impl Run<'_> {
    fn first_phases(
        &mut self,
        pool: &rayon::ThreadPool,
        sides: &mut Sides<'_>,
        first: Side,
        second: Side,
    ) -> Result<()> {
        let both = |u: &UnitPlan| u.commands.original.is_some() && u.commands.patched.is_some();
        let looked_at: Vec<bool> = self.units.iter().map(|u| !u.direct && both(u)).collect();
        let preprocess: Vec<_> =
            (0..self.units.len()).filter(|&i| looked_at[i]).map(|i| (i, Step::Preprocess)).collect();
        let compile: Vec<_> =
            (0..self.units.len()).filter(|&i| !looked_at[i]).map(|i| (i, Step::Compile)).collect();
        let steps = [preprocess.clone(), compile].concat();
        self.phase(pool, sides, first.into(), &steps)?;
        self.phase(pool, sides, second.into(), &steps)?;
        let mut differing = Vec::new();
        for (i, _) in preprocess {
            let text = self.states[i].text;
            // A unit that could not be preprocessed is compiled, for the compiler's message.
            if text.original.is_some() && text.original == text.patched {
                self.states[i].same_text = true;
            } else {
                self.states[i].failed = Pair::default();
                differing.push((i, Step::Compile));
            }
        }
        if !differing.is_empty() {
            self.phase(pool, sides, second.into(), &differing)?;
            self.phase(pool, sides, first.into(), &differing)?;
        }
        Ok(())
    }

    /// Compiles what failed on the patched side once more with the files as they are on disk, in case it was the
    /// directives that the compiler did not like.
    fn without_directives(
        &mut self,
        pool: &rayon::ThreadPool,
        sides: &mut Sides<'_>,
        built: &mut BuiltUnits,
    ) -> Result<()> {
        let failed: Vec<_> = (0..self.units.len())
            .filter(|&i| self.states[i].failed.patched.is_some())
            .map(|i| (i, Step::Compile))
            .collect();
        if failed.is_empty() || !sides.any_directed() {
            return Ok(());
        }
        for (i, _) in &failed {
            self.states[*i].failed.patched = None;
            self.states[*i].plain = true;
        }
        self.phase(pool, sides, Place::PatchedPlain, &failed)?;
        for (i, _) in failed {
            if self.states[i].failed.patched.is_none() {
                built.warnings.push(format!(
                    "{}: does not compile with #line directives, so it was compiled without; functions that use \
                     __LINE__ below a hunk may be listed as changed",
                    self.units[i].name
                ));
            }
        }
        Ok(())
    }

    /// Runs `steps` with `place` in place.
    fn phase(
        &mut self,
        pool: &rayon::ThreadPool,
        sides: &mut Sides<'_>,
        place: Place,
        steps: &[(usize, Step)],
    ) -> Result<()> {
        let side = place.side();
        let steps: Vec<_> =
            steps.iter().filter(|(i, _)| self.units[*i].commands.get(side).is_some()).copied().collect();
        if steps.is_empty() {
            return Ok(());
        }
        sides.put(place)?;
        let what =
            if steps.iter().all(|(_, s)| *s == Step::Preprocess) { "Preprocessing" } else { "Compiling" };
        self.stage.progress.stage(&format!("{what} the {side} side"), Some(steps.len() as u64));
        let contents = Contents::default();
        let this = &*self;
        let done: Vec<(usize, Done)> = pool.install(|| {
            steps
                .par_iter()
                .map(|&(i, step)| {
                    let done = this.step(i, step, side, place == Place::PatchedPlain, &contents);
                    this.stage.progress.advance();
                    done.map(|done| (i, done))
                })
                .collect::<Result<_>>()
        })?;
        for (i, done) in done {
            let state = &mut self.states[i];
            let touched: FxHashSet<PathBuf> = done
                .reads
                .iter()
                .filter_map(|p| sides.touches(&normalise(p)).map(Path::to_path_buf))
                .collect();
            if !touched.is_empty() {
                *state.read.get_mut(side) = touched.into_iter().collect();
            }
            if done.text.is_some() {
                *state.text.get_mut(side) = done.text;
            }
            *state.objects.get_mut(side) = done.object;
            *state.assembly.get_mut(side) = done.assembly;
            if side == Side::Original {
                state.clones = done.clones;
                state.sra = done.sra;
                state.text_file = done.text_file;
            }
            *state.failed.get_mut(side) = done.failed;
        }
        Ok(())
    }

    fn step(&self, i: usize, step: Step, side: Side, plain: bool, contents: &Contents) -> Result<Done> {
        let unit = &self.units[i];
        let Some(recorded) = unit.commands.get(side) else { return Ok(Done::default()) };
        let identity = match self.compilers.identity(self.stage.runner, recorded) {
            Ok(identity) => identity,
            Err(e) => return Ok(Done { failed: Some(e.to_string()), ..Done::default() }),
        };
        let command = self.visible(recorded);
        let extra = self.extra(unit, recorded);
        let mut key = Xxh3::new();
        key.update(&recorded.fingerprint().to_le_bytes());
        key.update(&command.fingerprint().to_le_bytes());
        key.update(&identity.hash.to_le_bytes());
        key.update(&self.stage.names.to_le_bytes());
        key.update(&[
            u8::from(self.stage.emit_asm),
            u8::from(self.stage.runner.is_mounted()),
            u8::from(plain),
        ]);
        for word in extra.iter().chain(&self.stage.launcher) {
            key.update(word.as_bytes());
            key.update(b"\0");
        }
        let key = key.digest();
        let stem = self.stage.work.path().join("objects").join(side.name()).join(&self.stems[i]);
        let folder = stem.parent().expect("a stem lies below the folder of its side");
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
        match step {
            Step::Preprocess => self.preprocess(i, &command, &extra, key, &stem, contents),
            Step::Compile => {
                let records = self.records(side, recorded, &identity.version, &stem);
                // Who made the object did not ask for records.
                let made = unit.made.get(side).as_ref().filter(|_| !plain && records.clones.is_none());
                self.object(i, side, &command, &extra, key, &stem, made, &records, contents)
            }
        }
    }

    fn preprocess(
        &self,
        i: usize,
        command: &CompileCommand,
        extra: &[OsString],
        key: u64,
        stem: &Path,
        contents: &Contents,
    ) -> Result<Done> {
        let manifest_path = with_ending(stem, "i.json");
        if let Some(manifest) = contents.valid(&manifest_path, key) {
            return Ok(Done { text: manifest.text, reads: manifest.into_reads(), ..Done::default() });
        }
        let output = self.scratch(i, "i");
        let depfile = self.scratch(i, "i.d");
        let call = command.for_preprocess(&output, &with_depfile(extra, &depfile));
        if let Err(message) = self.run(&call)? {
            return Ok(Done { failed: Some(message), ..Done::default() });
        }
        let text = fs::read(&output).map_err(|e| Error::io(&output, e))?;
        let text = text::text_hash(&text, text::lines_matter(&call.arguments));
        remove_any(&output)?;
        let reads = self.reads(command, &depfile)?;
        self.keep(&manifest_path, key, &reads, Some(text), contents)?;
        Ok(Done { text: Some(text), reads, ..Done::default() })
    }

    #[expect(clippy::too_many_arguments, reason = "they are the parts of one step")]
    fn object(
        &self,
        i: usize,
        side: Side,
        command: &CompileCommand,
        extra: &[OsString],
        key: u64,
        stem: &Path,
        made: Option<&Made>,
        records: &Records,
        contents: &Contents,
    ) -> Result<Done> {
        let object = with_ending(stem, "o");
        let manifest_path = with_ending(stem, "json");
        let assembly = self.stage.emit_asm.then(|| {
            self.stage.work.path().join("asm").join(side.name()).join(with_ending(&self.stems[i], "s"))
        });
        if let Some(manifest) = contents.valid(&manifest_path, key)
            && object.is_file()
            && assembly.as_ref().is_none_or(|a| a.is_file())
            && records.files().all(|file| file.is_file())
        {
            return Ok(Done {
                object: Some(object),
                assembly,
                clones: records.clones.clone(),
                sra: records.sra.clone(),
                text_file: records.text.clone(),
                reads: manifest.into_reads(),
                ..Done::default()
            });
        }
        // Nothing of an earlier run may be taken for this one's when this one fails.
        for stale in [&object, &manifest_path].into_iter().chain(records.files()) {
            remove_any(stale)?;
        }
        let reads = if let Some(made) = made {
            fs::rename(&made.object, &object).map_err(|e| Error::io(&made.object, e))?;
            made.reads.clone()
        } else {
            let output = self.scratch(i, "o");
            let depfile = self.scratch(i, "o.d");
            let extra = with_depfile(extra, &depfile);
            let call = |more: Vec<OsString>| {
                let mut call = command.for_object(&output, &[extra.clone(), more].concat());
                self.launch(&mut call);
                self.compilations.fetch_add(1, Ordering::Relaxed);
                self.run(&call)
            };
            let mut outcome = call(records.options())?;
            // It may be the records that the compiler does not know.
            if outcome.is_err() && records.clones.is_some() {
                outcome = call(Vec::new())?;
            }
            if let Err(message) = outcome {
                remove_any(&output)?;
                return Ok(Done { failed: Some(message), ..Done::default() });
            }
            fs::rename(&output, &object).map_err(|e| Error::io(&output, e))?;
            self.reads(command, &depfile)?
        };
        if let Some(assembly) = &assembly {
            let folder = assembly.parent().expect("it lies below the folder of its side");
            fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
            self.compilations.fetch_add(1, Ordering::Relaxed);
            if let Err(message) = self.run(&command.for_assembly(assembly, extra))? {
                return Ok(Done { failed: Some(message), ..Done::default() });
            }
        }
        // Without optimisation there is none, and nothing to write.
        if let (Some(clones), Some(sra)) = (&records.clones, &records.sra)
            && clones.is_file()
            && !sra.is_file()
        {
            fs::write(sra, "").map_err(|e| Error::io(sra, e))?;
        }
        if let Some(text) = &records.text
            && let Err(message) = self.run(&command.for_preprocess(text, extra))?
        {
            return Ok(Done { failed: Some(message), ..Done::default() });
        }
        self.keep(&manifest_path, key, &reads, None, contents)?;
        Ok(Done {
            object: Some(object),
            assembly,
            clones: records.clones.clone().filter(|file| file.is_file()),
            sra: records.sra.clone().filter(|file| file.is_file()),
            text_file: records.text.clone(),
            reads,
            ..Done::default()
        })
    }

    fn keep(
        &self,
        path: &Path,
        key: u64,
        reads: &[PathBuf],
        text: Option<u64>,
        contents: &Contents,
    ) -> Result<()> {
        // Without a list of what was read there is no telling whether the result still holds.
        let manifest: Option<Manifest> =
            if reads.is_empty() { None } else { contents.manifest(key, reads.to_vec(), text) };
        match manifest {
            Some(manifest) => manifest.write(path),
            None => remove_any(path),
        }
    }

    /// Runs a compiler; the inner error is its message.
    fn run(&self, call: &Invocation) -> Result<Result<(), String>> {
        match self.stage.runner.run(call) {
            Ok(done) if done.success() => Ok(Ok(())),
            Ok(done) => Ok(Err(done.message(MESSAGE))),
            Err(e) => Ok(Err(e.to_string())),
        }
    }

    fn launch(&self, call: &mut Invocation) {
        if let Some((launcher, rest)) = self.stage.launcher.split_first() {
            let compiler = std::mem::replace(&mut call.program, launcher.clone());
            call.arguments.splice(0..0, rest.iter().cloned().chain([compiler]));
        }
    }

    /// The files that the depfile lists, absolute as fixscope finds them; the depfile goes.
    fn reads(&self, command: &CompileCommand, depfile: &Path) -> Result<Vec<PathBuf>> {
        // Assembly without preprocessor writes none; it reads its source.
        let Ok(text) = fs::read(depfile) else {
            return Ok(vec![self.stage.runner.in_shadow(&command.directory.join(&command.source))]);
        };
        remove_any(depfile)?;
        Ok(prerequisites(&text)
            .into_iter()
            .map(|path| self.stage.runner.in_shadow(&command.directory.join(path)))
            .collect())
    }

    /// A file for this unit in the scratch folder, with the same name on both sides, in case a compiler writes the
    /// name of its output into it.
    fn scratch(&self, i: usize, ending: &str) -> PathBuf {
        self.stage.work.scratch().join(format!("{i}.{ending}"))
    }

    /// The command with the paths as the compiler sees them.
    fn visible(&self, command: &CompileCommand) -> CompileCommand {
        self.map_paths.iter().fold(command.clone(), |command, (tree, shadow)| command.renamed(tree, shadow))
    }

    fn extra(&self, unit: &UnitPlan, command: &CompileCommand) -> Vec<OsString> {
        let mut extra = unit.extra.clone();
        let maps_macros = command.arguments.iter().any(|a| {
            a.as_bytes().starts_with(b"-fmacro-prefix-map=")
                || a.as_bytes().starts_with(b"-ffile-prefix-map=")
        });
        let mut mapped = FxHashSet::default();
        for (tree, shadow) in &self.map_paths {
            if mapped.insert(shadow) {
                // The last mapping that fits wins, and `__FILE__` must stay what the build's own mapping makes it.
                let option = if maps_macros { "-fdebug-prefix-map=" } else { "-ffile-prefix-map=" };
                let mut flag = OsString::from(option);
                flag.push(shadow);
                flag.push("=");
                flag.push(tree);
                extra.push(flag);
            }
        }
        extra
    }
}

fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut name = stem.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(ending);
    stem.with_file_name(name)
}

fn with_depfile(extra: &[OsString], depfile: &Path) -> Vec<OsString> {
    let mut flags = extra.to_vec();
    flags.extend(["-MD".into(), "-MF".into(), depfile.as_os_str().to_os_string()]);
    flags
}

#[cfg(test)]
mod tests;
