//! Whole patches against small trees.

use std::path::Path;

use super::*;
use crate::inputs::fix::{TouchedFile, resolve as resolve_source};
use crate::plan::FixSource;
use proptest::strategy::Strategy as _;

/// A tree with these files, in a folder of its own.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }
    dir
}

fn try_fix(root: &Path, patches: &[&str], strip: Option<usize>) -> Result<Fix> {
    let patches = patches
        .iter()
        .map(|text| PatchText { name: "fix.patch".into(), text: text.as_bytes().to_vec() })
        .collect();
    resolve_source(root, &FixSource::Patches { patches, strip })
}

fn fix(root: &Path, patches: &[&str]) -> Fix {
    try_fix(root, patches, None).expect("the patches apply")
}

fn error(root: &Path, patches: &[&str]) -> String {
    try_fix(root, patches, None).expect_err("the patches are refused").to_string()
}

/// Paths and patched content, at a glance.
fn shown(fix: &Fix) -> Vec<(String, String)> {
    let show = |file: &TouchedFile| {
        let path = |p: &Option<PathBuf>| p.as_ref().map_or("-".into(), |p| p.display().to_string());
        let text = file.patched.as_ref().map_or("-".into(), |t| String::from_utf8_lossy(t).into_owned());
        (format!("{} {}", path(&file.original_path), path(&file.patched_path)), text)
    };
    fix.files.iter().map(show).collect()
}

fn entry(paths: &str, text: &str) -> (String, String) {
    (paths.to_string(), text.to_string())
}

#[test]
fn a_format_patch_with_everything_around_it() {
    let dir = tree(&[("fs/a.c", "one\ntwo\nthree\n"), ("fs/gone.c", "x\n"), ("fs/from.c", "1\n2\n3\n")]);
    let patch = "From 1234567890 Mon Sep 17 00:00:00 2001
From: Somebody <somebody@example.org>
Date: Mon, 1 Jan 2024 00:00:00 +0000
Subject: [PATCH 1/2] fs: fix it,
 really

Text that talks about --- a/fs/a.c
and shows
    some code
---
 fs/a.c | 2 +-
 1 file changed

diff --git a/fs/a.c b/fs/a.c
index 1111111..2222222 100644
--- a/fs/a.c
+++ b/fs/a.c
@@ -1,3 +1,3 @@ int f(void)
 one
-two
+TWO
 three
diff --git a/fs/gone.c b/fs/gone.c
deleted file mode 100644
index 1111111..0000000
--- a/fs/gone.c
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/fs/from.c b/lib/to.c
similarity index 60%
rename from fs/from.c
rename to lib/to.c
index 1111111..2222222 100644
--- a/fs/from.c
+++ b/lib/to.c
@@ -1,3 +1,3 @@
 1
-2
+zwei
 3
diff --git a/fs/script.sh b/fs/script.sh
new file mode 100755
index 0000000..2222222
--- /dev/null
+++ b/fs/script.sh
@@ -0,0 +1,2 @@
+#!/bin/sh
+true
diff --git a/fs/empty b/fs/empty
new file mode 100644
index 0000000..e69de29
-- 
2.39.2

From 1234567890 Mon Sep 17 00:00:00 2001
From: Somebody <somebody@example.org>
Subject: [PATCH 2/2] fs: once more

---
diff --git a/fs/a.c b/fs/a.c
index 1111111..2222222 100644
--- a/fs/a.c
+++ b/fs/a.c
@@ -1,3 +1,2 @@
-one
 TWO
 three
-- 
2.39.2
";
    let fix = fix(dir.path(), &[patch]);
    assert_eq!(
        shown(&fix),
        [
            entry("fs/a.c fs/a.c", "TWO\nthree\n"),
            entry("- fs/empty", ""),
            entry("fs/gone.c -", "-"),
            entry("- fs/script.sh", "#!/bin/sh\ntrue\n"),
            entry("fs/from.c lib/to.c", "1\nzwei\n3\n"),
        ]
    );
    assert_eq!(fix.subject.as_deref(), Some("fs: fix it, really"));
    assert_eq!(fix.files[3].executable, Some(true));
    assert_eq!(fix.files[0].original.as_deref(), Some(&b"one\ntwo\nthree\n"[..]));
}

