use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::inputs::fix::resolve;
use crate::inputs::progress::Silent;
use crate::plan::{BuildPlan, FixSource, PatchText};

const PATCH: &str = "--- a/f.h\n+++ b/f.h\n@@ -1,4 +1,4 @@\n static inline int f(int x)\n {\n-\treturn x + 1;\n\
                     +\treturn x + 2;\n }\n";

/// A project of a few units, its Makefile writing into the tree as careless ones do, already built, each file with
/// a second name elsewhere.
fn project(folder: &Path) {
    let tree = folder.join("tree");
    fs::create_dir_all(&tree).expect("it can be made");
    let write = |name: &str, text: &str| fs::write(tree.join(name), text).expect("it can be written");
    write("f.h", "static inline int f(int x)\n{\n\treturn x + 1;\n}\n");
    let mut objects = String::new();
    for i in 0..6 {
        write(
            &format!("u{i}.c"),
            &format!("#include \"f.h\"\nint u{i}(int x)\n{{\n\treturn f(x) * {i};\n}}\n"),
        );
        objects += &format!(" u{i}.o");
    }
    write(
        "Makefile",
        &format!(
            "CFLAGS = -O2 -MMD\nlibu.a:{objects}\n\tar rcs $@ $^\n\tdate >> log\n%.o: %.c f.h\n\t$(CC) $(CFLAGS) -c -o $@ \
             $<\n-include *.d\n"
        ),
    );
    let made = Command::new("make").arg("-s").current_dir(&tree).env_remove("MAKEFLAGS").status();
    assert!(made.is_ok_and(|m| m.success()));
    fs::create_dir(folder.join("twins")).expect("it can be made");
    for entry in fs::read_dir(&tree).expect("it is there") {
        let entry = entry.expect("it can be read");
        fs::hard_link(entry.path(), folder.join("twins").join(entry.file_name())).expect("it can be linked");
    }
}

/// All that must stay as it is.
fn listing(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(root).expect("it is there") {
        let path = entry.expect("it can be read").path();
        let meta = fs::symlink_metadata(&path).expect("it is there");
        let text = fs::read(&path).unwrap_or_default();
        lines.push(format!(
            "{} {:o} {} {}.{} {}.{} {:?}",
            path.display(),
            meta.mode(),
            meta.nlink(),
            meta.mtime(),
            meta.mtime_nsec(),
            meta.ctime(),
            meta.ctime_nsec(),
            text
        ));
    }
    lines.sort();
    lines
}

fn plan(folder: &Path) -> AnalyzePlan {
    AnalyzePlan {
        tree: folder.join("tree"),
        fix: FixSource::Patches {
            patches: vec![PatchText { name: "fix.patch".into(), text: PATCH.into() }],
            strip: None,
        },
        build: BuildPlan {
            kind: BuildKind::Auto,
            command: None,
            cflags: Vec::new(),
            launcher: None,
            emit_asm: false,
            keep_line_changes: false,
            units: Vec::new(),
        },
        work_dir: folder.join("work"),
        keep: true,
        dry_run: false,
        all: false,
        show: false,
        detail: false,
        skeleton: false,
        abi: None,
        jobs: 2,
    }
}

fn run(folder: &Path) -> BuiltUnits {
    let plan = plan(folder);
    let fix = resolve(&source_root(&plan), &plan.fix).expect("the patch applies");
    build(&plan, &fix, &Silent).expect("the project can be built")
}

const FOLDER: &str = "FIXSCOPE_TEST_FOLDER";

/// The process that [`a_run_that_is_killed_leaves_the_tree_as_it_was`] kills; alone it does nothing.
#[test]
fn the_run_to_kill() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        run(Path::new(&folder));
    }
}

#[test]
fn a_run_that_is_killed_leaves_the_tree_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    project(folder.path());
    let before = listing(&folder.path().join("tree"));
    // The moments are spread over a run, and odd enough to fall differently each time.
    for moment in [3, 30, 71, 140, 260, 430, 700] {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "inputs::build::tests::the_run_to_kill"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        std::thread::sleep(Duration::from_millis(moment));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        assert_eq!(listing(&folder.path().join("tree")), before, "killed after {moment} ms");
    }
    // What the killed runs left behind misleads no later run.
    let built = run(folder.path());
    assert_eq!(built.units.len(), 6);
    for unit in &built.units {
        let objects = unit.objects.clone().both().expect("both sides compile");
        let [original, patched] =
            [objects.original, objects.patched].map(|p| fs::read(p).expect("it is there"));
        assert_eq!(original == patched, unit.name == "u0.c", "{}", unit.name);
    }
    assert_eq!(listing(&folder.path().join("tree")), before);
}

#[test]
fn a_tree_that_cannot_be_built_says_what_was_looked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("tree")).expect("it can be made");
    let error = detect(&plan(folder.path())).expect_err("there is nothing").to_string();
    assert!(error.contains("compile_commands.json") && error.contains("--build-command"), "{error}");
}
