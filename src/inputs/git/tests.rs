//! Revisions of small checkouts made on the spot.

use std::process::Command;

use super::*;
use crate::inputs::fix::resolve as resolve_source;
use crate::plan::FixSource;

/// A checkout in a folder of its own.
struct Checkout(tempfile::TempDir);

impl Checkout {
    fn new() -> Checkout {
        let checkout = Checkout(tempfile::tempdir().expect("a temporary folder"));
        checkout.git(&["init", "-q", "-b", "main"]);
        checkout
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.0.path())
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgSign=false"])
            .args(arguments)
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_string()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    fn commit(&self, subject: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn fix_in(&self, folder: &str, original: Option<&str>, patched: &str, allow_dirty: bool) -> Result<Fix> {
        let source = FixSource::Revisions {
            original: original.map(str::to_string),
            patched: patched.to_string(),
            allow_dirty,
        };
        resolve_source(&self.0.path().join(folder), &source)
    }

    fn fix(&self, revisions: &str) -> Fix {
        self.fix_in("", None, revisions, false).expect("a fix")
    }

    fn error(&self, revisions: &str) -> String {
        self.fix_in("", None, revisions, false).expect_err("an error").to_string()
    }

    /// Everything below the checkout, `.git` too, with content and time stamp.
    fn listing(&self) -> Vec<(PathBuf, Vec<u8>, std::time::SystemTime)> {
        let mut all: Vec<_> = ignore::WalkBuilder::new(self.0.path())
            .standard_filters(false)
            .build()
            .map(|entry| {
                let path = entry.expect("an entry").into_path();
                let modified = path.symlink_metadata().and_then(|m| m.modified()).expect("a time");
                let text = std::fs::read(&path).unwrap_or_default();
                (path, text, modified)
            })
            .collect();
        all.sort();
        all
    }
}

fn shown(fix: &Fix) -> Vec<String> {
    let text = |t: &Option<Arc<[u8]>>| {
        t.as_ref().map_or("-".to_string(), |t| String::from_utf8_lossy(t).into_owned())
    };
    fix.files
        .iter()
        .map(|f| format!("{}: {} {}", f.path().display(), text(&f.original), text(&f.patched)))
        .collect()
}

#[test]
fn a_commit_is_compared_with_its_first_parent() {
    let checkout = Checkout::new();
    checkout.write("a.c", "1");
    let root = checkout.commit("root");
    checkout.write("a.c", "2");
    checkout.commit("second: change it\n\nMore text.");
    let fix = checkout.fix("HEAD");
    assert_eq!(shown(&fix), ["a.c: 1 2"]);
    assert_eq!(fix.subject.as_deref(), Some("second: change it"));
    // The working tree is at the patched side, so the original one is put in place as a baseline.
    assert_eq!(fix.baseline, [("a.c".into(), Some(Arc::from(&b"1"[..])))]);
    assert_eq!(shown(&checkout.fix(&root)), ["a.c: - 1"]);

    checkout.git(&["checkout", "-q", "-b", "side", &root]);
    checkout.write("b.c", "b");
    checkout.commit("side");
    checkout.git(&["checkout", "-q", "main"]);
    checkout.git(&["merge", "-q", "--no-ff", "side"]);
    assert_eq!(shown(&checkout.fix("HEAD")), ["b.c: - b"]);
    assert_eq!(shown(&checkout.fix("side...main~1")), ["a.c: 1 2"]);
}

#[test]
fn ranges_give_the_original_side_a_baseline() {
    let checkout = Checkout::new();
    checkout.write("a.c", "1");
    checkout.write("sub/b.c", "b");
    let first = checkout.commit("first");
    checkout.write("a.c", "2");
    let second = checkout.commit("second");
    checkout.write("sub/b.c", "B");
    checkout.write("sub/new.c", "n");
    checkout.commit("third");
    let fix = checkout.fix(&format!("{first}..{second}"));
    assert_eq!(shown(&fix), ["a.c: 1 2"]);
    let baseline: Vec<_> =
        fix.baseline.iter().map(|(p, c)| (p.display().to_string(), c.as_deref())).collect();
    assert_eq!(
        baseline,
        [("a.c".into(), Some(&b"1"[..])), ("sub/b.c".into(), Some(&b"b"[..])), ("sub/new.c".into(), None)]
    );
    // An empty end is HEAD; the ends may also come apart.
    assert_eq!(checkout.fix(&format!("{second}..")).files.len(), 2);
    let apart = checkout.fix_in("", Some(&first), &second, false).expect("a fix");
    assert_eq!(shown(&apart), ["a.c: 1 2"]);
    // The way back is a fix too.
    checkout.git(&["checkout", "-q", &second]);
    assert!(checkout.fix(&format!("{second}..{first}")).baseline.is_empty());
}

#[test]
fn a_folder_of_a_checkout_has_its_own_paths() {
    let checkout = Checkout::new();
    checkout.write("out.c", "1");
    checkout.write("sub/a.c", "1\n2\n3\n4\n");
    checkout.commit("first");
    checkout.write("out.c", "2");
    checkout.git(&["mv", "sub/a.c", "sub/b.c"]);
    checkout.commit("second");
    let fix = checkout.fix_in("sub", None, "HEAD", false).expect("a fix");
    assert_eq!(fix.files.len(), 1);
    assert_eq!(fix.files[0].original_path.as_deref(), Some(Path::new("a.c")));
    assert_eq!(fix.files[0].patched_path.as_deref(), Some(Path::new("b.c")));
    assert!(fix.notes[0].starts_with("1 touched files lie outside"), "{:?}", fix.notes);
    checkout.write("out.c", "3");
    checkout.commit("third");
    let error = checkout.fix_in("sub", None, "HEAD", false).expect_err("nothing inside").to_string();
    assert!(error.contains("touches nothing below") && error.contains("`out.c`"), "{error}");
}

#[test]
fn dirty_files_are_found_by_content() {
    let checkout = Checkout::new();
    checkout.write("a.c", "1");
    checkout.write("b.c", "1");
    checkout.write("gone.c", "1");
    checkout.write("c.c", "1\n2\n");
    checkout.commit("first");
    checkout.write("a.c", "2");
    checkout.commit("second");
    // Another time stamp is no other content.
    checkout.write("b.c", "x");
    checkout.write("b.c", "1");
    checkout.write("c.c", "1\r\n2\r\n");
    let before = checkout.listing();
    assert_eq!(shown(&checkout.fix("HEAD")), ["a.c: 1 2"]);
    assert_eq!(checkout.listing(), before, "nothing was written, the index included");

    checkout.write("b.c", "2");
    checkout.write("a.c", "3");
    checkout.write("untracked.c", "2");
    std::fs::remove_file(checkout.0.path().join("gone.c")).expect("removed");
    let error = checkout.error("HEAD");
    assert!(error.contains("3 tracked files differ") && error.contains("`a.c`, `b.c`, `gone.c`;"), "{error}");
    let fix = checkout.fix_in("", None, "HEAD", true).expect("a fix");
    assert_eq!(shown(&fix), ["a.c: 1 2"]);
    assert!(fix.notes[0].contains("`a.c` is modified in the working tree"), "{:?}", fix.notes);
}

#[test]
fn links_modes_and_binaries() {
    let checkout = Checkout::new();
    checkout.write("x.sh", "1");
    checkout.write("bin", "a\0b");
    checkout.commit("first");
    std::os::unix::fs::symlink("x.sh", checkout.0.path().join("link")).expect("a link");
    checkout.write("bin", "a\0c");
    checkout.git(&["update-index", "--chmod=+x", "x.sh"]);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(checkout.0.path().join("x.sh"), executable).expect("executable");
    checkout.commit("second");
    let fix = checkout.fix("HEAD");
    assert_eq!(shown(&fix), ["x.sh: 1 1"]);
    assert_eq!(fix.files[0].executable, Some(true));
    let unsupported: Vec<_> = fix.unsupported.iter().map(|u| (u.path.to_str(), &*u.what)).collect();
    assert_eq!(unsupported, [(Some("bin"), "a binary file"), (Some("link"), "a symbolic link")]);
}

#[test]
fn errors_say_what_to_do() {
    let checkout = Checkout::new();
    assert!(checkout.error("HEAD").contains("no commit yet"));
    checkout.write("a.c", "1");
    checkout.commit("first");
    assert!(checkout.error("nonsense").contains("`nonsense` is no revision"));
    assert!(checkout.error("--output=x").contains("is no revision"));
    assert!(checkout.error("HEAD..HEAD").contains("do not differ"));
    let plain = tempfile::tempdir().expect("a temporary folder");
    let source = FixSource::Revisions { original: None, patched: "HEAD".into(), allow_dirty: false };
    let error = resolve_source(plain.path(), &source).expect_err("no checkout").to_string();
    assert!(error.contains("--rev needs one"), "{error}");
}

#[test]
fn a_shallow_clone_is_not_taken_for_a_first_commit() {
    let checkout = Checkout::new();
    checkout.write("a.c", "1");
    checkout.commit("first");
    checkout.write("a.c", "2");
    checkout.commit("second");
    let clone = tempfile::tempdir().expect("a temporary folder");
    let url = format!("file://{}", checkout.0.path().display());
    checkout.git(&["clone", "-q", "--depth=1", &url, &clone.path().join("c").display().to_string()]);
    let source = FixSource::Revisions { original: None, patched: "HEAD".into(), allow_dirty: false };
    let error = resolve_source(&clone.path().join("c"), &source).expect_err("no parent").to_string();
    assert!(error.contains("shallow clone"), "{error}");
}