#[test]
fn plain_diffs_of_two_folders() {
    let dir = tree(&[("fs/a.c", "one\n"), ("fs/b.c", "x\n")]);
    let patch = "diff -ruN linux.orig/fs/a.c linux/fs/a.c
--- linux.orig/fs/a.c\t2024-01-01 10:00:00.000000000 +0100
+++ linux/fs/a.c\t2024-01-01 10:00:01.000000000 +0100
@@ -1 +1 @@
-one
+ONE
diff -ruN linux.orig/fs/b.c linux/fs/b.c
--- linux.orig/fs/b.c\t2024-01-01 10:00:00.000000000 +0100
+++ linux/fs/b.c\t1970-01-01 01:00:00.000000000 +0100
@@ -1 +0,0 @@
-x
diff -ruN linux.orig/fs/n.c linux/fs/n.c
--- linux.orig/fs/n.c\t1970-01-01 01:00:00.000000000 +0100
+++ linux/fs/n.c\t2024-01-01 10:00:01.000000000 +0100
@@ -0,0 +1 @@
+new
";
    assert_eq!(
        shown(&fix(dir.path(), &[patch])),
        [entry("fs/a.c fs/a.c", "ONE\n"), entry("fs/b.c -", "-"), entry("- fs/n.c", "new\n")]
    );
}

#[test]
fn the_depth_is_found_for_all_files_together() {
    let dir = tree(&[("a/x.c", "1\n"), ("x.c", "1\n"), ("y.c", "1\n"), ("sub/o.c", "o\n")]);
    let patch = "--- a/x.c\n+++ a/x.c\n@@ -1 +1 @@\n-1\n+2\n";
    // Both depths fit; one component is the usual.
    assert_eq!(shown(&fix(dir.path(), &[patch])), [entry("x.c x.c", "2\n")]);
    // A second file decides for none.
    let more = format!("{patch}--- y.c.orig\n+++ y.c\n@@ -1 +1 @@\n-1\n+2\n");
    assert_eq!(shown(&fix(dir.path(), &[&more])), [entry("a/x.c a/x.c", "2\n"), entry("y.c y.c", "2\n")]);
    let fix = try_fix(dir.path(), &[patch], Some(0)).expect("applies");
    assert_eq!(shown(&fix), [entry("a/x.c a/x.c", "2\n")]);
    // Git without prefixes names both sides alike, and means it.
    let new =
        "diff --git sub/n.c sub/n.c\nnew file mode 100644\n--- /dev/null\n+++ sub/n.c\n@@ -0,0 +1 @@\n+n\n";
    assert_eq!(shown(&self::fix(dir.path(), &[new])), [entry("- sub/n.c", "n\n")]);
    // So does a new file that has a folder to go to at one depth only.
    let new = "--- /dev/null\n+++ sub/n.c\n@@ -0,0 +1 @@\n+n\n";
    assert_eq!(shown(&self::fix(dir.path(), &[new])), [entry("- sub/n.c", "n\n")]);
    let deep = "--- a/b/c/y.c\n+++ a/b/c/y.c\n@@ -1 +1 @@\n-1\n+2\n";
    let error = error(dir.path(), &[deep]);
    assert!(error.contains("tried -p 1 and -p 0; -p 3 would fit"), "{error}");
}

#[test]
fn a_series_composes() {
    let dir = tree(&[("x.c", "1\n2\n3\n"), ("y.c", "same\n")]);
    let one = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n--- a/y.c\n+++ b/y.c\n@@ -1 +1 @@\n-same\n+other\n";
    let two = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,4 @@\n 1\n two\n+two and a half\n 3\n--- a/y.c\n+++ b/y.c\n@@ -1 +1 @@\n-other\n+same\n";
    let fix = fix(dir.path(), &[one, two]);
    assert_eq!(shown(&fix), [entry("x.c x.c", "1\ntwo\ntwo and a half\n3\n")]);
    assert_eq!(fix.files[0].hunks.len(), 1);
    // A rename of a file that an earlier patch made is a new file.
    let make = "--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+n\n";
    let rename = "diff --git a/n.c b/m.c\nsimilarity index 100%\nrename from n.c\nrename to m.c\n";
    assert_eq!(shown(&self::fix(dir.path(), &[make, rename])), [entry("- m.c", "n\n")]);
}

