//! Compiling the original of a unit once more, with something taken away from what the compiler may use.
//!
//! What is compiled is the unit's preprocessed text with the recorded flags. Line markers in it name the source as
//! the first compilation did, so that `__FILE__`, `__LINE__` and debug information stay; it needs neither the
//! headers nor the side that is in place in the shadow; and each variant is a file of its own, so that many are
//! compiled at a time. To append to the source in the shadow was the alternative: only one variant of a unit could
//! be compiled at a time, and a run that is killed would leave it there. Whether the preprocessed text makes the
//! same code as the source is checked by whoever compares, on the variant that takes nothing away.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::command::{CompileCommand, Language};
use super::runner::{Invocation, Runner};
use super::shadow::remove_any;
use crate::error::{Error, Result};

/// Bytes of a compiler's message that are kept.
const MESSAGE: usize = 2 * 1024;

/// Bytes of a list of options.
const OPTIONS: usize = 4 * 1024 * 1024;

/// What is different in a compilation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variant {
    /// Text behind the last line of the unit.
    pub appended: String,
    /// Options behind all others.
    pub options: Vec<String>,
}

/// What came of a compilation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recompiled {
    /// An object file.
    Made {
        /// The object file, in the work folder.
        object: PathBuf,
        /// What the compiler wrote of its copies of functions (`-fdump-ipa-clones`), where it can.
        clones: Option<PathBuf>,
    },
    /// The compiler understood the text and could not make code of it.
    Refused(String),
    /// The compiler did not understand what was appended, or could not be run.
    Failed(String),
}

/// What one compiler says of itself, asked once.
#[derive(Debug, Default)]
struct Known {
    /// The options that it lists.
    options: BTreeSet<String>,
    /// The first number of its version.
    major: u32,
}

/// What the compilers of a run said of themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked(Arc<Mutex<FxHashMap<u64, Arc<Known>>>>);

/// Compiles one unit's original side again.
#[derive(Debug, Clone)]
pub struct Recompiler {
    pub(super) runner: Runner,
    /// The command, with paths as the compiler sees them.
    pub(super) command: CompileCommand,
    /// Options behind the recorded ones.
    pub(super) extra: Vec<OsString>,
    /// The preprocessed text.
    pub(super) text: PathBuf,
    /// Where results are kept.
    pub(super) folder: PathBuf,
    /// The compiler's first line of `--version`.
    pub(super) version: String,
    /// A number that tells this compiler from others.
    pub(super) identity: u64,
    /// Whether the compiler wrote records when the unit was compiled first.
    pub(super) writes_records: bool,
    pub(super) asked: Asked,
    pub(super) compilations: Arc<AtomicU64>,
}

impl Recompiler {
    /// Whether the compiler is GCC, the one with `noipa` and with records of its copies.
    pub fn is_gcc(&self) -> bool {
        !self.version.contains("clang")
    }

    /// The compiler's first line of `--version`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether the unit is C, where a name alone declares a function again.
    pub fn is_c(&self) -> bool {
        self.command.language() == Language::C
    }

    /// Whether functions can be made opaque: GCC has `__attribute__((noipa))` since version 8.
    pub fn has_noipa(&self) -> bool {
        self.is_gcc() && self.known().major >= 8
    }

    /// Whether the compiler knows an option. Of `-fno-NAME` it lists `-fNAME`.
    pub fn knows(&self, option: &str) -> bool {
        let positive =
            option.strip_prefix("-fno-").map_or_else(|| option.to_owned(), |name| format!("-f{name}"));
        let listed = positive.split_once('=').map_or(positive.as_str(), |(name, _)| name);
        self.known().options.contains(listed)
    }

    /// Number of compilations that were run, of all recompilers that came of one build.
    pub fn compilations(&self) -> u64 {
        self.compilations.load(Ordering::Relaxed)
    }

