//! What the tests of whole commands share: running fixscope, reading its report, and listing trees.
#![allow(dead_code, reason = "every test binary compiles this module and uses its own part of it")]

pub mod assembly;
pub mod cases;
pub mod contracts;
pub mod crowd;
pub mod listing;
pub mod programs;
pub mod rows;
pub mod toolchains;
pub mod verdicts;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Whether the tests of other architectures shall try everything, as by hand: `FIXSCOPE_THOROUGH=1`. Without it they try a
/// part that takes a few minutes on two processors.
pub fn is_thorough() -> bool {
    std::env::var_os("FIXSCOPE_THOROUGH").is_some()
}

/// What a run of fixscope left behind.
pub struct Run {
    /// Exit status; a signal is a failure of the test already.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A fixscope command with no standard input, no colours, and its cache in `home`.
pub fn fixscope(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fixscope"));
    command
        .stdin(Stdio::null())
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("HOME", home)
        .env("NO_COLOR", "1")
        // A caller's own make (as under `make check`) must not hand its job server to the make under test.
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL");
    command
}

/// Runs `command`, which must end by itself and without a panic.
pub fn run(command: &mut Command) -> Run {
    let Output { status, stdout, stderr } = command.output().expect("the binary starts");
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    let Some(code) = status.code() else {
        panic!("{command:?} died of a signal ({status}):\n{stderr}");
    };
    assert!((0..=2).contains(&code), "{command:?} ended with {code}:\n{stderr}");
    assert!(!stderr.contains("panicked at"), "{command:?} panicked:\n{stderr}");
    Run { code, stdout, stderr }
}

/// Runs `command` and insists on its exit status.
pub fn run_expecting(command: &mut Command, code: i32) -> Run {
    let run = run(command);
    assert_eq!(run.code, code, "{command:?}\n--- stdout\n{}\n--- stderr\n{}", run.stdout, run.stderr);
    run
}

/// Runs a tool of the system, which must succeed; returns its standard output.
pub fn tool(program: impl AsRef<OsStr>, arguments: &[&OsStr], directory: &Path) -> String {
    let program = program.as_ref();
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(
        output.status.success(),
        "{} {arguments:?} in {}: {}\n{}",
        program.display(),
        directory.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// [`tool`] with plain words.
pub fn sh(words: &[&str], directory: &Path) -> String {
    let (program, arguments) = words.split_first().expect("a command has at least one word");
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    tool(program, &arguments, directory)
}

/// Compiles `text` to `name` in `directory` and returns its path.
pub fn compile(directory: &Path, name: &str, text: &str, flags: &[&str]) -> PathBuf {
    let source = directory.join(name).with_extension("c");
    std::fs::write(&source, text).expect("the temporary folder is writable");
    let object = directory.join(name);
    let mut words = vec!["cc", "-O2", "-c"];
    words.extend(flags);
    let source = source.display().to_string();
    let target = object.display().to_string();
    words.extend(["-o", &target, &source]);
    sh(&words, directory);
    object
}

/// The demo project as it is in the repository.
pub fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo")
}

/// Copies the demo project to `target` and returns `target`.
pub fn copy_demo(target: &Path) -> PathBuf {
    copy_tree(&demo(), target);
    target.to_path_buf()
}

/// Copies a tree of plain files and folders.
pub fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the target folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is readable") {
        let entry = entry.expect("the folder is readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("the entry is readable").is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("the file can be copied");
        }
    }
}

/// A small generator of pseudo-random numbers (xorshift64), so that a failing test can be repeated.
pub struct Random(pub u64);

impl Random {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}