#[test]
fn what_does_not_apply_is_told_exactly() {
    let dir = tree(&[("x.c", "1\n2\n3\n")]);
    let error = |patch: &str| error(dir.path(), &[patch]);
    assert_eq!(
        error("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n 1\n-zwei\n+two\n 3\n"),
        "fix.patch: `x.c`: hunk 1 of 1, at line 1 (line 3 of the patch), does not apply: line 2 should be `zwei` but \
         is `2`; take the patch for this tree, and give the patches it builds on first"
    );
    assert!(error("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n 1\n-zwei\n+2\n 3\n").contains("applied already"));
    assert!(error("--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+n\n").contains("exists already; take"));
    assert!(error("--- /dev/null\n+++ b/x.c\n@@ -0,0 +1,3 @@\n+1\n+2\n+3\n").contains("applied already"));
    assert!(error("--- a/x.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-1\n-2\n").contains("2 bytes are left"));
    assert!(error("diff --git a/z b/y\nrename from z\nrename to y\n").contains("`z` is not in the tree"));
}

#[test]
fn broken_patches_are_refused() {
    let dir = tree(&[("x.c", "1\n2\n3\n"), ("bin", "b")]);
    let cases = [
        ("", "contains no changes"),
        ("just text\n", "contains no changes"),
        ("1c1\n< 1\n---\n> 2\n", "contains no changes"),
        ("*** a/x.c\n--- b/x.c\n***************\n*** 1 ****\n! 1\n--- 1 ----\n! 2\n", "context diff"),
        ("--- a/x.c\n+++ b/x.c\n", "no hunk follows"),
        ("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n 1\n-2\n", "ends with the file"),
        ("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\ndiff x\n", "belongs to no hunk"),
        ("--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n 1\n-2\n+two\n 3\n", "follows a complete hunk"),
        ("--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n 1\n-2\n+two\n\n+more\n", "follows a complete hunk"),
        ("--- a/x.c\n+++ b/x.c\n@@ -1,1 +1,2 @@\n 1\n-2\n+two\n", "has more lines than it states"),
        ("--- a/x.c\n+++ b/x.c\n@@ -1,9999999999 +1 @@\n-1\n", "is no hunk header"),
        ("--- a/x.c\n+++ b/x.c\n@@ -0,0 +0,0 @@\n", "is empty"),
        ("@@ -1 +1 @@\n-1\n+2\n", "a hunk without a file"),
        (
            "diff --git a/bin b/bin\nindex 1..2 100644\nGIT binary patch\nliteral 1\n",
            "`b/bin` is a binary file",
        ),
        (
            "diff --git a/bin b/bin\nindex 1..2 100644\nBinary files a/bin and b/bin differ\n",
            "is a binary file",
        ),
        ("Binary files a/bin and b/bin differ\n", "not in the patch"),
        ("Only in b/fs: new.c\n", "not in the patch"),
        ("diff --cc x.c\nindex 1,2..3\n", "combined diff"),
        (
            "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n",
            "a symbolic link",
        ),
        ("diff --git a/s b/s\nindex 1..2 160000\n--- a/s\n+++ b/s\n@@ -1 +1 @@\n-x\n+y\n", "a submodule"),
        ("--- a/../x.c\n+++ b/../x.c\n@@ -1 +1 @@\n-1\n+2\n", "leaves the tree"),
        ("--- /dev/null\n+++ b//etc/../../x\n@@ -0,0 +1 @@\n+2\n", "leaves the tree"),
        ("--- \"a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-1\n+2\n", "quoted file name does not end"),
    ];
    for (patch, expected) in cases {
        let error = error(dir.path(), &[patch]);
        assert!(error.starts_with("fix.patch: ") && error.contains(expected), "{patch:?}: {error}");
    }
}

