//! The main job on Debian's Linux 6.1: patches of our own, each with the whole list of verdicts it must give.
//!
//! A case is a folder of `tests/kernel/patches`: `fix.patch`; `expect`, one verdict a line (see
//! [`common::rows::expected`]); `why`, one sentence; and, where a tree that was never built needs them, `args`,
//! one option a line (`args-built`: where a tree in which only these units were built needs them). The expected
//! verdicts come from building both sides by hand and comparing the disassembly of each symbol, not from fixscope.
//!
//! `FIXSCOPE_KERNEL_TREE` names a configured tree to use; without it `tests/kernel/prepare` makes one. The folders of
//! `tests/kernel/arm64` are for a tree configured for arm64 (`FIXSCOPE_KERNEL_TREE_ARM64`), where also those patches of
//! the others are tried that need no options: `expect.arm64` stands beside `expect` where its kernel, which can be
//! preempted, makes another function of the source.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use common::listing::{assert_same, listing};
use common::rows::{assert_rows, expected, report, rows};
use common::{fixscope, run, sh, tool};

/// Two tests at once would make the same tree twice and measure each other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A configured tree that was never built.
fn kernel_tree() -> PathBuf {
    tree("FIXSCOPE_KERNEL_TREE", "linux", &[])
}

/// A tree configured for arm64 that was never built.
fn arm64_tree() -> PathBuf {
    tree("FIXSCOPE_KERNEL_TREE_ARM64", "linux-arm64", &["arm64"])
}

/// The tree that a variable names, or else what `prepare` makes with these options.
fn tree(variable: &str, name: &str, options: &[&str]) -> PathBuf {
    if let Some(tree) = std::env::var_os(variable) {
        return fs::canonicalize(tree).unwrap_or_else(|_| panic!("{variable} names a folder"));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/kernel");
    let mut arguments = vec![folder.as_os_str()];
    arguments.extend(options.iter().map(std::ffi::OsStr::new));
    tool(root.join("tests/kernel/prepare"), &arguments, root);
    folder.join(name)
}

struct Case {
    name: String,
    folder: PathBuf,
}

impl Case {
    fn text(&self, file: &str) -> String {
        let path = self.folder.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// What must be listed: `expect`, where the architecture's configuration makes nothing else of the case.
    fn verdicts(&self, own: &str) -> String {
        self.text(if self.folder.join(own).exists() { own } else { "expect" })
    }

    /// The options in `args`, or in `args-built` for a tree whose recorded dependencies make most needless.
    fn arguments(&self, file: &str) -> Vec<String> {
        if !self.folder.join(file).exists() {
            return Vec::new();
        }
        self.text(file).split_whitespace().map(str::to_owned).collect()
    }

    /// The C and assembly files that the case's verdicts and options name, as make's targets.
    fn objects(&self) -> Vec<String> {
        let arguments = self.arguments("args");
        let text = self.text("expect");
        text.lines()
            .filter_map(|line| line.split_whitespace().next())
            .chain(arguments.iter().map(String::as_str))
            .filter(|name| !name.contains('*'))
            .filter_map(|name| Path::new(name).extension().map(|_| name))
            .map(|name| Path::new(name).with_extension("o").display().to_string())
            .collect()
    }
}

fn cases() -> Vec<Case> {
    let cases = cases_in("patches");
    assert!(cases.len() >= 6, "{} cases", cases.len());
    cases
}

fn arm64_cases() -> Vec<Case> {
    let mut all = cases_in("arm64");
    all.extend(cases().into_iter().filter(|case| !case.folder.join("args").exists()));
    assert!(all.len() >= 5, "{} cases", all.len());
    all
}

fn cases_in(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kernel").join(folder);
    let mut cases: Vec<Case> = fs::read_dir(&folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("the folder is readable").path())
        .filter(|path| path.join("fix.patch").exists())
        .map(|path| Case {
            name: path.file_name().expect("a case has a name").to_string_lossy().into_owned(),
            folder: path,
        })
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

/// Analyzes every case in `tree`, in one work folder, and fails with all that went wrong.
fn check(tree: &Path, cases: &[Case], arguments: &str, expect: &str) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let work = home.path().join("work");
    let before = listing(tree);
    let mut failures = Vec::new();
    for case in cases {
        let mut command = fixscope(home.path());
        command.args(["analyze", "--format", "json", "--build", "kbuild", "-j2", "--keep", "--tree"]);
        command.arg(tree).arg("--patch").arg(case.folder.join("fix.patch")).arg("--work-dir").arg(&work);
        command.args(case.arguments(arguments));
        let start = std::time::Instant::now();
        let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let run = run(&mut command);
            assert_eq!(run.code, 1, "{}:\n{}\n{}", case.name, run.stdout, run.stderr);
            let report = report(&run.stdout);
            assert!(report.skipped.is_empty(), "{}: skipped {:?}", case.name, report.skipped);
            let about = format!("{} ({})", case.name, case.text("why").trim());
            assert_rows(&rows(&report), &expected(&case.verdicts(expect)), &about);
        }));
        eprintln!("{}: {:.1} s", case.name, start.elapsed().as_secs_f64());
        if verdict.is_err() {
            failures.push(&case.name);
        }
    }
    assert_same(&before, &listing(tree), "after all cases");
    assert!(failures.is_empty(), "these cases failed, see above: {failures:?}");
}

#[test]
#[ignore = "needs a kernel tree and what compiles it"]
fn a_tree_that_was_never_built() {
    let _alone = ONE_AT_A_TIME.lock();
    check(&kernel_tree(), &cases(), "args", "expect");
}

#[test]
#[ignore = "needs a kernel tree and a cross compiler"]
fn a_tree_for_arm64() {
    let _alone = ONE_AT_A_TIME.lock();
    check(&arm64_tree(), &arm64_cases(), "args", "expect.arm64");
}

#[test]
#[ignore = "needs a kernel tree and what compiles it"]
fn a_tree_with_recorded_commands() {
    let _alone = ONE_AT_A_TIME.lock();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let tree = folder.path().join("linux");
    sh(
        &["cp", "-a", "--reflink=auto", &kernel_tree().display().to_string(), &tree.display().to_string()],
        folder.path(),
    );
    let objects: BTreeSet<String> = cases().iter().flat_map(Case::objects).collect();
    let mut words = vec!["make", "-s", "-j2"];
    words.extend(objects.iter().map(String::as_str));
    // What else reads the header of the macro's case.
    words.push("lib/zlib_deflate/deflate.o");
    sh(&words, &tree);
    // The recorded dependencies say which units read a header: nobody has to name them. Only of a generated header
    // are all users wanted, and this tree has no records of most.
    check(&tree, &cases(), "args-built", "expect");
}

#[test]
#[ignore = "needs a kernel tree and what compiles it"]
fn a_header_in_a_tree_that_was_never_built_is_trouble_without_units() {
    let _alone = ONE_AT_A_TIME.lock();
    let home = tempfile::tempdir().expect("a temporary folder");
    let case = cases().into_iter().find(|case| case.name == "header-inline").expect("the case is there");
    let mut command = fixscope(home.path());
    command.args(["analyze", "--tree"]).arg(kernel_tree());
    command.arg("--patch").arg(case.folder.join("fix.patch")).arg("--work-dir").arg(home.path().join("work"));
    let run = run(&mut command);
    assert_eq!(run.code, 2, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("include/linux/win_minmax.h"), "{}", run.stderr);
    assert!(run.stderr.contains("--units"), "{}", run.stderr);
}
