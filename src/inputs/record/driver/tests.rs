use std::fs;
use std::sync::Arc;

use super::*;
use crate::inputs::progress::Silent;
use crate::plan::{BuildKind, BuildPlan, FixSource};
use crate::report::model::SkipReason;

/// A project on both sides, and what analysing the fix between them gives.
struct Case {
    folder: tempfile::TempDir,
    fix: Fix,
}

impl Case {
    /// Each file with its original and its patched content.
    fn new(files: &[(&str, Option<&str>, Option<&str>)]) -> Case {
        let folder = tempfile::tempdir().expect("a folder");
        let mut fix = Fix::default();
        for (name, original, patched) in files {
            if let Some(text) = original {
                let path = folder.path().join("tree").join(name);
                fs::create_dir_all(path.parent().expect("a parent")).expect("it can be made");
                fs::write(path, text).expect("writable");
            }
            if original != patched {
                let content = |text: &Option<&str>| text.map(|t| Arc::from(t.as_bytes()));
                fix.files.push(TouchedFile {
                    original_path: original.map(|_| name.into()),
                    patched_path: patched.map(|_| name.into()),
                    original: content(original),
                    patched: content(patched),
                    executable: None,
                    hunks: Vec::new(),
                });
            }
        }
        fix.files.sort_by(|a, b| a.path().cmp(b.path()));
        Case { folder, fix }
    }

