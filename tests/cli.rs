//! The command line from outside: what is printed where, and with which exit status.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;

fn fixscope(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fixscope"));
    command.current_dir(dir);
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.env("XDG_CACHE_HOME", dir.join("cache"));
    command
}

struct Run {
    status: i32,
    stdout: String,
    stderr: String,
}

fn run(dir: &Path, words: &[&str]) -> Run {
    finish(fixscope(dir).args(words))
}

fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the program starts");
    Run {
        status: output.status.code().expect("it was not killed"),
        stdout: String::from_utf8(output.stdout).expect("it writes text"),
        stderr: String::from_utf8(output.stderr).expect("it writes text"),
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Compiles `text` to the object file `name` in `dir`.
fn compile(dir: &Path, name: &str, text: &str) -> PathBuf {
    let (source, object) = (dir.join("unit.c"), dir.join(name));
    std::fs::create_dir_all(object.parent().expect("it has one")).expect("it is made");
    std::fs::write(&source, text).expect("it is written");
    Command::new("gcc").args(["-O2", "-c", "-o"]).arg(&object).arg(&source).assert().success();
    std::fs::remove_file(source).expect("it is ours");
    object
}

const ORIGINAL: &str = "int twice(int n) { return 2 * n; }\nint same(int n) { return n ^ 85; }\n";
const PATCHED: &str = "int twice(int n) { return 3 * n; }\nint same(int n) { return n ^ 85; }\n";

/// A folder with `o.o` and `p.o`, which differ in the function `twice`.
fn pair() -> tempfile::TempDir {
    let dir = folder();
    compile(dir.path(), "o.o", ORIGINAL);
    compile(dir.path(), "p.o", PATCHED);
    dir
}

#[test]
fn help_and_version_are_no_trouble() {
    let dir = folder();
    for words in [&["--help"][..], &["analyze", "--help"], &["diff", "--help"], &["--version"]] {
        let run = run(dir.path(), words);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{words:?}");
        assert!(run.stdout.contains("fixscope") || run.stdout.contains("Exit status"), "{}", run.stdout);
    }
}

#[test]
fn what_cannot_be_understood_ends_with_two_and_nothing_on_standard_output() {
    let dir = folder();
    for words in [
        &[][..],
        &["frobnicate"],
        &["analyze"],
        &["analyze", "--patch", "a", "--patched", "b"],
        &["analyze", "--rev", "a..b", "--strip", "1"],
        &["analyze", "--patch", "a", "--allow-dirty"],
        &["diff", "a"],
        &["diff", "a", "b", "-j", "0"],
        &["diff", "a", "b", "-v", "-q"],
        &["diff", "a", "b", "--format", "yaml"],
    ] {
        let run = run(dir.path(), words);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{words:?}");
        assert!(!run.stderr.is_empty(), "{words:?}");
    }
}

#[test]
fn trouble_names_the_file_and_what_to_do() {
    let dir = folder();
    std::fs::create_dir_all(dir.path().join("tree/full")).expect("it is made");
    std::fs::write(dir.path().join("fix.patch"), "").expect("it is written");
    let tree = ["analyze", "--tree", "tree", "--patch", "fix.patch"];
    for (words, said) in [
        (&["analyze", "--tree", "none", "--patch", "fix.patch"][..], "none: No such file"),
        (&["analyze", "--tree", "tree", "--patch", "none.patch"], "none.patch: No such file"),
        (&["analyze", "--tree", "fix.patch", "--patch", "fix.patch"], "name the root of a source tree"),
        (&["analyze", "--tree", "tree", "--patched", "tree"], "name the tree that has the fix in it"),
        (&[&tree[..], &["--work-dir", "tree/work"]].concat(), "tree/work: the work folder lies in the tree"),
        (&[&tree[..], &["--work-dir", "."]].concat(), "the work folder holds the tree"),
        (&[&tree[..], &["--skeleton", "tree"]].concat(), "tree: is not empty; name a new folder"),
        (&[&tree[..], &["-o", "none/report"]].concat(), "none/report: its folder does not exist"),
        (&["diff", "tree", "fix.patch"], "name two folders or two files"),
    ] {
        let run = run(dir.path(), words);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{words:?}");
        assert!(
            run.stderr.starts_with("fixscope: ") && run.stderr.contains(said),
            "{words:?}: {}",
            run.stderr
        );
    }
    assert_eq!(std::fs::read_dir(dir.path().join("tree")).expect("it is there").count(), 1);
}

#[test]
fn a_list_of_what_changed() {
    let dir = pair();
    let run = run(dir.path(), &["diff", "o.o", "p.o"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert!(run.stdout.contains("  * changed    twice\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("same"), "{}", run.stdout);
    assert!(run.stdout.ends_with("1 function changed, in 1 unit; 1 unchanged.\n"), "{}", run.stdout);
}

#[test]
fn the_same_twice_is_no_difference() {
    let dir = pair();
    let run = run(dir.path(), &["diff", "o.o", "o.o"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.starts_with("Nothing changed"), "{}", run.stdout);
}

#[test]
fn instructions_are_shown_when_asked_for() {
    let dir = pair();
    let run = run(dir.path(), &["diff", "-s", "-U", "0", "o.o", "p.o"]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("@@ twice +0x"), "{}", run.stdout);
    let starts = |mark: char| {
        run.stdout.lines().any(|line| line.trim_start().starts_with(mark) && line.contains("lea"))
    };
    assert!(starts('-') && starts('+'), "{}", run.stdout);
}

#[test]
fn json_is_the_same_each_time_and_all_lists_all() {
    let dir = pair();
    let words = ["diff", "o.o", "p.o", "--format", "json"];
    let first = run(dir.path(), &words);
    assert_eq!((first.status, first.stderr.as_str()), (1, ""));
    assert_eq!(first.stdout, run(dir.path(), &words).stdout);
    let names = |text: &str| -> Vec<String> {
        let report: fixscope::report::model::Report = serde_json::from_str(text).expect("it is a report");
        report.units.into_iter().flat_map(|unit| unit.symbols).map(|symbol| symbol.name).collect()
    };
    assert_eq!(names(&first.stdout), ["twice"]);
    let mut all = names(&run(dir.path(), &[&words[..], &["--all"]].concat()).stdout);
    all.sort();
    assert_eq!(all, ["same", "twice"]);
}

#[test]
fn colour_only_when_it_is_wanted() {
    let dir = pair();
    let coloured = |words: &[&str], variable: Option<(&str, &str)>| {
        let mut command = fixscope(dir.path());
        command.args(["diff", "o.o", "p.o"]).args(words).envs(variable);
        finish(&mut command).stdout.contains('\x1b')
    };
    assert!(!coloured(&[], None), "standard output is no terminal");
    assert!(coloured(&["--color", "always"], None));
    assert!(coloured(&["--color", "always"], Some(("NO_COLOR", "1"))), "the flag is asked last and wins");
    assert!(coloured(&[], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["--format", "json", "--color", "always"], None));
}

#[test]
fn a_report_goes_to_a_file_whole() {
    let dir = pair();
    std::fs::write(dir.path().join("report"), "what was there").expect("it is written");
    let written = run(dir.path(), &["diff", "o.o", "p.o", "-o", "report"]);
    assert_eq!((written.status, written.stdout.as_str()), (1, ""));
    let plain = run(dir.path(), &["diff", "o.o", "p.o"]).stdout;
    assert_eq!(std::fs::read_to_string(dir.path().join("report")).expect("it is there"), plain);
    let refused = run(dir.path(), &["diff", "o.o", "none.o", "-o", "report"]);
    assert_eq!(refused.status, 2);
    assert_eq!(std::fs::read_to_string(dir.path().join("report")).expect("it is there"), plain);
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let dir = pair();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_fixscope"))
        .args(["diff", "o.o", "p.o"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(1), ""));
}

#[test]
fn folders_are_compared_file_by_file() {
    let dir = folder();
    for (side, twice) in [("o", ORIGINAL), ("p", PATCHED)] {
        compile(dir.path(), &format!("{side}/sub/twice.o"), twice);
        compile(dir.path(), &format!("{side}/same.o"), ORIGINAL);
    }
    compile(dir.path(), "p/added.o", "int added(void) { return 1; }\n");
    let run = run(dir.path(), &["diff", "o", "p"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let place = |text: &str| run.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", run.stdout));
    assert!(place("added.o") < place("+ new        added"));
    assert!(place("+ new        added") < place("sub/twice.o"));
    assert!(place("sub/twice.o") < place("* changed    twice"));
}
