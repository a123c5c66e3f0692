//! Assembly files against the object files that they are assembled to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;

use super::Random;
use super::cases::{Case, cases};
use super::programs::{Kind, Language, alter, program, source};
use super::toolchains::Toolchain;

/// What is listed: `STATUS KIND NAME`, and the same with every cause's kind behind it.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    bare: BTreeSet<String>,
    with_causes: BTreeSet<String>,
}

/// Cases whose cause is told better from assembly. Among machine code a NOP that ends at a round address may be there
/// for alignment, and only the table that leads to it tells that one more is there; in assembly it is an instruction.
/// In assembly a table has a label, and a place in the middle of it is one for sure.
const OTHER_CAUSE: [&str; 2] = ["static_key_branch_added", "table_read_from_its_middle"];

/// What comparing two files gives.
fn verdict(arch: &str, original: &Path, patched: &Path) -> Result<Verdict, String> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_fixscope"))
        .args(["diff", "--format", "json"])
        .args([original, patched])
        .output()
        .expect("fixscope runs");
    if output.status.code().is_none_or(|c| c > 1) {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut verdict = Verdict { bare: BTreeSet::new(), with_causes: BTreeSet::new() };
    for unit in report["units"].as_array().expect("units") {
        // The text of a function that touches no register of its own may be of both.
        let is_open = arch == "i386" && unit["arch"] == "x86_64";
        assert!(unit["arch"] == arch || is_open, "{}", unit["arch"]);
        for symbol in unit["symbols"].as_array().expect("symbols") {
            let line =
                format!("{} {} {}", text(&symbol["status"]), text(&symbol["kind"]), text(&symbol["name"]));
            for cause in symbol["causes"].as_array().expect("causes") {
                verdict.with_causes.insert(format!("{line} {}", text(&cause["kind"])));
            }
            verdict.bare.insert(line);
        }
    }
    Ok(verdict)
}

/// Compiles to assembly, and assembles that. `None` for a source that is no program of this architecture: that every
/// case that is for it compiles is what the tests of verdicts on object files check.
fn compile(
    toolchain: &Toolchain,
    source: &Path,
    flags: &[&str],
    folder: &Path,
    name: &str,
) -> Option<(PathBuf, PathBuf)> {
    let (assembly, object) = (folder.join(format!("{name}.s")), folder.join(format!("{name}.o")));
    let run = |arguments: &[&str], from: &Path, to: &Path| {
        let output = toolchain
            .command()
            .args(arguments)
            .args(["-w", "-o"])
            .args([to, from])
            .current_dir(source.parent().expect("a source lies in a folder"))
            .output()
            .expect("the compiler runs");
        output.status.success().then_some(())
    };
    if source.extension().is_some_and(|e| e == "s") {
        std::fs::copy(source, &assembly).expect("the temporary folder is writable");
    } else {
        let mut with_flags = flags.to_vec();
        // What debug information tells, assembly files do not.
        with_flags.extend(["-g0", "-S"]);
        run(&with_flags, source, &assembly)?;
    }
    // The file says nothing of some flags, such as the instruction set that the assembler begins with.
    let machine: Vec<&str> = flags.iter().filter(|f| f.starts_with("-m")).copied().chain(["-c"]).collect();
    run(&machine, &assembly, &object)?;
    Some((assembly, object))
}

/// Cases written by hand in which a branch becomes the bytes of its encoding. In text these are data.
const BYTES_FOR_BRANCHES: [&str; 1] = ["pc_thunk"];

/// What the verdict on assembly must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// That on the object files, or what the case expects.
    Same,
    /// Every function that the case expects, and possibly more: what section anchors lead to is not followed in text.
    NothingMissed,
}