    /// Compiles the unit with `variant`; what an earlier call made of the same text is used again.
    ///
    /// # Errors
    /// Only trouble with the work folder; a compiler that fails is an outcome.
    pub fn compile(&self, variant: &Variant) -> Result<Recompiled> {
        let text = fs::read(&self.text).map_err(|e| Error::io(&self.text, e))?;
        fs::create_dir_all(&self.folder).map_err(|e| Error::io(&self.folder, e))?;
        let mut key = Xxh3::new();
        for number in [xxh3_64(&text), self.command.fingerprint(), self.identity] {
            key.update(&number.to_le_bytes());
        }
        let words =
            self.extra.iter().map(|w| w.as_bytes()).chain(variant.options.iter().map(String::as_bytes));
        for word in words.chain([b"\n", variant.appended.as_bytes()]) {
            key.update(word);
            key.update(b"\0");
        }
        let stem = format!("{:016x}", key.digest());
        let file = |ending: &str| self.folder.join(format!("{stem}.{ending}"));
        let (object, clones, refused) = (file("o"), file("clones"), file("refused"));
        let made = || {
            let clones = Some(clones.clone()).filter(|c| c.is_file());
            Recompiled::Made { object: object.clone(), clones }
        };
        if object.is_file() {
            return Ok(made());
        }
        if let Ok(message) = fs::read_to_string(&refused) {
            return Ok(Recompiled::Refused(message));
        }
        let input = file("i");
        let mut whole = text;
        if !variant.appended.is_empty() {
            whole.extend_from_slice(b"\n");
            whole.extend_from_slice(variant.appended.as_bytes());
            whole.extend_from_slice(b"\n");
        }
        fs::write(&input, &whole).map_err(|e| Error::io(&input, e))?;
        let outcome = self.run(&input, variant, &object, &clones, &file("part"))?;
        remove_any(&input)?;
        match outcome {
            None => Ok(made()),
            Some(Recompiled::Refused(message)) => {
                fs::write(&refused, &message).map_err(|e| Error::io(&refused, e))?;
                Ok(Recompiled::Refused(message))
            }
            Some(other) => Ok(other),
        }
    }

    /// Compiles `input`; `None` when there is an object file then.
    fn run(
        &self,
        input: &Path,
        variant: &Variant,
        object: &Path,
        clones: &Path,
        part: &Path,
    ) -> Result<Option<Recompiled>> {
        let mut extra = self.extra.clone();
        extra.extend(variant.options.iter().map(OsString::from));
        if self.writes_records {
            extra.extend(record_options(clones, None));
        }
        self.compilations.fetch_add(1, Ordering::Relaxed);
        let message = match self.runner.run(&self.command.for_text(input, part, &extra)) {
            Ok(done) if done.success() => {
                fs::rename(part, object).map_err(|e| Error::io(part, e))?;
                return Ok(None);
            }
            Ok(done) => done.message(MESSAGE),
            Err(e) => return Ok(Some(Recompiled::Failed(e.to_string()))),
        };
        remove_any(part)?;
        remove_any(clones)?;
        // What the front end alone takes, the optimisers need in another way.
        let check = self.runner.run(&self.command.for_syntax(input, &self.extra));
        Ok(Some(match check {
            Ok(done) if done.success() => Recompiled::Refused(message),
            _ => Recompiled::Failed(message),
        }))
    }

    fn known(&self) -> Arc<Known> {
        let mut all = self.asked.0.lock().expect("no holder of this lock panics");
        all.entry(self.identity).or_insert_with(|| Arc::new(self.ask())).clone()
    }

    fn ask(&self) -> Known {
        let ask = |arguments: &[&str]| {
            let done = self.runner.run(&Invocation {
                program: self.command.compiler.clone(),
                arguments: arguments.iter().map(OsString::from).collect(),
                directory: self.command.directory.clone(),
                environment: self.command.environment.clone(),
                stdout_limit: OPTIONS,
                ..Invocation::default()
            });
            done.map(|done| String::from_utf8_lossy(&done.stdout).into_owned()).unwrap_or_default()
        };
        let major = ask(&["-dumpversion"]);
        let major = major.trim().split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let listed = if self.is_gcc() { ask(&["--help=optimizers"]) } else { String::new() };
        let options = listed
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .filter(|word| word.starts_with('-'))
            .map(|word| word.split_once('=').map_or(word, |(name, _)| name).to_owned())
            .collect();
        Known { options, major }
    }
}

/// The options that make GCC write what it copies and removes (since version 9) and what it takes away of arguments and
/// results (since version 10) to files of that name. They change no code.
pub(super) fn record_options(clones: &Path, sra: Option<&Path>) -> Vec<OsString> {
    let option = |name: &str, file: &Path| {
        let mut option = OsString::from(name);
        option.push(file);
        option
    };
    let sra = sra.map(|file| option("-fdump-ipa-sra-details=", file));
    std::iter::once(option("-fdump-ipa-clones=", clones)).chain(sra).collect()
}
