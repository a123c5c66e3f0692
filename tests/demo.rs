//! The command of the README on the demo project.

mod common;

use std::process::Command;

use common::listing::{assert_same, listing};
use common::rows::{Row, assert_rows, expected, report, rows};
use common::{copy_demo, demo, fixscope, run_expecting};
use fixscope::report::model::{Cause, CauseKind, Report};

/// What fix.patch of the demo does, as the independent comparison of both builds with `objdump` shows it.
///
/// `frame_total`, which lies below the hunk and passes `__LINE__` on, is not in the list; nor is
/// `frame_kind_name`, which names the table whose string changed.
const VERDICTS: &str = "
lib/frame.c function frame_decode changed inline,source
lib/frame.c function frame_skip changed inline
lib/name.c object kind_names changed reference
src/stats.c function stats_banner changed inline
";

fn analyze_demo(home: &std::path::Path) -> Command {
    let mut command = fixscope(home);
    command
        .args(["analyze", "--tree", "testdata/demo", "--patch", "testdata/demo/fix.patch"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn cause<'a>(report: &'a Report, name: &str, kind: CauseKind) -> &'a Cause {
    report
        .units
        .iter()
        .flat_map(|unit| &unit.symbols)
        .find(|symbol| symbol.name == name)
        .and_then(|symbol| symbol.causes.iter().find(|cause| cause.kind == kind))
        .unwrap_or_else(|| panic!("{name} has no cause {kind:?}"))
}

/// The comparison of whole lists is what all these tests stand on.
#[test]
fn a_list_with_one_row_more_or_less_is_refused() {
    let row = |name: &str, causes: &[&str]| Row {
        unit: "a.c".to_owned(),
        kind: "function".to_owned(),
        name: name.to_owned(),
        status: "changed".to_owned(),
        causes: causes.iter().map(|&cause| cause.to_owned()).collect(),
    };
    let want = expected("a.c function f changed source,inline?\na.c function g changed *\n");
    let accepted = |rows: &[Row]| std::panic::catch_unwind(|| assert_rows(rows, &want, "rows")).is_ok();
    let (f, g) = (row("f", &["source"]), row("g", &["compiler"]));
    assert!(accepted(&[f.clone(), g.clone()]));
    assert!(accepted(&[row("f", &["source", "inline"]), g.clone()]));
    assert!(!accepted(std::slice::from_ref(&f)), "one row is missing");
    assert!(!accepted(&[f.clone(), g.clone(), row("h", &["source"])]), "one row is extra");
    assert!(!accepted(&[f.clone(), f.clone(), g.clone()]), "one row is there twice");
    assert!(!accepted(&[row("f", &["inline"]), g.clone()]), "a cause is missing");
    assert!(!accepted(&[row("f", &["source", "macro"]), g]), "a cause is extra");
}

#[test]
fn the_readme_command_lists_exactly_what_the_fix_changes() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let before = listing(&demo());
    let run = run_expecting(analyze_demo(home.path()).args(["--format", "json"]), 1);
    assert_same(&before, &listing(&demo()), "after analyze");

    let report = report(&run.stdout);
    assert_rows(&rows(&report), &expected(VERDICTS), "demo");
    let units: Vec<&str> = report.units.iter().map(|unit| unit.name.as_str()).collect();
    assert_eq!(
        units,
        ["lib/frame.c", "lib/name.c", "src/main.c", "src/print.c", "src/stats.c"],
        "the units that read a touched file, and no others"
    );
    assert!(report.skipped.is_empty(), "{:?}", report.skipped);
    assert_eq!((report.summary.changed, report.summary.new, report.summary.removed), (4, 0, 0));
    assert_eq!((report.summary.units, report.summary.units_failed), (5, 0));
    assert!(report.request.line_directives);
}

#[test]
fn causes_point_at_the_lines_on_disk() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let run = run_expecting(analyze_demo(home.path()).args(["--format", "json"]), 1);
    let report = report(&run.stdout);

    let source = cause(&report, "frame_decode", CauseKind::Source);
    let location = source.location.as_ref().expect("a source cause has a place");
    assert_eq!(location.file, "lib/frame.c");
    assert!((42..=45).contains(&location.line), "line {} is not in the hunk", location.line);

    let inline = cause(&report, "stats_banner", CauseKind::Inline);
    assert_eq!(inline.symbol.as_deref(), Some("buffer_take"));
    let location = inline.location.as_ref().expect("an inline cause has a place");
    assert_eq!(location.file, "include/buffer.h");
    assert!((25..=26).contains(&location.line), "line {} is not in the hunk", location.line);
}

#[test]
fn two_runs_print_the_same_bytes() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let strip_cost = |text: &str| {
        let mut value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        value["cost"] = serde_json::Value::Null;
        serde_json::to_string(&value).expect("JSON")
    };
    let first = run_expecting(analyze_demo(home.path()).args(["--format", "json"]), 1);
    let second = run_expecting(analyze_demo(home.path()).args(["--format", "json"]), 1);
    assert_eq!(
        strip_cost(&first.stdout),
        strip_cost(&second.stdout),
        "the second run reuses the first one's work"
    );
}

#[test]
fn text_names_every_function_under_its_unit() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let run = run_expecting(&mut analyze_demo(home.path()), 1);
    for word in ["lib/frame.c", "frame_decode", "frame_skip", "kind_names", "stats_banner", "buffer_take"] {
        assert!(run.stdout.contains(word), "{word} is missing:\n{}", run.stdout);
    }
    for word in ["frame_total", "print_frame", "\u{1b}["] {
        assert!(!run.stdout.contains(word), "{word} does not belong there:\n{}", run.stdout);
    }
}

#[test]
fn a_patched_folder_gives_the_same_verdicts_as_the_patch() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let original = copy_demo(&home.path().join("original"));
    let patched = copy_demo(&home.path().join("patched"));
    for (file, from, to) in EDITS {
        let path = patched.join(file);
        let text = std::fs::read_to_string(&path).expect("the demo is text");
        assert_eq!(text.matches(from).count(), 1, "{file}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("the copy is writable");
    }
    let run = run_expecting(
        fixscope(home.path())
            .args(["analyze", "--format", "json", "--tree"])
            .arg(&original)
            .arg("--patched")
            .arg(&patched),
        1,
    );
    assert_rows(&rows(&report(&run.stdout)), &expected(VERDICTS), "demo as a folder");
}

/// The same changes as fix.patch, made without any reader of patches.
const EDITS: [(&str, &str, &str); 3] = [
    (
        "include/buffer.h",
        "\tif (b->at + count > b->size)\n",
        "\t/* The sum of the two may wrap around, what is left cannot. */\n\tif (count > buffer_left(b))\n",
    ),
    (
        "lib/frame.c",
        "\tframe->kind = (enum frame_kind)kind;\n",
        "\tframe->kind = (enum frame_kind)kind;\n\tif (frame->count > FRAME_VALUES) {\n\t\tframe->count = 0;\n\
         \t\treturn FRAME_BAD_COUNT;\n\t}\n",
    ),
    ("lib/name.c", "temprature", "temperature"),
];