/// How the verdict on the assembly of a case differs from that on its object files.
fn failure(toolchain: &Toolchain, case: &Case, way: &str, how: Wanted, folder: &Path) -> Outcome {
    let (arch, compiler) = (toolchain.arch, toolchain.compiler.join(" "));
    let mut flags: Vec<&str> = way.split_whitespace().collect();
    flags.extend(case.flags.iter().map(String::as_str));
    let side = |side: &str| {
        let source = |ending: &str| case.folder.join(format!("{side}.{ending}"));
        let written = Some(source("s")).filter(|path| path.exists());
        compile(toolchain, &written.unwrap_or_else(|| source("c")), &flags, folder, side)
    };
    let (Some(o), Some(p)) = (side("original"), side("patched")) else { return Outcome::NotCompiled };
    let name =
        format!("{} ({compiler} {way})", case.folder.file_name().unwrap_or_default().to_string_lossy());
    for assembly in [&o.0, &p.0] {
        match verdict(arch, assembly, assembly) {
            Ok(same) if same.bare.is_empty() => {}
            other => return Outcome::Differs(format!("{name}: with itself {other:?}")),
        }
    }
    let listed = |sides: [&Path; 2]| super::verdicts::verdict(sides[0], sides[1]);
    if how == Wanted::NothingMissed {
        let missed = listed([&o.0, &p.0]).misses(&case.expected[0]);
        return missed.map_or(Outcome::Same, |missed| Outcome::Differs(format!("{name}:\n{missed}")));
    }
    let (text, object) = (verdict(arch, &o.0, &p.0), verdict(arch, &o.1, &p.1).expect("objects are read"));
    let same = |text: &Verdict| {
        let only_names = OTHER_CAUSE.iter().any(|n| case.folder.ends_with(n));
        text.bare == object.bare && (only_names || text.with_causes == object.with_causes)
    };
    match text {
        Ok(text) if same(&text) => Outcome::Same,
        // Text may be right where machine code leaves a doubt.
        Ok(_) if listed([&o.0, &p.0]).differs_from(&case.expected[0], &case.tolerated).is_none() => {
            Outcome::Same
        }
        text => Outcome::Differs(format!("{name}:\n  objects  {object:?}\n  assembly {text:?}")),
    }
}

/// What came of one case compiled in one way.
enum Outcome {
    NotCompiled,
    Same,
    Differs(String),
}

/// How the verdicts on the assembly of all cases differ from those on their object files. Most cases must be programs
/// of the architecture.
pub fn failures(toolchain: &Toolchain, ways: &[String], how: Wanted) -> Vec<String> {
    let only = std::env::var("FIXSCOPE_CASE").ok();
    let outcomes: Vec<Outcome> = cases(toolchain.arch)
        .into_par_iter()
        .filter(|c| c.compiler.as_deref().is_none_or(|c| toolchain.is_a(c)))
        // Nothing links assembly.
        .filter(|c| !c.folder.join("original").is_dir())
        .filter(|c| only.as_ref().is_none_or(|only| c.folder.ends_with(only)))
        .filter(|c| !BYTES_FOR_BRANCHES.iter().any(|name| c.folder.ends_with(name)))
        .flat_map_iter(|case| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            ways.iter().map(|way| failure(toolchain, &case, way, how, folder.path())).collect::<Vec<_>>()
        })
        .collect();
    let count = outcomes.len();
    let missing = outcomes.iter().filter(|o| matches!(o, Outcome::NotCompiled)).count();
    assert!(only.is_some() || count > 100 && missing * 5 < count, "{missing} of {count} do not compile");
    outcomes
        .into_iter()
        .filter_map(|o| if let Outcome::Differs(how) = o { Some(how) } else { None })
        .collect()
}

/// How the verdict on the assembly of a generated program, with one thing altered and in another order, differs from
/// what was altered, which alone is to be listed, and from the causes that its object files have when they say the same.
pub fn generated_failure(toolchain: &Toolchain, way: &str, how: Wanted, seed: u64) -> Option<String> {
    let arch = toolchain.arch;
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let original = program(&mut random, Kind { language: Language::C, float: true });
    let mut patched = original.clone();
    let (what, name) = alter(&mut patched, &mut random);
    patched.order.reverse();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let flags: Vec<&str> = way.split_whitespace().collect();
    let side = |name: &str, text: String| {
        let path = folder.path().join(format!("{name}.c"));
        std::fs::write(&path, text).expect("the temporary folder is writable");
        compile(toolchain, &path, &flags, folder.path(), name)
    };
    let sides = (side("original", source(&original)), side("patched", source(&patched)));
    let (Some(o), Some(p)) = sides else { return Some(format!("seed {seed} ({way}) does not compile")) };
    let object = verdict(arch, &o.1, &p.1).expect("objects are read");
    match verdict(arch, &o.0, &p.0) {
        Ok(text) if how == Wanted::NothingMissed && lists(&text, &name) => None,
        Ok(text) if is_only(&text, &name) && (text.bare != object.bare || text == object) => None,
        text => Some(format!(
            "seed {seed} ({} {way}), {what}:\n  objects  {object:?}\n  assembly {text:?}",
            toolchain.compiler.join(" ")
        )),
    }
}

/// Whether something of this name changed.
fn lists(verdict: &Verdict, name: &str) -> bool {
    // Compilers number variables of functions.
    let is_named = |found: &str| found.split('.').any(|part| part == name);
    let mut lines = verdict.bare.iter().map(|line| line.split(' ').collect::<Vec<_>>());
    lines.any(|words| matches!(words[..], ["changed" | "new", _, found] if is_named(found)))
}

/// Whether that is all that is listed, but for the cold part of a function.
fn is_only(verdict: &Verdict, name: &str) -> bool {
    let count = verdict.bare.iter().filter(|line| !line.ends_with(".cold")).count();
    lists(verdict, name) && count == 1
}
