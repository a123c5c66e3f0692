//! Saved reports: read again, shown, compared.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use common::{Run, copy_demo, demo, fixscope, run_expecting};

/// The report of the demo's fix with everything that views show, made once for all tests.
fn demo_report() -> &'static Path {
    static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("saved");
        std::fs::create_dir_all(&home).expect("a folder of this test's own");
        saved(&home, &["--show"])
    });
    &FILE
}

fn demo_value() -> fixscope::report::model::Report {
    let text = std::fs::read(demo_report()).expect("it is there");
    serde_json::from_slice(&text).expect("a report")
}

fn saved(home: &Path, words: &[&str]) -> PathBuf {
    let path = home.join("demo.json");
    let mut command = fixscope(home);
    command.args(["analyze", "--format", "json", "-o"]).arg(&path).arg("--tree").arg(demo());
    run_expecting(command.arg("--patch").arg(demo().join("fix.patch")).args(words), 1);
    path
}

fn report(home: &Path, file: &Path, words: &[&str]) -> Run {
    run_expecting(fixscope(home).arg("report").arg(file).args(words), 0)
}

fn analyze(home: &Path, words: &[&str]) -> Run {
    let mut command = fixscope(home);
    command.args(["analyze", "--tree"]).arg(demo()).arg("--patch").arg(demo().join("fix.patch"));
    run_expecting(command.args(words), 1)
}

#[test]
fn a_saved_report_shows_what_the_run_itself_shows() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = demo_report();
    for words in [&[][..], &["--pretty", "-U1", "--verbose"]] {
        let mut shown = report(home.path(), file, words).stdout;
        let mut run = analyze(home.path(), words).stdout;
        // What a run cost is not saved unless somebody asks for it.
        for text in [&mut shown, &mut run] {
            *text = text.lines().filter(|line| !line.starts_with("cost:")).collect::<Vec<_>>().join("\n");
        }
        assert_eq!(shown, run, "{words:?}");
    }
    let again = report(home.path(), file, &["--format", "json"]).stdout;
    assert_eq!(again, std::fs::read_to_string(file).expect("it is there"), "nothing is lost");
}

#[test]
fn two_runs_with_all_details_write_the_same_bytes() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("it is there");
    let first = read(demo_report().to_path_buf());
    assert_eq!(first, read(saved(home.path(), &["--show", "-j1"])));
    for part in ["\"fix\"", "\"listing\"", "\"calls\""] {
        assert!(first.contains(part), "{part}");
    }
}

#[test]
fn the_text_of_the_fix_is_that_of_the_patch() {
    let report = demo_value();
    let mut lines = Vec::new();
    for file in report.fix.as_ref().expect("it was asked for") {
        for line in file.hunks.iter().flat_map(|hunk| &hunk.lines) {
            let mark = match (line.line.original, line.line.patched) {
                (Some(_), Some(_)) => ' ',
                (Some(_), None) => '-',
                _ => '+',
            };
            lines.push(format!("{mark}{}", line.text));
        }
    }
    let patch = std::fs::read_to_string(demo().join("fix.patch")).expect("it is there");
    let hunks = patch.lines().skip_while(|line| !line.starts_with("diff ")).take_while(|line| *line != "-- ");
    let headers = ["diff ", "index ", "--- ", "+++ ", "@@ "];
    let want: Vec<&str> = hunks.filter(|line| !headers.iter().any(|h| line.starts_with(h))).collect();
    assert_eq!(lines, want);

    let decode = report.units.iter().flat_map(|u| &u.symbols).find(|s| s.name == "frame_decode");
    let decode = decode.expect("the fix changes it");
    let source = decode.source.as_ref().expect("it was asked for");
    let own = source.iter().find(|s| s.inlined.is_none()).expect("its own lines are in the patch");
    let disk = std::fs::read_to_string(demo().join(&own.file)).expect("it is there");
    let line = |n: u32| disk.lines().nth(n as usize - 1).expect("it has the line");
    if own.side == fixscope::pair::Side::Original {
        assert!(line(own.first).contains("frame_decode"), "{}", line(own.first));
        assert_eq!(line(own.last), "}");
    }
    assert!(source.iter().any(|s| s.inlined.as_deref() == Some("buffer_take")));
}

#[test]
fn calls_are_those_that_the_source_has() {
    let report = demo_value();
    let symbols = || report.units.iter().flat_map(|u| &u.symbols);
    for symbol in symbols().filter(|s| s.cold_of.is_none() && s.name.starts_with("frame_")) {
        let calls = symbol.calls.as_ref().expect("it was asked for");
        for call in calls.iter().filter(|call| call.id.is_some()) {
            assert!(symbols().any(|s| Some(&s.id) == call.id.as_ref()));
        }
    }
    let decode = symbols().find(|s| s.name == "frame_decode").expect("the fix changes it");
    let callers: Vec<&str> =
        decode.calls.iter().flatten().filter(|c| c.name != "memcpy").map(|c| c.name.as_str()).collect();
    let main = std::fs::read_to_string(demo().join("src/main.c")).expect("it is there");
    assert!(main.contains("frame_decode("));
    assert!(callers.contains(&"main"), "{callers:?}");
}

fn diff_reports(home: &Path, first: &Path, second: &Path, status: i32) -> Run {
    run_expecting(fixscope(home).arg("diff-reports").args([first, second]), status)
}

