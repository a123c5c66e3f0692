//! Which compilers there are: what they say of themselves, and whether one was replaced since.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::Xxh3;

use crate::error::Result;
use crate::inputs::command::CompileCommand;
use crate::inputs::runner::{Invocation, Runner};

/// What is known of a compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// First line of its `--version`.
    pub(super) version: String,
    /// What it calls its target.
    pub(super) target: String,
    /// Differs when the compiler, or the file it is, differs.
    pub(super) hash: u64,
}

/// Asks each compiler once.
#[derive(Debug, Default)]
pub(super) struct Compilers(Mutex<FxHashMap<Vec<OsString>, Identity>>);

impl Compilers {
    /// The identity of the compiler of `command`, run by `runner`.
    pub(super) fn identity(&self, runner: &Runner, command: &CompileCommand) -> Result<Identity> {
        // One driver is several compilers, depending on the target that the command names.
        let mut words = vec![command.compiler.clone()];
        words.extend(command.arguments.iter().filter(|a| is_target(a)).cloned());
        // A relative path means another file in another folder.
        let by_folder = command.compiler.as_bytes().contains(&b'/').then(|| command.directory.clone());
        let mut key = words.clone();
        key.extend(by_folder.map(PathBuf::into_os_string));
        if let Some(known) = self.0.lock().expect("no holder of this lock panics").get(&key) {
            return Ok(known.clone());
        }
        let ask = |program: &OsStr, arguments: Vec<OsString>| {
            runner.run(&Invocation {
                program: program.to_os_string(),
                arguments,
                directory: command.directory.clone(),
                environment: command.environment.clone(),
                ..Invocation::default()
            })
        };
        let flags = |last: &str| words[1..].iter().cloned().chain([OsString::from(last)]).collect();
        let version = ask(&command.compiler, flags("--version"))?;
        let target = ask(&command.compiler, flags("-dumpmachine"))?;
        let script = "command -v -- \"$1\"".into();
        let place = ask(OsStr::new("sh"), vec!["-c".into(), script, "sh".into(), command.compiler.clone()])?;
        let mut hash = Xxh3::new();
        hash.update(&version.stdout);
        hash.update(&target.stdout);
        hash.update(place.stdout.trim_ascii());
        let file = PathBuf::from(OsString::from_vec(place.stdout.trim_ascii().to_vec()));
        if let Ok(meta) = fs::metadata(runner.in_shadow(&command.directory.join(file))) {
            hash.update(&meta.size().to_le_bytes());
            hash.update(&meta.mtime().to_le_bytes());
            hash.update(&meta.mtime_nsec().to_le_bytes());
        }
        let line = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.lines().next().unwrap_or_default().trim().to_owned()
        };
        let mut version = line(&version.stdout);
        if version.is_empty() {
            version = Path::new(&command.compiler).display().to_string();
        }
        let identity = Identity { version, target: line(&target.stdout), hash: hash.digest() };
        self.0.lock().expect("no holder of this lock panics").insert(key, identity.clone());
        Ok(identity)
    }
}

fn is_target(argument: &OsStr) -> bool {
    argument.as_bytes().starts_with(b"--target=")
}
