//! What `fixscope diff` lists, in the words of the files called `expect`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What was listed for a pair of files.
pub struct Verdict {
    /// The architecture.
    pub arch: String,
    /// `STATUS KIND NAME`, with `was NAME` behind it for what had another name.
    bare: BTreeSet<String>,
    /// The same with each of its causes.
    with_cause: BTreeSet<String>,
}

impl Verdict {
    /// How it differs from lines of an `expect` file; `None` when it does not. What is `tolerated` may be listed or not.
    pub fn differs_from(&self, wanted: &BTreeSet<String>, tolerated: &BTreeSet<String>) -> Option<String> {
        let has_cause = |line: &str| line.split(' ').count() == 4;
        let without_cause = |line: &String| match has_cause(line) {
            true => line.rsplit_once(' ').map_or(line.clone(), |(start, _)| start.to_owned()),
            false => line.clone(),
        };
        let expected: BTreeSet<String> = wanted.iter().map(without_cause).collect();
        let causes_found = wanted.iter().all(|l| !has_cause(l) || self.with_cause.contains(l));
        let Verdict { bare, with_cause, .. } = self;
        let listed: BTreeSet<String> = bare.difference(tolerated).cloned().collect();
        (listed != expected || !causes_found)
            .then(|| format!("  expected {wanted:?}\n  listed   {bare:?}\n  causes   {with_cause:?}"))
    }
}

impl Verdict {
    /// Which functions that changed, came or went by an `expect` file are not listed so; `None` when all are.
    pub fn misses(&self, wanted: &BTreeSet<String>) -> Option<String> {
        let first_words = |line: &String| line.split(' ').take(3).collect::<Vec<_>>().join(" ");
        let is_meant = |line: &&String| {
            let words: Vec<&str> = line.split(' ').collect();
            matches!(words[..], ["changed" | "new" | "removed", "function", ..])
        };
        let functions = wanted.iter().filter(is_meant);
        let missing: BTreeSet<String> =
            functions.map(first_words).filter(|line| !self.bare.contains(line)).collect();
        (!missing.is_empty()).then(|| format!("  misses {missing:?}\n  listed {:?}", self.bare))
    }
}

/// What `fixscope diff` lists for two files.
pub fn verdict(original: &Path, patched: &Path) -> Verdict {
    let output = Command::new(env!("CARGO_BIN_EXE_fixscope"))
        .args(["diff", "--format", "json"])
        .args([original, patched])
        .output()
        .expect("fixscope runs");
    let status = output.status.code().expect("fixscope exits by itself");
    assert!(status < 2, "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut differs = false;
    let mut bare = BTreeSet::new();
    let mut with_cause = BTreeSet::new();
    for unit in report["units"].as_array().expect("units") {
        for symbol in unit["symbols"].as_array().expect("symbols") {
            if !symbol["cold_of"].is_null() {
                continue;
            }
            // GCC numbers statics (`n.3`), Clang puts the function in front of them (`f.n`).
            let name = text(&symbol["name"]);
            let is_number = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
            let name = match symbol["kind"].as_str() {
                Some("object") => name.split('.').rfind(|part| !is_number(part)).unwrap_or(&name).to_owned(),
                _ => name,
            };
            let line = format!("{} {} {name}", text(&symbol["status"]), text(&symbol["kind"]));
            differs |= symbol["status"] != "unchanged" && symbol["status"] != "line_only";
            let line = match symbol["original_name"].as_str() {
                Some(original) if symbol["status"] == "unchanged" => format!("{line} was {original}"),
                _ => line,
            };
            for cause in symbol["causes"].as_array().expect("causes") {
                with_cause.insert(format!("{line} {}", text(&cause["kind"])));
            }
            bare.insert(line);
        }
    }
    assert_eq!(status, i32::from(differs), "the exit status says whether anything differs");
    let arch = text(&report["units"][0]["arch"]);
    Verdict { arch, bare, with_cause }
}