    fn tree(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    fn plan(&self, command: Option<&str>) -> AnalyzePlan {
        AnalyzePlan {
            tree: self.tree(),
            fix: FixSource::PatchedDir(PathBuf::new()),
            build: BuildPlan {
                kind: BuildKind::Make,
                command: command.map(str::to_owned),
                cflags: Vec::new(),
                launcher: None,
                emit_asm: false,
                keep_line_changes: true,
                units: Vec::new(),
            },
            work_dir: self.folder.path().join("work"),
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

    /// A work folder that no earlier analysis of this test used: a process that another test is just starting may
    /// still hold its lock.
    fn work(&self) -> WorkDir {
        let path =
            tempfile::Builder::new().prefix("work").tempdir_in(self.folder.path()).expect("a folder").keep();
        WorkDir::open(&path, &self.tree()).expect("it is free")
    }

    fn make(&self, command: Option<&str>) -> BuiltUnits {
        build(&self.plan(command), &self.fix, &self.work(), &Silent, Source::Command)
            .expect("it can be analysed")
    }

    fn compdb(&self, database: &Path) -> BuiltUnits {
        build(&self.plan(None), &self.fix, &self.work(), &Silent, Source::Database(database))
            .expect("it can be analysed")
    }
}

/// The units as `name: sides`, where a side with an object file is its first letter and equal text is `=`.
fn units(built: &BuiltUnits) -> Vec<String> {
    built
        .units
        .iter()
        .map(|unit| {
            assert_eq!(unit.errors, [], "{}", unit.name);
            let sides: String = [(&unit.objects.original, 'o'), (&unit.objects.patched, 'p')]
                .iter()
                .filter(|(object, _)| object.as_ref().is_some_and(|o| o.is_file()))
                .map(|(_, letter)| *letter)
                .collect();
            format!("{}: {}", unit.name, if unit.same_text { "=" } else { &sides })
        })
        .collect()
}

fn skips(built: &BuiltUnits) -> Vec<(&str, SkipReason)> {
    built.skipped.iter().map(|s| (s.path.as_str(), s.reason)).collect()
}

const MAKEFILE: &str = "OBJS = a.o b.o c.o\nCFLAGS = -O2\nprog: $(OBJS)\n\t$(CC) -o $@ $(OBJS)\n";
const A: &str = "#include \"h.h\"\nint main(void) { return h() + b() + c(); }\n";
const B: &str = "#include \"h.h\"\nint b(void) { return 1; }\n";
const C: &str = "int c(void) { return 2; }\n";
const H: &str = "int b(void), c(void);\nstatic inline int h(void) { return 3; }\n";

fn same(
    name: &'static str,
    text: &'static str,
) -> (&'static str, Option<&'static str>, Option<&'static str>) {
    (name, Some(text), Some(text))
}

#[test]
fn a_source_and_a_header_give_the_units_that_read_them() {
    let case = Case::new(&[
        same("Makefile", MAKEFILE),
        same("a.c", A),
        same("b.c", B),
        ("c.c", Some(C), Some("int c(void) { return 4; }\n")),
        ("h.h", Some(H), Some("int b(void), c(void);\nstatic inline int h(void) { return 5; }\n")),
        ("unused.h", Some("int x;\n"), Some("int y;\n")),
        ("unused.c", Some("int x;\n"), Some("int y;\n")),
        ("README", Some("a"), Some("b")),
    ]);
    let built = case.make(None);
    assert_eq!(built.errors, []);
    assert_eq!(units(&built), ["a.c: op", "b.c: op", "c.c: op"]);
    assert_eq!(
        skips(&built),
        [
            ("README", SkipReason::Documentation),
            ("unused.c", SkipReason::NotBuilt),
            ("unused.h", SkipReason::NotCompiled),
        ]
    );
}

#[test]
fn a_header_that_changes_nothing_that_is_compiled_costs_no_compilation() {
    let case = Case::new(&[
        same("Makefile", MAKEFILE),
        same("a.c", A),
        same("b.c", B),
        same("c.c", C),
        (
            "h.h",
            Some(H),
            Some("/* Said\n * better. */\nint b(void), c(void);\nstatic inline int h(void) { return 3; }\n"),
        ),
    ]);
    let built = case.make(None);
    assert_eq!(built.errors, []);
    assert_eq!(units(&built), ["a.c: =", "b.c: ="]);
    assert_eq!(built.compilations, 0);
    assert_eq!(skips(&built), []);
}

#[test]
fn new_and_removed_sources_are_one_sided_units() {
    let case = Case::new(&[
        (
            "Makefile",
            Some(MAKEFILE),
            Some("OBJS = a.o b.o d.o\nCFLAGS = -O2\nprog: $(OBJS)\n\t$(CC) -o $@ $(OBJS)\n"),
        ),
        same("a.c", A),
        same("b.c", B),
        same("h.h", H),
        ("c.c", Some(C), None),
        ("d.c", None, Some("int c(void) { return 7; }\n")),
    ]);
    let built = case.make(None);
    assert_eq!(built.errors, []);
    assert_eq!(units(&built), ["c.c: o", "d.c: p"]);
    assert_eq!(skips(&built), [("Makefile", SkipReason::BuildFile)]);
}

#[test]
fn flags_that_the_fix_changes_make_units() {
    let case = Case::new(&[
        (
            "Makefile",
            Some(MAKEFILE),
            Some(
                "OBJS = a.o b.o c.o\nCFLAGS = -O2\nb.o: CFLAGS += -DX\nprog: $(OBJS)\n\t$(CC) -o $@ $(OBJS)\n",
            ),
        ),
        same("a.c", A),
        same("b.c", B),
        same("c.c", C),
        same("h.h", H),
    ]);
    let built = case.make(Some("make -j2"));
    assert_eq!(units(&built), ["b.c: op"]);
    assert_eq!(skips(&built), [("Makefile", SkipReason::BuildFile)]);
}

#[test]
fn a_generator_input_leads_to_the_units_that_read_what_is_generated() {
    let makefile = "prog: a.o c.o\n\tcc -o $@ a.o c.o\na.o c.o: table.h\ntable.h: table.txt\n\t(echo '#define TABLE \\'; cat table.txt) > $@\n";
    let case = Case::new(&[
        same("Makefile", makefile),
        same("a.c", "#include \"table.h\"\nint c(void);\nint main(void) { return TABLE + c(); }\n"),
        same("c.c", C),
        ("table.txt", Some("1\n"), Some("2\n")),
    ]);
    let built = case.make(None);
    assert_eq!(built.errors, []);
    assert_eq!(units(&built), ["a.c: op"]);
    assert_eq!(skips(&built), [("table.txt", SkipReason::Unsupported)]);
}

#[test]
fn a_new_header_in_front_of_another_one_is_seen() {
    let case = Case::new(&[
        same("Makefile", "all:\n\tgcc -Ifirst -Isecond -c a.c\n\tgcc -c c.c\n"),
        same("a.c", "#include \"x.h\"\nint a = X;\n"),
        same("c.c", C),
        same("second/x.h", "#define X 1\n"),
        ("first/x.h", None, Some("#define X 2\n")),
    ]);
    let built = case.make(None);
    assert_eq!(units(&built), ["a.c: op"]);
    assert_eq!(skips(&built), []);
}

#[test]
fn a_precompiled_header_does_not_hide_the_fix() {
    let case = Case::new(&[
        same(
            "Makefile",
            "a.o: all.h.gch a.c\n\tgcc -Winvalid-pch -include all.h -c a.c\nall.h.gch: all.h\n\tgcc -x c-header all.h -o $@\n",
        ),
        same("a.c", "int a = X;\n"),
        ("all.h", Some("#define X 1\n"), Some("#define X 2\n")),
    ]);
    let built = case.make(None);
    assert_eq!(units(&built), ["a.c: op"]);
    let read = |path: &Option<PathBuf>| fs::read(path.as_ref().expect("compiled")).expect("readable");
    assert_ne!(read(&built.units[0].objects.original), read(&built.units[0].objects.patched));
}

#[test]
fn a_source_included_through_a_macro_is_found() {
    let case = Case::new(&[
        same("Makefile", "all:\n\tgcc -c main.c\n\tgcc -c c.c\n"),
        same("main.c", "#define TEXT(x) #x\n#define FILE_OF(x) TEXT(x.c)\n#include FILE_OF(c)\nint m;\n"),
        ("c.c", Some(C), Some("int c(void) { return 4; }\n")),
    ]);
    assert_eq!(units(&case.make(None)), ["c.c: op", "main.c: op"]);
}

#[test]
fn a_source_included_by_a_flag_is_found() {
    let case = Case::new(&[
        same("Makefile", "all:\n\tgcc -include c.c -c main.c\n"),
        same("main.c", "int m;\n"),
        ("c.c", Some(C), Some("int c(void) { return 4; }\n")),
    ]);
    assert_eq!(units(&case.make(None)), ["main.c: op"]);
}

#[test]
fn a_source_read_by_another_one_and_a_renamed_one() {
    let mut case = Case::new(&[
        same("Makefile", "all:\n\tgcc -c main.c\n\tgcc -c $(wildcard ren*.c)\n"),
        same("main.c", "#include \"part.c\"\nint main(void) { return part(); }\n"),
        (
            "part.c",
            Some("static int part(void) { return 1; }\n"),
            Some("static int part(void) { return 2; }\n"),
        ),
        same("ren1.c", C),
    ]);
    case.fix.files.push(TouchedFile {
        original_path: Some("ren1.c".into()),
        patched_path: Some("ren2.c".into()),
        original: Some(Arc::from(C.as_bytes())),
        patched: Some(Arc::from(b"int c(void) { return 9; }\n".as_slice())),
        executable: None,
        hunks: Vec::new(),
    });
    let built = case.make(None);
    assert_eq!(built.errors, []);
    assert_eq!(units(&built), ["main.c: op", "ren2.c: op"]);
    assert_eq!(skips(&built), []);
}

#[test]
fn a_second_analysis_in_the_same_work_folder_records_again() {
    let case = Case::new(&[
        same("Makefile", "prog: stamp\nstamp: c.c\n\tgcc -c c.c\n\ttouch stamp\n"),
        ("c.c", Some(C), Some("int c(void) { return 4; }\n")),
    ]);
    let work = case.work();
    for _ in 0..2 {
        let built =
            build(&case.plan(None), &case.fix, &work, &Silent, Source::Command).expect("it can be analysed");
        assert_eq!(units(&built), ["c.c: op"]);
    }
}

#[test]
fn a_database_gives_units_of_both_flags() {
    let case = Case::new(&[
        same("a.c", "#include \"h.h\"\nint a(void) { return h(); }\n"),
        (
            "h.h",
            Some("static inline int h(void) { return 3; }\n"),
            Some("static inline int h(void) { return 4; }\n"),
        ),
        ("new.c", None, Some("int n;\n")),
    ]);
    let tree = case.tree();
    let entry = |flags: &str, output: &str| {
        serde_json::json!({"directory": tree, "file": "a.c", "output": output,
            "command": format!("gcc {flags} -I{} -c a.c -o {output}", tree.display())})
    };
    let outside =
        serde_json::json!({"directory": "/", "file": "/nowhere/x.c", "command": "gcc -c /nowhere/x.c"});
    let database = tree.join(compdb::FILE_NAME);
    let text = serde_json::json!([entry("-O2", "a.o"), entry("-fPIC", "pic/a.o"), outside]).to_string();
    fs::write(&database, text).expect("writable");
    let built = case.compdb(&database);
    assert_eq!(built.errors, []);
    assert_eq!(units(&built), ["a.c (a.o): op", "a.c (pic/a.o): op"]);
    assert_eq!(skips(&built), [("new.c", SkipReason::NotBuilt)]);
    assert!(built.warnings[0].contains("1 entries"), "{:?}", built.warnings);
    assert!(!tree.join("a.o").exists());
}

#[test]
fn a_missing_generated_header_is_said_not_passed_over() {
    let case = Case::new(&[
        same("a.c", "#include \"generated.h\"\n#include \"h.h\"\nint a;\n"),
        same("b.c", "#include \"generated.h\"\nint b;\n"),
        ("h.h", Some("int h;\n"), Some("int g;\n")),
    ]);
    let tree = case.tree();
    let entry =
        |file: &str| serde_json::json!({"directory": tree, "file": file, "arguments": ["gcc", "-c", file]});
    let database = tree.join(compdb::FILE_NAME);
    fs::write(&database, serde_json::json!([entry("a.c"), entry("b.c")]).to_string()).expect("writable");
    let built = case.compdb(&database);
    assert_eq!(built.errors.len(), 1);
    assert!(
        built.errors[0].message.contains("b.c") && built.errors[0].message.contains("build the tree first")
    );
    assert_eq!(built.units.len(), 1, "what is known to read the header is compiled for its message");
    assert!(built.units[0].errors[0].message.contains("generated.h"));
}

#[test]
fn what_a_broken_build_did_not_come_to_is_compared_all_the_same() {
    let case = Case::new(&[
        (
            "Makefile",
            Some("all:\n\tgcc -c a.c\n\tgcc -c c.c\n"),
            Some("all:\n\tgcc -c a.c\n\tfalse\n\tgcc -c c.c\n"),
        ),
        same("a.c", "int a;\n"),
        ("c.c", Some(C), Some("int c(void) { return 4; }\n")),
    ]);
    let built = case.make(None);
    assert!(built.errors[0].message.starts_with("the patched side: `make -j2` failed"), "{:?}", built.errors);
    assert_eq!(units(&built), ["c.c: op"]);
}

#[test]
fn a_patched_side_that_compiles_nothing_is_an_error_beside_the_units() {
    let case = Case::new(&[
        ("Makefile", Some("all:\n\tgcc -c c.c\n"), Some("all:\n\tfalse\n\tgcc -c c.c\n")),
        ("c.c", Some(C), Some("int c(void) { return 4; }\n")),
    ]);
    let built = case.make(None);
    assert!(built.errors[0].message.contains("compiled no source"), "{:?}", built.errors);
    assert_eq!(units(&built), ["c.c: op"]);
}

#[test]
fn a_dry_run_lists_units_and_commands_and_compiles_none() {
    let case = Case::new(&[
        same("Makefile", MAKEFILE),
        same("a.c", A),
        same("b.c", B),
        same("c.c", C),
        ("h.h", Some(H), Some("int b(void), c(void);\nstatic inline int h(void) { return 5; }\n")),
    ]);
    let dry = dry_run(&case.plan(None), &case.fix, &case.work(), &Silent, Source::Command)
        .expect("it can be planned");
    assert_eq!(dry.compilations, 4);
    assert_eq!(dry.calls, ["make -j2"]);
    let names: Vec<_> = dry.units.iter().map(|u| u.name.as_str()).collect();
    assert_eq!(names, ["a.c", "b.c"]);
    let command = dry.units[0].commands.original.as_deref().expect("it is there");
    assert!(command.ends_with("-O2 -c -o a.o a.c"), "{command}");
}

#[test]
fn a_database_of_another_tree_is_refused() {
    let case = Case::new(&[("c.c", Some(C), Some("int c(void) { return 4; }\n"))]);
    let database = case.tree().join(compdb::FILE_NAME);
    fs::write(&database, r#"[{"directory": "/other", "file": "c.c", "command": "cc -c c.c"}]"#)
        .expect("writable");
    let error = build(&case.plan(None), &case.fix, &case.work(), &Silent, Source::Database(&database))
        .expect_err("not this tree's");
    assert!(error.to_string().contains("names no source of this tree"), "{error}");
}

/// Runs `command` in the user's tree, as a user would have done before.
fn as_user(case: &Case, command: &str) {
    let done = std::process::Command::new("sh")
        .args(["-c", command])
        .current_dir(case.tree())
        .output()
        .expect("sh runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Every file of the user's tree with content and time stamp.
fn listing(root: &Path) -> Vec<(PathBuf, Vec<u8>, Option<std::time::SystemTime>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let entry = entry.expect("readable");
            let meta = entry.metadata().expect("there");
            if meta.is_dir() {
                folders.push(entry.path());
            }
            let content = if meta.is_file() { fs::read(entry.path()).expect("readable") } else { Vec::new() };
            found.push((entry.path(), content, meta.modified().ok()));
        }
    }
    found.sort();
    found
}

fn cmake_case() -> Case {
    Case::new(&[
        same(
            "CMakeLists.txt",
            "cmake_minimum_required(VERSION 3.13)\nproject(p C)\nconfigure_file(conf.h.in conf.h)\n\
             add_library(u STATIC u.c)\nadd_executable(p main.c)\ntarget_link_libraries(p u)\n\
             target_include_directories(p PRIVATE ${CMAKE_BINARY_DIR})\ntarget_precompile_headers(p PRIVATE all.h)\n",
        ),
        same("conf.h.in", "#define CONF 1\n"),
        (
            "all.h",
            Some("static inline int all(void) { return 1; }\n"),
            Some("static inline int all(void) { return 2; }\n"),
        ),
        same("main.c", "#include \"conf.h\"\nint u(void);\nint main(void) { return u() + CONF + all(); }\n"),
        ("u.c", Some("int u(void) { return 3; }\n"), Some("int u(void) { return 4; }\n")),
    ])
}

#[test]
#[ignore = "needs cmake"]
fn cmake_trees_by_command_built_and_unbuilt() {
    let case = cmake_case();
    if Runner::probe().is_err() {
        return;
    }
    as_user(&case, "cmake -S . -B build");
    for build_first in [false, true] {
        if build_first {
            as_user(&case, "cmake --build build");
        }
        let before = listing(&case.tree());
        let built = case.make(Some("cmake --build build -j2"));
        assert_eq!(built.errors, []);
        let names = units(&built);
        assert_eq!(names, ["main.c: op", "u.c: op"]);
        assert_eq!(skips(&built), []);
        assert!(before == listing(&case.tree()), "the user's tree is as it was");
    }
}

#[test]
#[ignore = "needs cmake"]
fn cmake_trees_by_database() {
    let case = cmake_case();
    as_user(&case, "cmake -S . -B build -DCMAKE_EXPORT_COMPILE_COMMANDS=ON && cmake --build build");
    let before = listing(&case.tree());
    let database = compdb::find(&case.tree()).expect("cmake made one");
    let built = case.compdb(&database);
    assert_eq!(built.errors, []);
    assert_eq!(units(&built), ["main.c: op", "u.c: op"]);
    assert!(before == listing(&case.tree()), "the user's tree is as it was");
}

#[test]
#[ignore = "needs cmake"]
fn cmake_configured_by_the_command_itself() {
    let mut case = cmake_case();
    let cmake = case.tree().join("CMakeLists.txt");
    let original = fs::read_to_string(&cmake).expect("readable");
    let patched = original.replace("STATIC u.c", "STATIC u.c v.c");
    case.fix.files.push(TouchedFile {
        original_path: Some("CMakeLists.txt".into()),
        patched_path: Some("CMakeLists.txt".into()),
        original: Some(Arc::from(original.as_bytes())),
        patched: Some(Arc::from(patched.as_bytes())),
        executable: None,
        hunks: Vec::new(),
    });
    case.fix.files.push(TouchedFile {
        original_path: None,
        patched_path: Some("v.c".into()),
        original: None,
        patched: Some(Arc::from(b"int v;\n".as_slice())),
        executable: None,
        hunks: Vec::new(),
    });
    for command in ["cmake -S . -B build && cmake --build build", "cmake --build build"] {
        let built = case.make(Some(command));
        assert_eq!(built.errors, []);
        assert_eq!(units(&built), ["main.c: op", "u.c: op", "v.c: p"], "{command}");
        assert_eq!(skips(&built), [("CMakeLists.txt", SkipReason::BuildFile)]);
        as_user(&case, "cmake -S . -B build");
    }
}
