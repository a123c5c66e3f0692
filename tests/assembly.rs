//! Assembly files: what comparing them gives must be what comparing the object files gives that they are assembled
//! to, and what is no assembly is refused by name and line.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::cases::{Case, WAYS, cases};
use rayon::prelude::*;
use serde_json::Value;

/// What is listed: `STATUS KIND NAME`, and the same with every cause's kind behind it.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    bare: BTreeSet<String>,
    with_causes: BTreeSet<String>,
}

/// Cases whose cause is told better from assembly. Among machine code a NOP that ends at a round address may be there
/// for alignment, and only the table that leads to it tells that one more is there; in assembly it is an instruction.
const OTHER_CAUSE: [&str; 1] = ["static_key_branch_added"];

fn verdict(original: &Path, patched: &Path) -> Result<Verdict, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_fixscope"))
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
        assert_eq!(unit["arch"], "x86_64");
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

/// Compiles to assembly, and assembles that.
fn compile(compiler: &str, source: &Path, flags: &[&str], folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (assembly, object) = (folder.join(format!("{name}.s")), folder.join(format!("{name}.o")));
    let run = |arguments: &[&str], from: &Path, to: &Path| {
        let output = Command::new(compiler)
            .args(arguments)
            .args(["-w", "-o"])
            .args([to, from])
            .current_dir(source.parent().expect("a source lies in a folder"))
            .output()
            .expect("the compiler runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let mut with_flags = flags.to_vec();
    with_flags.push("-S");
    run(&with_flags, source, &assembly);
    run(&["-c"], &assembly, &object);
    (assembly, object)
}

/// How the verdict on the assembly of a case differs from that on its object files.
fn failure(compiler: &str, case: &Case, way: &str, folder: &Path) -> Option<String> {
    let mut flags: Vec<&str> = way.split_whitespace().collect();
    flags.extend(case.flags.iter().map(String::as_str));
    let o = compile(compiler, &case.folder.join("original.c"), &flags, folder, "original");
    let p = compile(compiler, &case.folder.join("patched.c"), &flags, folder, "patched");
    let name =
        format!("{} ({compiler} {way})", case.folder.file_name().unwrap_or_default().to_string_lossy());
    for assembly in [&o.0, &p.0] {
        match verdict(assembly, assembly) {
            Ok(same) if same.bare.is_empty() => {}
            other => return Some(format!("{name}: with itself {other:?}")),
        }
    }
    let (text, object) = (verdict(&o.0, &p.0), verdict(&o.1, &p.1).expect("objects are read"));
    let same = |text: &Verdict| {
        let only_names = OTHER_CAUSE.iter().any(|n| case.folder.ends_with(n));
        text.bare == object.bare && (only_names || text.with_causes == object.with_causes)
    };
    match text {
        Ok(text) if same(&text) => None,
        text => Some(format!("{name}:\n  objects  {object:?}\n  assembly {text:?}")),
    }
}

fn run(compiler: &str, ways: &[&str]) {
    let only = std::env::var("FIXSCOPE_CASE").ok();
    let failures: Vec<String> = cases()
        .into_par_iter()
        .filter(|c| c.compiler.as_deref().is_none_or(|c| compiler.starts_with(c)))
        .filter(|c| only.as_ref().is_none_or(|only| c.folder.ends_with(only)))
        .flat_map_iter(|case| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            ways.iter().filter_map(|way| failure(compiler, &case, way, folder.path())).collect::<Vec<_>>()
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn assembly_and_objects_give_the_same_verdict() {
    run("gcc", WAYS);
}

#[test]
#[ignore = "needs clang"]
fn assembly_and_objects_of_clang_give_the_same_verdict() {
    run("clang", &WAYS[..4]);
}

#[test]
#[ignore = "needs clang-16"]
fn assembly_and_objects_of_a_newer_clang_give_the_same_verdict() {
    run("clang-16", &WAYS[..4]);
}
