//! Assembly files of other architectures: what comparing them gives must be what comparing the object files gives that
//! the cross assemblers make of them.
//!
//! Each folder `testdata/assembly/pairs/ARCH-COMPILER` holds what a compiler made of `original.c` and `patched.c` beside it
//! and in `recipe` the command; the script `make` there makes them again. They are compared where no cross compiler is
//! installed, too; what must be listed is the same for all (`expect`, as in `testdata/cases`). The compilers are tried in all
//! their ways with `FIXSCOPE_THOROUGH=1`, else in two each.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::assembly::{Wanted, failures, generated_failure};
use common::cases::Case;
use common::toolchains::{ACROSS, Toolchain};
use common::verdicts::verdict;
use rayon::prelude::*;

/// The compilers of an architecture.
fn compilers(arch: &str) -> impl Iterator<Item = &'static Toolchain> {
    ACROSS.iter().filter(move |t| t.arch == arch)
}

/// The ways of a compiler in which verdicts must be the same, and those in which nothing may be missed: GCC uses section
/// anchors where registers take addresses in parts.
fn ways(toolchain: &Toolchain) -> Vec<(String, Wanted)> {
    let count = if common::is_thorough() { usize::MAX } else { 2 };
    let ways = toolchain.ways.iter().take(count).map(ToString::to_string);
    match toolchain.is_a("gcc") && toolchain.arch != "i386" {
        false => ways.map(|way| (way, Wanted::Same)).collect(),
        true => ways
            .flat_map(|way| {
                [(format!("{way} -fno-section-anchors"), Wanted::Same), (way, Wanted::NothingMissed)]
            })
            .collect(),
    }
}

fn run_cases(arch: &str) {
    let mut all = Vec::new();
    for toolchain in compilers(arch) {
        for wanted in [Wanted::Same, Wanted::NothingMissed] {
            let ways: Vec<String> =
                ways(toolchain).into_iter().filter(|(_, how)| *how == wanted).map(|(way, _)| way).collect();
            if !ways.is_empty() {
                all.extend(failures(toolchain, &ways, wanted));
            }
        }
    }
    assert!(all.is_empty(), "{} failures\n{}", all.len(), all.join("\n"));
}

fn run_generated(arch: &str, count: u64) {
    let count = if common::is_thorough() { count } else { count / 4 };
    let ways: Vec<(&Toolchain, String, Wanted)> =
        compilers(arch).flat_map(|t| ways(t).into_iter().map(move |(way, how)| (t, way, how))).collect();
    let failures: Vec<String> = (0..count)
        .into_par_iter()
        .filter_map(|seed| {
            let (toolchain, way, how) = &ways[(seed % ways.len() as u64) as usize];
            generated_failure(toolchain, way, *how, seed)
        })
        .collect();
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
#[ignore = "needs cross compilers"]
fn cases_of_aarch64_give_the_same_verdict() {
    run_cases("aarch64");
}

#[test]
#[ignore = "needs cross compilers"]
fn cases_of_i386_give_the_same_verdict() {
    run_cases("i386");
}

#[test]
#[ignore = "needs cross compilers"]
fn cases_of_arm_give_the_same_verdict() {
    run_cases("arm");
}

#[test]
#[ignore = "needs cross compilers"]
fn generated_programs_of_aarch64_give_the_same_verdict() {
    run_generated("aarch64", 200);
}

#[test]
#[ignore = "needs cross compilers"]
fn generated_programs_of_i386_give_the_same_verdict() {
    run_generated("i386", 200);
}

#[test]
#[ignore = "needs cross compilers"]
fn generated_programs_of_arm_give_the_same_verdict() {
    run_generated("arm", 400);
}

/// The folders of pairs, with the architecture's name.
fn pairs() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/assembly/pairs");
    let entries = std::fs::read_dir(root).expect("the folder can be listed");
    let folders = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let mut pairs: Vec<(String, PathBuf)> = folders
        .map(|folder| {
            let name = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
            (name.split('-').next().unwrap_or_default().to_owned(), folder)
        })
        .collect();
    pairs.sort();
    assert!(pairs.len() >= 9, "the pairs are there");
    pairs
}

