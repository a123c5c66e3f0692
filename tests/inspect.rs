//! `info`, `show`, `callgraph` and `copy` against what binutils say of the same files.

mod common;

#[path = "inspect/assembly.rs"]
mod assembly;
#[path = "inspect/callgraph.rs"]
mod callgraph;
#[path = "inspect/copy.rs"]
mod copy;
#[path = "inspect/info.rs"]
mod info;
#[path = "inspect/show.rs"]
mod show;
#[path = "inspect/trouble.rs"]
mod trouble;

use std::path::{Path, PathBuf};

use common::{Run, fixscope, run_expecting, sh};

/// Compiles a source of `testdata/inspect` to `name`.
fn object(folder: &Path, source: &str, name: &str, flags: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/inspect").join(source);
    let target = folder.join(name);
    let (source, shown) = (source.display().to_string(), target.display().to_string());
    let mut words = vec!["gcc", "-O2", "-c"];
    words.extend(flags);
    words.extend(["-o", &shown, &source]);
    sh(&words, folder);
    target
}

/// Makes an object file of assembly text.
fn assembled(folder: &Path, name: &str, text: &str) -> PathBuf {
    let source = folder.join(name).with_extension("s");
    std::fs::write(&source, text).expect("the temporary folder is writable");
    let target = folder.join(name);
    sh(&["gcc", "-c", "-o", &target.display().to_string(), &source.display().to_string()], folder);
    target
}

/// Runs fixscope in `folder` and insists on its exit status.
fn look(folder: &Path, words: &[&str], status: i32) -> Run {
    run_expecting(fixscope(folder).current_dir(folder).args(words), status)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}
