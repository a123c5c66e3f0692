//! Pairs of small trees.

use super::*;
use crate::inputs::fix::resolve as resolve_source;
use crate::plan::FixSource;

fn pair(original: &[(&str, &[u8])], patched: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (side, files) in [("original", original), ("patched", patched)] {
        std::fs::create_dir(dir.path().join(side)).expect("a folder");
        for (path, text) in files {
            let path = dir.path().join(side).join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("a file");
        }
    }
    dir
}

fn fix(dir: &Path) -> Result<Fix> {
    resolve_source(&dir.join("original"), &FixSource::PatchedDir(dir.join("patched")))
}

fn shown(fix: &Fix) -> Vec<String> {
    let mark = |there: bool| if there { '+' } else { '-' };
    fix.files
        .iter()
        .map(|f| {
            format!("{}{} {}", mark(f.original.is_some()), mark(f.patched.is_some()), f.path().display())
        })
        .collect()
}

#[test]
fn text_files_that_differ_are_found() {
    let dir = pair(
        &[
            ("a.c", b"1\n"),
            ("same.c", b"1\n"),
            ("gone.h", b"1\n"),
            ("sub/Makefile", b"x\n"),
            ("size.c", b"1"),
        ],
        &[
            ("a.c", b"2\n"),
            ("same.c", b"1\n"),
            ("sub/new.S", b"1\n"),
            ("sub/Makefile", b"y\n"),
            ("size.c", b"12"),
        ],
    );
    let fix = fix(dir.path()).expect("a fix");
    assert_eq!(shown(&fix), ["++ a.c", "+- gone.h", "++ size.c", "++ sub/Makefile", "-+ sub/new.S"]);
    assert_eq!(fix.files[0].hunks.len(), 1);
    assert!(fix.notes.is_empty() && fix.unsupported.is_empty());
}

#[test]
fn what_a_build_left_is_no_difference() {
    let dir = pair(
        &[
            ("a.c", b"1\n"),
            (".gitignore", b"*.gen.c\ngenerated/\n/program.txt\n/ignored.c\n"),
            ("a.o", b"x"),
            ("program", b"\x7fELF...."),
            ("program.txt", b"only here"),
            ("sub/x.gen.c", b"only here"),
            ("include/generated/v.h", b"1"),
            ("ignored.c", b"1"),
            (".git/config", b"1"),
            ("a.c~", b"1"),
        ],
        &[
            ("a.c", b"2\n"),
            (".gitignore", b"*.gen.c\ngenerated/\n/program.txt\n/ignored.c\n"),
            ("program", b"\x7fELF..!."),
            ("include/generated/v.h", b"2"),
            ("ignored.c", b"2"),
            (".git/config", b"2"),
        ],
    );
    let fix = fix(dir.path()).expect("a fix");
    assert_eq!(shown(&fix), ["++ a.c", "++ ignored.c"]);
    assert_eq!(
        fix.notes,
        [
            "3 differing files are left out because .gitignore ignores them: `include/generated/v.h`, `program.txt`, \
             `sub/x.gen.c`"
        ]
    );
}

#[test]
fn links_modes_and_binaries() {
    let dir = pair(
        &[("a.sh", b"1"), ("data", b"a\0b"), ("x.c", b"1")],
        &[("a.sh", b"1"), ("data", b"a\0c"), ("x.c", b"1")],
    );
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, dir.path().join(name)).expect("a link");
    };
    link("x.c", "original/same");
    link("x.c", "patched/same");
    link("x.c", "original/link");
    link("a.sh", "patched/link");
    link("/", "original/loop");
    link("/", "patched/loop");
    let executable = PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(dir.path().join("patched/a.sh"), executable).expect("executable");
    let fix = fix(dir.path()).expect("a fix");
    assert_eq!(shown(&fix), ["++ a.sh"]);
    assert_eq!(fix.files[0].executable, Some(true));
    let unsupported: Vec<_> = fix.unsupported.iter().map(|u| (u.path.to_str(), &*u.what)).collect();
    assert_eq!(unsupported, [(Some("data"), "a binary file"), (Some("link"), "a symbolic link")]);
}

#[test]
fn trees_that_cannot_be_meant_are_refused() {
    let dir = pair(&[("a.c", b"1"), ("sub/x", b"1")], &[("b.c", b"1")]);
    let error = |a: &str, b: &str| {
        let source = FixSource::PatchedDir(dir.path().join(b));
        resolve_source(&dir.path().join(a), &source).expect_err("refused").to_string()
    };
    assert!(error("original", "patched").contains("no file in common"));
    assert!(error("original", "original").contains("same folder"));
    assert!(error("original", "original/sub").contains("inside the other"));
    assert!(error("original", "original/a.c").contains("not a folder"));
    assert!(error("original", "nowhere").contains("nowhere"));
    assert!(error("original/a.c", "patched").contains("not a folder"));
}

#[test]
fn equal_trees_touch_nothing() {
    let dir = pair(&[("a.c", b"1")], &[("a.c", b"1")]);
    let fix = fix(dir.path()).expect("a fix");
    assert!(fix.files.is_empty());
    assert!(fix.notes[0].contains("hold the same sources"), "{:?}", fix.notes);
}
