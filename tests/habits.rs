//! Habits of git and the shell: where a tree is found, a project's defaults, short forms, pictures.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{copy_demo, demo, fixscope, run, run_expecting};

fn git(tree: &Path, words: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"])
        .args(words)
        .current_dir(tree)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.expect("git starts").success(), "{words:?}");
}

/// The demo as a checkout with the fix as its last commit.
fn checkout(home: &Path) -> PathBuf {
    let tree = copy_demo(&home.join("demo"));
    for words in
        [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "original"], &["apply", "fix.patch"]]
    {
        git(&tree, words);
    }
    git(&tree, &["commit", "-qam", "fix"]);
    tree
}

#[test]
fn revisions_are_those_of_the_checkout_one_stands_in() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let tree = checkout(home.path());
    let mut command = fixscope(home.path());
    command.args(["analyze", "--rev", "HEAD~1..HEAD", "--stat"]).current_dir(tree.join("lib"));
    let stat = run_expecting(&mut command, 1).stdout;
    let lines: Vec<&str> = stat.lines().collect();
    assert_eq!(lines[..3], [" lib/frame.c | 2 **", " lib/name.c  | 1 *", " src/stats.c | 1 *"], "{stat}");

    let outside =
        run_expecting(fixscope(home.path()).args(["analyze", "--rev", "HEAD"]).current_dir(home.path()), 2);
    assert!(outside.stderr.contains("--tree"), "{}", outside.stderr);
}

#[test]
fn a_project_has_defaults_of_its_own() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let tree = copy_demo(&home.path().join("demo"));
    std::fs::write(tree.join(".fixscope.toml"), "build-command = \"false\"\n").expect("it is written");
    let analyze = |words: &[&str]| {
        let mut command = fixscope(home.path());
        command.args(["analyze", "--patch", "fix.patch"]).args(words).current_dir(&tree);
        run(&mut command)
    };
    assert_eq!(analyze(&[]).code, 2, "the build command of the file fails");
    assert_eq!(analyze(&["--no-config"]).code, 1);
    std::fs::write(tree.join(".fixscope.toml"), "colour = 1\n").expect("it is written");
    let refused = analyze(&[]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains(".fixscope.toml") && refused.stderr.contains("colour"),
        "{}",
        refused.stderr
    );
}

#[test]
fn completions_and_manual_pages_know_every_subcommand() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let text = |words: &[&str]| run_expecting(fixscope(home.path()).args(words), 0).stdout;
    for shell in ["bash", "zsh", "fish"] {
        let completions = text(&["completions", shell]);
        assert!(completions.contains("diff-reports") && completions.contains("keep-line-changes"), "{shell}");
    }
    let bash = Command::new("bash").args(["-n", "/dev/stdin"]).stdin(std::process::Stdio::piped()).spawn();
    let mut bash = bash.expect("bash starts");
    let mut input = bash.stdin.take().expect("it is a pipe");
    std::io::Write::write_all(&mut input, text(&["completions", "bash"]).as_bytes()).expect("bash reads");
    drop(input);
    assert!(bash.wait().expect("it ends").success(), "bash can read its completions");
    assert!(text(&["man"]).starts_with(".ie") || text(&["man"]).contains(".TH fixscope 1"));
    for subcommand in ["analyze", "diff", "report", "diff-reports", "callgraph"] {
        let page = text(&["man", subcommand]);
        assert!(
            page.contains(&format!("fixscope\\-{}", subcommand.replace('-', "\\-"))),
            "{subcommand}: {}",
            &page[..300]
        );
    }
    run_expecting(fixscope(home.path()).args(["man", "none"]), 2);
}

#[test]
fn the_doctor_names_what_is_missing() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let run = run(fixscope(home.path()).arg("doctor"));
    assert!(run.code < 2 && run.stdout.contains("make: GNU Make"), "{}", run.stdout);
    let empty = home.path().join("empty");
    std::fs::create_dir(&empty).expect("a folder");
    let run = run_expecting(fixscope(home.path()).arg("doctor").env("PATH", &empty), 1);
    assert!(
        run.stdout.contains("missing  analyze --rev") && !run.stdout.contains("  ok  "),
        "{}",
        run.stdout
    );
}

#[test]
fn pictures_are_written() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let graph = home.path().join("graph.svg");
    let mut command = fixscope(home.path());
    command.args(["analyze", "--graph"]).arg(&graph).arg("--tree").arg(demo());
    run_expecting(command.arg("--patch").arg(demo().join("fix.patch")), 1);
    let picture = std::fs::read_to_string(&graph).expect("it is written");
    for name in ["frame_decode", "frame_skip", "kind_names", "stats_banner"] {
        assert!(picture.contains(&format!(">{name}</text>")), "{name}");
    }
    let object = home.path().join("a.o");
    let source = home.path().join("a.c");
    let text = "int g(int); static __attribute__((noinline)) int f(int x) { return g(x) + 1; } int h(int x) { return f(x) * 2; }";
    std::fs::write(&source, text).expect("it is written");
    let compiled = Command::new("gcc").args(["-O2", "-c", "-o"]).arg(&object).arg(&source).status();
    assert!(compiled.expect("gcc starts").success());
    let mut command = fixscope(home.path());
    let svg =
        run_expecting(command.args(["callgraph", "--external", "--format", "svg"]).arg(&object), 0).stdout;
    assert!(svg.starts_with("<?xml") && svg.trim_end().ends_with("</svg>"));
    for name in ["f", "g", "h"] {
        assert!(svg.contains(&format!(">{name}</text>")), "{name} in {svg}");
    }
    assert_eq!(svg.matches("class=\"edge").count(), 2);
}

#[test]
fn an_output_that_cannot_be_written_leaves_nothing_behind() {
    let home = tempfile::tempdir().expect("a temporary folder");
    for format in ["html", "markdown", "sarif"] {
        let output = home.path().join("none").join("report");
        let mut command = fixscope(home.path());
        command.args(["analyze", "--format", format, "-o"]).arg(&output).arg("--tree").arg(demo());
        let refused = run_expecting(command.arg("--patch").arg(demo().join("fix.patch")), 2);
        assert!(refused.stderr.contains("its folder does not exist"), "{}", refused.stderr);
        assert!(!home.path().join("none").exists() && !home.path().join("cache").exists());
    }
}
