//! The document's parts; its form as a whole is held against the published schema elsewhere.

use super::*;
use crate::report::model::{AbiEvidence, AbiOther, Action, EvidenceSource, Patchability};
use crate::report::text::tests::sample;

fn written(report: &Report) -> Value {
    let mut out = Vec::new();
    write(report, &mut out).expect("memory takes all");
    serde_json::from_slice(&out).expect("it is JSON")
}

fn with_findings() -> Report {
    let mut report = sample();
    let insert = &mut report.units[1].symbols[0];
    insert.abi = Some(vec![AbiEntry {
        kind: "register-contract".into(),
        other: AbiOther { id: None, name: "other".into() },
        role: AbiRole::Caller,
        strength: Strength::Suspected,
        evidence: vec![AbiEvidence { source: EvidenceSource::Code, summary: "r8 is read".into(), at: None }],
        option: None,
        action: Action { code: "both".into(), summary: "Replace both".into() },
    }]);
    let note = Note {
        code: "no-entry".into(),
        summary: "it has no entry".into(),
        action: "Replace its callers".into(),
        location: Some(Location { file: "a b.c".into(), line: 7 }),
    };
    insert.patchability = Some(Patchability { verdict: PatchabilityVerdict::No, notes: vec![note] });
    report
}

#[test]
fn findings_stand_at_their_line_or_at_the_line_of_the_fix() {
    let document = written(&with_findings());
    let results = document["runs"][0]["results"].as_array().expect("a list").clone();
    let of = |rule: &str| results.iter().find(|r| r["ruleId"] == rule).unwrap_or_else(|| panic!("{rule}"));
    let place = |result: &Value| result["locations"][0]["physicalLocation"].clone();
    let abi = of("abi/register-contract");
    assert_eq!(abi["level"], "note");
    assert_eq!(place(abi)["artifactLocation"]["uri"], "lib/list.c");
    assert_eq!(place(abi)["region"]["startLine"], 42);
    let note = of("patchability/no-entry");
    assert_eq!(note["level"], "error");
    assert_eq!(place(note)["artifactLocation"]["uri"], "a%20b.c");
    assert_eq!(place(note)["region"]["startLine"], 7);
    assert_eq!(place(of("cause/inline"))["artifactLocation"]["uri"], "include/list.h");
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
    for result in &results {
        let index = result["ruleIndex"].as_u64().expect("a number");
        assert_eq!(rules[index as usize]["id"], result["ruleId"]);
    }
    let invocation = &document["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["descriptor"]["id"], "compile");
}

#[test]
fn names_from_files_mean_nothing() {
    let hostile = "<script>\u{1b}[31m[l](http://e)\u{202e}\0 %41?#";
    let mut report = with_findings();
    for unit in &mut report.units {
        unit.name = hostile.to_owned();
        for symbol in &mut unit.symbols {
            symbol.name = hostile.to_owned();
            symbol.causes.iter_mut().for_each(|cause| cause.summary = hostile.to_owned());
            symbol
                .causes
                .iter_mut()
                .filter_map(|c| c.location.as_mut())
                .for_each(|at| at.file = hostile.to_owned());
        }
    }
    let mut out = Vec::new();
    write(&report, &mut out).expect("memory takes all");
    let text = String::from_utf8(out).expect("it is text");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'));
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    let result = &document["runs"][0]["results"][0];
    assert!(result["message"]["text"].as_str().is_some_and(|text| text.contains("\\[l\\](http")), "{result}");
    let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("text");
    assert!(uri.bytes().all(|b| b.is_ascii_graphic() && !b"<>?#[]".contains(&b)), "{uri}");
}
