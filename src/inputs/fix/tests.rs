//! The line diff, and what the sources of a fix have in common.

use super::*;

fn hunks(original: &str, patched: &str) -> Vec<(Range<u32>, Range<u32>)> {
    changed_lines(original.as_bytes(), patched.as_bytes())
        .into_iter()
        .map(|h| (h.original, h.patched))
        .collect()
}

#[test]
fn hunks_have_no_context() {
    assert_eq!(hunks("a\nb\nc\n", "a\nB\nc\n"), [(2..3, 2..3)]);
    assert_eq!(hunks("a\nb\nc\n", "a\nc\n"), [(2..3, 2..2)]);
    assert_eq!(hunks("a\nc\n", "a\nb\nc\nd\n"), [(2..2, 2..3), (3..3, 4..5)]);
    assert_eq!(hunks("", "a\nb\n"), [(1..1, 1..3)]);
    assert_eq!(hunks("a\nb", "a\nb\n"), [(2..3, 2..3)]);
    assert_eq!(hunks("same\n", "same\n"), []);
}

#[test]
fn an_added_function_does_not_take_its_neighbours_brace() {
    let original = "int a(void)\n{\n\treturn 1;\n}\n\nint c(void)\n{\n\treturn 3;\n}\n";
    let patched = original.replace("int c", "int b(void)\n{\n\treturn 2;\n}\n\nint c");
    assert_eq!(hunks(original, &patched), [(6..6, 6..11)]);
    assert_eq!(hunks(&patched, original), [(6..11, 6..6)]);
}

#[test]
fn lines_are_told_to_be_in_a_hunk() {
    let side = |text: &str| Some((PathBuf::from("a.c"), Arc::from(text.as_bytes())));
    let file = TouchedFile::new(side("a\nb\nc\nd\ne\n"), side("a\nc\nX\nY\ne\n"), None);
    let patched: Vec<u32> = (0..8).filter(|&l| file.patched_line_in_hunk(l)).collect();
    let original: Vec<u32> = (0..8).filter(|&l| file.original_line_in_hunk(l)).collect();
    assert_eq!(patched, [3, 4]);
    assert_eq!(original, [2, 4]);
}

#[test]
fn a_rename_onto_a_path_that_existed_is_no_rename() {
    let text = |t: &str| Some(Arc::<[u8]>::from(t.as_bytes()));
    let mut changes = Changes::default();
    changes.original("a.c".into(), text("a"));
    changes.original("b.c".into(), text("b"));
    changes.patched("a.c".into(), None, None, None);
    changes.patched("b.c".into(), text("a"), Some("a.c".into()), None);
    let files = changes.into_files();
    let shown: Vec<_> = files.iter().map(|f| (f.original_path.is_some(), f.patched_path.is_some())).collect();
    assert_eq!(shown, [(true, false), (true, true)]);
}

#[test]
fn what_is_undone_disappears() {
    let text = |t: &str| Some(Arc::<[u8]>::from(t.as_bytes()));
    let mut changes = Changes::default();
    changes.original("a.c".into(), text("a"));
    changes.patched("a.c".into(), text("a"), None, None);
    changes.patched("never.c".into(), None, None, None);
    assert!(changes.into_files().is_empty());
}

proptest::proptest! {
    /// Whatever the two texts are, the hunks alone turn one into the other.
    #[test]
    fn hunks_rebuild_the_patched_text(
        a in "([ab\n}\t ]{0,60})|([a-h}]{0,2}\n){0,60}[ab]?", b in "([ab\n}\t ]{0,60})|([a-h}]{0,2}\n){0,60}[ab]?"
    ) {
        let (original, patched) = (split_lines(a.as_bytes()), split_lines(b.as_bytes()));
        let mut rebuilt: Vec<&[u8]> = Vec::new();
        let mut at = 0;
        for hunk in changed_lines(a.as_bytes(), b.as_bytes()) {
            let start = hunk.original.start as usize - 1;
            proptest::prop_assert!(start >= at);
            rebuilt.extend(&original[at..start]);
            proptest::prop_assert_eq!(rebuilt.len(), hunk.patched.start as usize - 1);
            rebuilt.extend(&patched[rebuilt.len()..hunk.patched.end as usize - 1]);
            at = hunk.original.end as usize - 1;
        }
        rebuilt.extend(&original[at..]);
        proptest::prop_assert_eq!(rebuilt, patched);
    }
}

/// The same fix as patch, as second tree and as revisions.
#[test]
fn the_three_sources_agree() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git")
            .arg("-C")
            .arg(dir.path().join("checkout"))
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgSign=false"])
            .args(arguments)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let fill = |side: &str, files: &[(&str, &str)]| {
        for (path, text) in files {
            let path = dir.path().join(side).join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("a file");
        }
    };
    let original =
        [("a.c", "1\n2\n3\n"), ("sub/gone.c", "x\n"), ("same.c", "s\n"), ("end.c", "no line feed")];
    let patched =
        [("a.c", "1\nzwei\n3\n"), ("sub/new dir/n.c", "n\n"), ("same.c", "s\n"), ("end.c", "one\n")];
    fill("original", &original);
    fill("patched", &patched);
    fill("checkout", &original);
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "first"]);
    std::fs::remove_file(dir.path().join("checkout/sub/gone.c")).expect("removed");
    fill("checkout", &patched);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "fix it"]);
    let patch = crate::plan::PatchText { name: "-".into(), text: git(&["format-patch", "--stdout", "-1"]) };

    let diff = std::process::Command::new("diff")
        .args(["-ruN", "original", "patched"])
        .current_dir(dir.path())
        .output()
        .expect("diff runs");
    let plain = crate::plan::PatchText { name: "-".into(), text: diff.stdout };

    let tree = dir.path().join("original");
    let fixes = [
        resolve(&tree, &FixSource::Patches { patches: vec![plain], strip: None }),
        resolve(&tree, &FixSource::Patches { patches: vec![patch], strip: None }),
        resolve(&tree, &FixSource::PatchedDir(dir.path().join("patched"))),
        resolve(
            &dir.path().join("checkout"),
            &FixSource::Revisions { original: None, patched: "HEAD".into(), allow_dirty: false },
        ),
    ]
    .map(|fix| fix.expect("a fix"));
    assert_eq!(fixes[1].subject.as_deref(), Some("fix it"));
    assert_eq!(fixes[1].files.len(), 4);
    let [plain, patch, tree, revisions] = fixes.map(|fix| format!("{:#?}", fix.files));
    assert_eq!(patch, plain);
    assert_eq!(patch, tree);
    assert_eq!(patch, revisions);
}