fn has_word(line: &str, word: &str) -> bool {
    line.split_whitespace().any(|w| w == word)
}

/// The standard output of fixscope.
fn fixscope(arguments: &[&str], files: &[String]) -> String {
    let home = tempfile::tempdir().expect("a temporary folder");
    common::run_expecting(common::fixscope(home.path()).args(arguments).args(files), 0).stdout
}

#[test]
fn pairs_of_every_architecture_give_the_same_verdict() {
    for (arch, folder) in pairs() {
        let expect = std::fs::read_to_string(folder.join("../expect")).expect("there is an expect file");
        let case = Case::new(folder.clone(), &expect);
        let (original, patched) = (folder.join("original.s"), folder.join("patched.s"));
        let found = verdict(&original, &patched);
        assert_eq!(found.arch, arch, "{}", folder.display());
        let differs = found.differs_from(&case.expected[0], &case.tolerated);
        assert!(differs.is_none(), "{}: {differs:?}", folder.display());
        let same = verdict(&original, &original).differs_from(&Default::default(), &Default::default());
        assert!(same.is_none(), "{}: {same:?}", folder.display());
    }
}

#[test]
fn files_of_every_architecture_are_looked_into() {
    for (arch, folder) in pairs() {
        let file = folder.join("original.s").display().to_string();
        let info = fixscope(&["info"], std::slice::from_ref(&file));
        assert!(info.contains(&format!("({arch})")), "{info}");
        for name in ["weigh", "name", "other", "length", "count", "scale", "shift", "choose", "leave"] {
            assert!(info.lines().any(|l| has_word(l, name)), "{file}: {name}\n{info}");
        }
        assert!(info.lines().any(|l| l.contains("object") && l.contains("weights")), "{info}");
        let show = fixscope(&["show"], &[format!("{file}:other")]);
        assert!(show.contains("queue") && show.contains("out"), "{show}");
        let graph = fixscope(&["callgraph", "--external"], std::slice::from_ref(&file));
        let edge = |from: &str, to: &str| {
            graph.lines().any(|l| l.split_once("->").is_some_and(|(a, b)| a.contains(from) && b.contains(to)))
        };
        assert!(edge("other", "out") && edge("leave", "choose"), "{file}\n{graph}");
    }
}

/// What is cut out of a file assembles, and holds what was asked for.
#[test]
#[ignore = "needs cross compilers"]
fn copies_of_every_architecture_assemble() {
    for (_, folder) in pairs() {
        let file = folder.join("original.s").display().to_string();
        let recipe = std::fs::read_to_string(folder.join("recipe")).expect("each pair has a recipe");
        let work = tempfile::tempdir().expect("a temporary folder");
        for names in [&["other"][..], &["count", "scale"], &["choose"], &["leave", "weigh"], &["length"]] {
            let symbols: Vec<String> = names.iter().map(|name| format!("{file}:{name}")).collect();
            let (copy, object) = (work.path().join("copy.s"), work.path().join("copy.o"));
            std::fs::write(&copy, fixscope(&["copy"], &symbols)).expect("the temporary folder is writable");
            let mut words = recipe.split_whitespace();
            let output = Command::new(words.next().expect("a compiler"))
                .args(words)
                .arg("-c")
                .args([&copy, Path::new("-o"), &object])
                .output()
                .expect("the compiler runs");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{file} {names:?}: {said}");
            let info = fixscope(&["info"], &[object.display().to_string()]);
            for name in names {
                assert!(info.lines().any(|l| has_word(l, name)), "{file}: {name}\n{info}");
            }
            // The copy does the same as what it was copied from.
            let original = work.path().join("original.o");
            let mut words = recipe.split_whitespace();
            let status = Command::new(words.next().expect("a compiler"))
                .args(words)
                .args(["-c", &file, "-o"])
                .arg(&original)
                .status();
            assert!(status.expect("the compiler runs").success());
            for name in names {
                let sides = [&original, &object].map(|path| format!("{}:{name}", path.display()));
                let changed = common::run(common::fixscope(work.path()).arg("diff").args(sides)).stdout;
                assert!(!changed.contains("changed    "), "{file} {name}:\n{changed}");
            }
        }
    }
}
