//! Each folder of `testdata/cases` is a pair of sources and what comparing their objects must give.
//!
//! `expect` holds comments (`#`, why the case exists), optional lines `flags …` for the compiler, `gcc-flags …` for GCC, and `compiler …`
//! for the only one that makes this of it (`clang` stands for every Clang), and one line `STATUS KIND NAME [CAUSE]`
//! for each entry that must be listed, with `was NAME` behind it for one that had another name. Nothing else may be
//! listed. Each case is compiled in several ways; the verdict is the same in all of them, but for lines that begin
//! with `with-debug` or `without-debug`: those count where the way has debug information, and where it has none.
//! Debug information may tell `line_only` from `changed` and nothing else.
//!
//! `only ARCH…` stands in cases that are about some architectures, and `expect.ARCH` takes the place of `expect` for
//! one whose compilers make something else of it; it says why. `expect.raw` does so for all whose instructions nothing
//! decodes. A line `may STATUS KIND NAME` is for an entry that is listed in some of the ways only.
//!
//! Instead of two `.c` files there may be two `.s` files, or two folders whose sources are compiled one by one and
//! linked with `ld -r` in the order of their paths.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::cases::{Case, WAYS, cases};
use common::toolchains::{self, Toolchain};
use common::verdicts::verdict;
use rayon::prelude::*;

fn compile(toolchain: &Toolchain, source: &Path, way: &str, case: &Case, object: &Path) -> bool {
    let folder = source.parent().expect("a source lies in a folder");
    let mut command = toolchain.command();
    command.args(way.split_whitespace());
    if toolchain.is_a("gcc") {
        command.args(&case.gcc_flags);
    }
    command.args(&case.flags).args(["-w", "-c", "-o"]).arg(object);
    succeeds(command.arg(source.file_name().expect("a source has a name")).current_dir(folder))
}

fn succeeds(command: &mut Command) -> bool {
    let output = command.output().expect("the compiler runs");
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success()
}

/// All files below a folder, by path.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// Makes the object file of one side of a case.
fn build(toolchain: &Toolchain, case: &Case, side: &str, way: &str, object: &Path) -> bool {
    let source =
        |ending: &str| Some(case.folder.join(format!("{side}{ending}"))).filter(|path| path.exists());
    if let Some(source) = source(".c").or_else(|| source(".s")) {
        return compile(toolchain, &source, way, case, object);
    }
    let mut link = Command::new(toolchain.linker);
    link.args(toolchain.linker_flags).arg("-r").arg("-o").arg(object);
    for (i, source) in sources(&case.folder.join(side)).iter().enumerate() {
        let part = object.with_extension(format!("{i}.o"));
        if !compile(toolchain, source, way, case, &part) {
            return false;
        }
        link.arg(part);
    }
    succeeds(&mut link)
}

/// What goes wrong with one case compiled in one way.
fn failure(toolchain: &Toolchain, case: &Case, way: &str, folder: &Path) -> Option<String> {
    let name = case.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (o, p) = (folder.join("original.o"), folder.join("patched.o"));
    let compiled = build(toolchain, case, "original", way, &o) && build(toolchain, case, "patched", way, &p);
    let compiler = toolchain.compiler.join(" ");
    if !compiled {
        return Some(format!("{name} ({compiler} {way}): does not compile"));
    }
    let wanted = &case.expected[usize::from(way.split(' ').any(|flag| flag.starts_with("-g")))];
    let wrong = verdict(&o, &p).differs_from(wanted, &case.tolerated)?;
    Some(format!("{name} ({compiler} {way}):\n{wrong}"))
}

fn run(toolchain: &Toolchain, ways: &[&str]) {
    succeed(&failures(toolchain, ways));
}

fn succeed(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// What goes wrong with all cases compiled in some ways.
fn failures(toolchain: &Toolchain, ways: &[&str]) -> Vec<String> {
    // One case while it is being written: FIXSCOPE_CASE=name cargo test --test cases.
    let only = std::env::var("FIXSCOPE_CASE").ok();
    cases(toolchain.arch)
        .into_par_iter()
        .filter(|c| c.compiler.as_deref().is_none_or(|c| toolchain.is_a(c)))
        .filter(|c| only.as_ref().is_none_or(|only| c.folder.ends_with(only)))
        .flat_map_iter(|case| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            // An assembler has one way only.
            let count = if case.folder.join("original.s").exists() { 1 } else { ways.len() };
            let ways = &ways[..count];
            ways.iter().filter_map(|way| failure(toolchain, &case, way, folder.path())).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn verdicts_with_gcc() {
    run(&toolchains::GCC, WAYS);
}

#[test]
#[ignore = "needs clang"]
fn verdicts_with_clang() {
    run(&toolchains::CLANG, &WAYS[..4]);
    // What a newer one makes otherwise, where it is installed.
    if Command::new("clang-16").arg("--version").output().is_ok_and(|o| o.status.success()) {
        run(&toolchains::CLANG_16, &WAYS[..4]);
    }
}

/// The verdicts of the cross compilers of one architecture.
fn run_across(arch: &str) {
    let of_arch: Vec<&Toolchain> = toolchains::ACROSS.iter().filter(|t| t.arch == arch).collect();
    assert!(!of_arch.is_empty(), "compilers for {arch} are known");
    let all = of_arch.into_iter().flat_map(|toolchain| failures(toolchain, toolchain.ways));
    succeed(&all.collect::<Vec<_>>());
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_i386() {
    run_across("i386");
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_aarch64() {
    run_across("aarch64");
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_arm() {
    run_across("arm");
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_ppc64le() {
    run_across("ppc64le");
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_s390x() {
    run_across("s390x");
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_riscv64() {
    run_across("riscv64");
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_loongarch64() {
    run_across("loongarch64");
}

#[test]
#[ignore = "needs cross compilers"]
fn verdicts_on_mips() {
    run_across("mips");
}