#[test]
fn no_path_leads_out_of_the_tree_through_a_link() {
    let outside = tree(&[("x.c", "1\n")]);
    let dir = tree(&[("real/x.c", "1\n")]);
    std::os::unix::fs::symlink(outside.path(), dir.path().join("out")).expect("a link");
    std::os::unix::fs::symlink("real", dir.path().join("in")).expect("a link");
    std::os::unix::fs::symlink("real/x.c", dir.path().join("x.c")).expect("a link");
    let patch = |path: &str| format!("--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-1\n+2\n");
    assert!(error(dir.path(), &[&patch("out/x.c")]).contains("out of the tree"));
    assert!(error(dir.path(), &[&patch("in/x.c")]).contains("to `real`; patch it under that name"));
    assert!(error(dir.path(), &[&patch("x.c")]).contains("is a symbolic link to `real/x.c`"));
    let new = "--- /dev/null\n+++ b/out/sub/x.c\n@@ -0,0 +1 @@\n+n\n";
    assert!(error(dir.path(), &[new]).contains("out of the tree"));
    let new = "--- /dev/null\n+++ b/real/x.c/y.c\n@@ -0,0 +1 @@\n+n\n";
    assert!(error(dir.path(), &[new]).contains("is no folder"));
    assert_eq!(std::fs::read(outside.path().join("x.c")).expect("still there"), b"1\n");
}

#[test]
fn a_new_file_of_a_converted_patch_has_plain_line_ends() {
    let dir = tree(&[("x.c", "1\n")]);
    let patch = "--- /dev/null\r\n+++ b/n.c\r\n@@ -0,0 +1,2 @@\r\n+1\r\n+2\r\n";
    assert_eq!(shown(&fix(dir.path(), &[patch])), [entry("- n.c", "1\n2\n")]);
    let meant = patch.replace("\r\n+++", "\n+++").replace("n.c\r\n", "n.c\n");
    assert_eq!(shown(&fix(dir.path(), &[&meant])), [entry("- n.c", "1\r\n2\r\n")]);
}

#[test]
fn a_moved_hunk_is_noted() {
    let dir = tree(&[("x.c", "0\n0\n1\n2\n3\n4\n")]);
    let fix = fix(dir.path(), &["--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n"]);
    assert_eq!(fix.notes, ["fix.patch: `x.c`: hunk 1 of 1 applied 2 lines further down than it says"]);
}

#[test]
fn a_mode_change_alone_is_a_touch() {
    let dir = tree(&[("x.sh", "1\n")]);
    let fix = fix(dir.path(), &["diff --git a/x.sh b/x.sh\nold mode 100644\nnew mode 100755\n"]);
    assert_eq!((fix.files.len(), fix.files[0].executable), (1, Some(true)));
    assert!(fix.files[0].hunks.is_empty());
}

proptest::proptest! {
    /// Whatever bytes a patch holds, there is an answer.
    #[test]
    fn no_patch_makes_it_panic(
        pieces in proptest::collection::vec(
            proptest::prop_oneof![
                proptest::collection::vec(proptest::prelude::any::<u8>(), 0..12),
                proptest::sample::select(vec![
                    "\n", "--- a/x.c\n", "+++ b/x.c\n", "@@ -1,2 +1,2 @@\n", "@@ -0,0 +1 @@\n", " 1\n", "-2\n", "+3\n",
                    "\\ No newline at end of file\n", "diff --git a/x.c b/x.c\n", "rename from x.c\n", "rename to \"y\n",
                    "new file mode 100644\n", "deleted file mode 100644\n", "--- x\t1969-12-31 -9:9:9 +9999\n",
                    "@@ -4294967295,4294967295 +4294967295,1 @@\n", "Subject: =?UTF-8?q?=\n", "From x\nA: b\n",
                    "Content-Transfer-Encoding: base64\n\n", "index 1..2 120000\n", "+++ /dev/null\n", "--- /dev/null\n",
                ]).prop_map(|s: &str| s.as_bytes().to_vec()),
            ],
            0..24,
        )
    ) {
        use std::sync::LazyLock;
        static TREE: LazyLock<tempfile::TempDir> = LazyLock::new(|| tree(&[("x.c", "1\n2\n3\n")]));
        let patch = PatchText { name: "-".into(), text: pieces.concat() };
        let _ = resolve(TREE.path(), &[patch], None);
    }
}