#[test]
fn a_backport_that_leaves_something_out_is_told_from_one_that_does_not() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let upstream = demo_report();
    diff_reports(home.path(), upstream, upstream, 0);

    let tree = copy_demo(&home.path().join("backport"));
    let patched = copy_demo(&home.path().join("patched"));
    let edit = |file: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(patched.join(file)).expect("the demo is text");
        std::fs::write(patched.join(file), text.replacen(from, to, 1)).expect("it is written");
    };
    edit("lib/name.c", "temprature", "temperature");
    let backport = home.path().join("backport.json");
    let mut command: Command = fixscope(home.path());
    command.args(["analyze", "--format", "json", "-o"]).arg(&backport).arg("--tree").arg(&tree);
    run_expecting(command.arg("--patched").arg(&patched), 1);

    let found = diff_reports(home.path(), upstream, &backport, 1);
    for name in ["frame_decode", "frame_skip", "stats_banner"] {
        assert!(found.stdout.contains(&format!("- first only   {name}")), "{}", found.stdout);
    }
    assert!(!found.stdout.contains("kind_names"), "{}", found.stdout);
    let back = diff_reports(home.path(), &backport, upstream, 1);
    assert!(back.stdout.contains("+ second only  frame_decode"), "{}", back.stdout);
}

#[test]
fn what_is_no_report_is_refused_with_a_reason() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = demo_report();
    let text = std::fs::read_to_string(file).expect("it is there");
    let other = home.path().join("other.json");
    let output = home.path().join("shown");
    let newer = text.replacen("\"schema_version\": 1", "\"schema_version\": 2", 1);
    let cases = [
        (newer.as_str(), "schema version 2"),
        (&text[..text.len() / 2], "ends too early"),
        ("not a report", "is no JSON"),
        ("{}", "is no report"),
        ("", "ends too early"),
    ];
    for (text, message) in cases {
        std::fs::write(&other, text).expect("it is written");
        let run = run_expecting(fixscope(home.path()).arg("report").arg(&other).arg("-o").arg(&output), 2);
        assert!(run.stderr.contains(message) && run.stderr.contains("other.json"), "{}", run.stderr);
        assert!(run.stdout.is_empty() && !output.exists());
        diff_reports(home.path(), file, &other, 2);
    }
    let run = run_expecting(fixscope(home.path()).arg("report").arg(home.path().join("none.json")), 2);
    assert!(run.stderr.contains("none.json"), "{}", run.stderr);
}

#[test]
#[ignore = "needs python3-jsonschema and a crate that has the schema"]
fn sarif_conforms_to_the_published_schema() {
    let home = tempfile::tempdir().expect("a temporary folder");
    // The crate has the schema as OASIS publishes it; it is fetched and not built.
    let project = home.path().join("project");
    std::fs::create_dir_all(project.join("src")).expect("a folder");
    std::fs::write(project.join("src/lib.rs"), "").expect("it is written");
    let manifest = "[package]\nname = \"schema\"\nversion = \"0.0.0\"\n[dependencies]\nserde-sarif = \"=0.8.0\"\n[workspace]\n";
    std::fs::write(project.join("Cargo.toml"), manifest).expect("it is written");
    let fetched = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--manifest-path"])
        .arg(project.join("Cargo.toml"))
        .output()
        .expect("cargo starts");
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&fetched.stdout).expect("JSON");
    let mut packages = metadata["packages"].as_array().expect("a list").iter();
    let package = packages.find(|package| package["name"] == "serde-sarif").expect("it is fetched");
    let manifest = Path::new(package["manifest_path"].as_str().expect("text"));
    let schema = manifest.with_file_name("src").join("schema.json");

    // With one of everything that a report can hold.
    let mut report = demo_value();
    let symbol = &mut report.units[0].symbols[0];
    symbol.abi = serde_json::from_value(serde_json::json!([{
        "kind": "known-result", "other": { "id": null, "name": "g" }, "role": "callee", "strength": "proved",
        "evidence": [{ "source": "recompile", "summary": "it differs", "at": 4 }], "option": "-fno-ipa-modref",
        "action": { "code": "both", "summary": "Replace both" }
    }]))
    .expect("an entry");
    symbol.patchability = serde_json::from_value(serde_json::json!({
        "verdict": "care",
        "notes": [{ "code": "static-key", "summary": "a", "action": "b", "location": { "file": "a b", "line": 0 } }]
    }))
    .expect("a verdict");
    report.units[0].errors =
        serde_json::from_value(serde_json::json!([{ "code": "io", "message": "m", "path": null }]))
            .expect("a list");
    let saved = home.path().join("saved.json");
    std::fs::write(&saved, serde_json::to_vec(&report).expect("JSON")).expect("it is written");
    let sarif = home.path().join("report.sarif");
    run_expecting(
        fixscope(home.path()).arg("report").arg(&saved).args(["--format", "sarif", "-o"]).arg(&sarif),
        0,
    );
    let check = "import json, jsonschema, sys\n\
                 schema, document = (json.load(open(path)) for path in sys.argv[1:])\n\
                 jsonschema.validators.validator_for(schema)(schema).validate(document)\n\
                 document['runs'][0]['results'][0]['level'] = 'grave'\n\
                 sys.exit(0 if list(jsonschema.validators.validator_for(schema)(schema).iter_errors(document)) else 3)\n";
    let checked = Command::new("/usr/bin/python3").args(["-c", check]).args([&schema, &sarif]).output();
    let checked = checked.expect("python3 starts");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
