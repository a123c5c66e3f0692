//! One fix on several trees.

mod common;

use std::path::Path;
use std::process::Command;

use common::{copy_demo, demo, fixscope, run_expecting};

/// Three cells: the demo, the demo with other flags, and a tree that has no `stats.c`.
fn cells(home: &Path) -> std::path::PathBuf {
    let small = copy_demo(&home.join("small"));
    let main = std::fs::read_to_string(small.join("src/main.c")).expect("it is there");
    assert!(main.contains("stats_banner"));
    std::fs::remove_file(small.join("src/stats.c")).expect("it is there");
    let (demo, small) = (demo(), small);
    let cell = |name: &str, tree: &Path, more: &str| {
        let (tree, patch) = (tree.display(), demo.join("fix.patch"));
        let work = home.join(format!("work-{name}"));
        format!(
            "[[cell]]\nname = \"{name}\"\noptions = [\"--tree\", \"{tree}\", \"--patch\", \"{}\", \"--work-dir\", \
             \"{}\"{more}]\n",
            patch.display(),
            work.display()
        )
    };
    let objects = ", \"--build-command\", \"make build/lib/frame.o build/lib/name.o\"";
    let text = cell("b-small", &small, objects)
        + &cell("a-demo", &demo, "")
        + &cell("c-O1", &demo, ", \"--cflags=-O1\"");
    let file = home.join("cve.toml");
    std::fs::write(&file, text).expect("it is written");
    file
}

#[test]
fn cells_are_run_kept_and_merged() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = cells(home.path());
    let reports = home.path().join("reports");
    let matrix = |words: &[&str], status| {
        let mut command = fixscope(home.path());
        run_expecting(command.arg("matrix").args(words), status).stdout
    };
    let (file, folder) = (file.to_str().expect("text"), reports.to_str().expect("text"));
    assert_eq!(matrix(&[file, "--reports", folder, "--cell", "c-O1"], 1), "", "a cell alone writes no table");
    let table = matrix(&[file, "--reports", folder], 1);
    assert_eq!(table, matrix(&["--merge", folder], 1));
    let row = |name: &str| {
        let line = table.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("{name} in {table}"))
            .split("  ")
            .map(str::trim)
            .filter(|c| !c.is_empty())
            .skip(1)
            .collect::<Vec<_>>()
    };
    assert_eq!(row("frame_decode"), ["changed", "changed", "changed"]);
    assert_eq!(row("stats_banner")[1], "no unit");
    let markdown = matrix(&["--merge", folder, "--format", "markdown"], 1);
    assert!(markdown.starts_with("| Unit | Name | `a-demo` | `b-small` | `c-O1` |\n"), "{markdown}");
    let json: serde_json::Value =
        serde_json::from_str(&matrix(&["--merge", folder, "--format", "json"], 1)).expect("JSON");
    assert_eq!(json["columns"].as_array().map(Vec::len), Some(3));

    std::fs::write(reports.join("d.json"), "{\"schema_version\": 1").expect("it is written");
    let refused = run_expecting(fixscope(home.path()).args(["matrix", "--merge", folder]), 2);
    assert!(refused.stderr.contains("d.json") && refused.stdout.is_empty(), "{}", refused.stderr);
}

#[test]
#[ignore = "needs GNU parallel"]
fn cells_run_under_parallel_as_they_do_alone() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let file = cells(home.path());
    let (alone, together) = (home.path().join("alone"), home.path().join("together"));
    let table = |folder: &Path| {
        run_expecting(fixscope(home.path()).args(["matrix", "--merge"]).arg(folder), 1).stdout
    };
    run_expecting(fixscope(home.path()).arg("matrix").arg(&file).arg("--reports").arg(&alone), 1);
    let ended = Command::new("parallel")
        .args(["--will-cite", "-j2", env!("CARGO_BIN_EXE_fixscope"), "matrix"])
        .arg(&file)
        .arg("--reports")
        .arg(&together)
        .args(["--cell", "{}", ":::", "a-demo", "b-small", "c-O1"])
        .env("HOME", home.path())
        .status()
        .expect("parallel starts");
    assert_eq!(ended.code(), Some(3), "parallel counts the cells in which something differs");
    assert_eq!(table(&alone), table(&together));
    for name in ["a-demo", "b-small", "c-O1"] {
        let read = |folder: &Path| std::fs::read(folder.join(format!("{name}.json"))).expect("it is there");
        assert_eq!(read(&alone), read(&together), "{name}");
    }
}
