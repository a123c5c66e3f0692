use std::os::unix::fs::{MetadataExt, symlink};

use super::*;

const COPY: Policy = Policy::CopyAll { without_outputs: false };

fn write(root: &Path, rel: &str, content: &str) {
    let path = root.join(rel);
    fs::create_dir_all(path.parent().expect("a parent")).expect("the folder can be made");
    fs::write(path, content).expect("the file can be written");
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).expect("the file can be read")
}

/// Everything that must stay as it is: content, times, mode and number of links of every file.
fn listing(root: &Path) -> Vec<String> {
    fn walk(root: &Path, here: &Path, out: &mut Vec<String>) {
        for entry in fs::read_dir(here).expect("readable") {
            let path = entry.expect("readable").path();
            let meta = fs::symlink_metadata(&path).expect("there");
            let content = if meta.is_file() { fs::read(&path).expect("readable") } else { Vec::new() };
            out.push(format!(
                "{} {:o} {} {}.{} {:?}",
                path.strip_prefix(root).expect("below").display(),
                meta.mode(),
                meta.nlink(),
                meta.mtime(),
                meta.mtime_nsec(),
                content
            ));
            if meta.is_dir() {
                walk(root, &path, out);
            }
        }
    }
    let mut out = Vec::new();
    walk(root, root, &mut out);
    out.sort();
    out
}

struct Place {
    folder: tempfile::TempDir,
    tree: PathBuf,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let tree = folder.path().join("tree");
        fs::create_dir(&tree).expect("the folder can be made");
        Place { folder, tree }
    }

    fn kernel() -> Place {
        let place = Place::new();
        for (name, content) in [
            (".gitignore", ".*\n*.o\n!keep.o\n/*\n!/debian/\n"),
            (".config", "CONFIG_A=y\n"),
            ("kernel/a.c", "int a;\n"),
            ("kernel/a.h", "extern int a;\n"),
            ("kernel/a.o", "object"),
            ("kernel/.a.o.cmd", "savedcmd_kernel/a.o := gcc\n"),
            ("lib/table.c", "made"),
            ("lib/.table.c.cmd", "cmd\n"),
            ("lib/x.c", "shipped"),
            ("lib/x.c_shipped", "shipped"),
            ("include/generated/g.h", "generated"),
            ("scripts/.gitignore", "out.c\n"),
            ("scripts/out.c", "generated"),
            ("scripts/mod/a.o", "object"),
            ("vmlinux", "image"),
            (".git/HEAD", "ref: refs/heads/x\n"),
        ] {
            write(&place.tree, name, content);
        }
        place
    }

    fn work(&self) -> WorkDir {
        WorkDir::open(&self.folder.path().join("work"), &self.tree).expect("the work folder is free")
    }
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).expect("there").is_symlink()
}

#[test]
fn only_pristine_sources_are_links() {
    let place = Place::kernel();
    let before = listing(&place.tree);
    let work = place.work();
    let shadow = Shadow::prepare(&work, "tree", &place.tree, Policy::LinkSources).expect("it can be made");
    for (path, link) in [
        ("kernel/a.c", true),
        ("kernel/a.h", true),
        (".config", false),
        ("scripts/mod/a.o", false),
        ("kernel/.a.o.cmd", false),
        ("lib/table.c", false),
        ("lib/x.c", false),
        ("include/generated/g.h", false),
        ("scripts/out.c", false),
    ] {
        let path = shadow.root().join(path);
        assert_eq!(is_link(&path), link, "{}", path.display());
    }
    // Results of the user's build are many gigabytes, and no compilation reads them.
    for path in [".git", "kernel/a.o", "vmlinux"] {
        assert!(!shadow.root().join(path).exists(), "{path}");
    }
    let stamp = |p: &Path| fs::metadata(p).expect("there").modified().expect("a time");
    assert_eq!(stamp(&shadow.root().join("scripts/mod/a.o")), stamp(&place.tree.join("scripts/mod/a.o")));
    shadow.put(Path::new("kernel/a.c"), Some(b"int b;\n"), None).expect("it can be put");
    fs::write(shadow.root().join("scripts/mod/a.o"), "rewritten in place").expect("writable");
    drop(shadow);
    assert_eq!(listing(&place.tree), before);
}

#[test]
fn a_tree_without_gitignore_is_copied_whole() {
    let place = Place::kernel();
    fs::remove_file(place.tree.join(".gitignore")).expect("removable");
    let shadow =
        Shadow::prepare(&place.work(), "tree", &place.tree, Policy::LinkSources).expect("it can be made");
    assert!(!is_link(&shadow.root().join("kernel/a.c")));
}

#[test]
fn a_second_run_renews_what_changed_and_keeps_what_was_built() {
    let place = Place::kernel();
    {
        let shadow = Shadow::prepare(&place.work(), "tree", &place.tree, Policy::LinkSources).expect("made");
        write(shadow.root(), "kernel/built.o", "built here");
        fs::write(shadow.root().join(".config"), "rewritten by the build").expect("writable");
        shadow.put(Path::new("kernel/a.c"), Some(b"patched"), None).expect("put");
        shadow.put(Path::new("kernel/new.c"), Some(b"new"), None).expect("put");
        shadow.put(Path::new("kernel/a.h"), None, None).expect("put");
        shadow.close().expect("in order");
        assert_eq!(read(shadow.root().join("kernel/a.c")), "int a;\n");
        assert_eq!(read(shadow.root().join("kernel/a.h")), "extern int a;\n");
        assert!(!shadow.has(Path::new("kernel/new.c")));
    }
    fs::remove_file(place.tree.join("lib/table.c")).expect("removable");
    write(&place.tree, "kernel/a.c", "int changed;\n");
    write(&place.tree, "kernel/more.c", "int more;\n");
    let shadow = Shadow::prepare(&place.work(), "tree", &place.tree, Policy::LinkSources).expect("made");
    assert_eq!(read(shadow.root().join("kernel/a.c")), "int changed;\n");
    assert_eq!(read(shadow.root().join("kernel/more.c")), "int more;\n");
    assert_eq!(read(shadow.root().join("kernel/built.o")), "built here");
    assert_eq!(read(shadow.root().join(".config")), "CONFIG_A=y\n", "young files are read again");
    assert!(!shadow.root().join("lib/table.c").exists());
}

#[test]
fn what_builds_rewrote_stays_when_the_users_file_is_old_and_the_same() {
    let place = Place::kernel();
    std::thread::sleep(Duration::from_millis(1100));
    for round in 0..2 {
        let shadow = Shadow::prepare(&place.work(), "tree", &place.tree, Policy::LinkSources).expect("made");
        if round == 0 {
            fs::write(shadow.root().join(".config"), "rewritten by the build").expect("writable");
        } else {
            assert_eq!(read(shadow.root().join(".config")), "rewritten by the build");
        }
    }
}

#[test]
fn a_run_that_did_not_end_makes_the_shadow_again() {
    let place = Place::kernel();
    {
        let shadow = Shadow::prepare(&place.work(), "tree", &place.tree, Policy::LinkSources).expect("made");
        drop(shadow);
        // The state that a run leaves behind when it is killed: nothing put back, and the marker still there.
        let work = place.folder.path().join("work");
        fs::remove_file(work.join("tree/kernel/a.c")).expect("removable");
        write(&work, "tree/kernel/a.c", "patched");
        write(&work, "tree/kernel/half.o", "half");
        write(&work, "tree.busy", "");
    }
    let shadow = Shadow::prepare(&place.work(), "tree", &place.tree, Policy::LinkSources).expect("made");
    assert_eq!(read(shadow.root().join("kernel/a.c")), "int a;\n");
    assert!(!shadow.has(Path::new("kernel/half.o")));
}

#[test]
fn put_files_are_always_younger() {
    let place = Place::kernel();
    let shadow = Shadow::prepare(&place.work(), "tree", &place.tree, Policy::LinkSources).expect("made");
    let stamp = || fs::metadata(shadow.root().join("kernel/a.c")).expect("there").modified().expect("a time");
    let mut last = stamp();
    for content in ["one", "two", "one"] {
        shadow.put(Path::new("kernel/a.c"), Some(content.as_bytes()), None).expect("put");
        assert!(stamp() > last);
        last = stamp();
    }
}

#[test]
fn links_of_the_tree_stay_inside_the_shadow() {
    let place = Place::new();
    write(&place.tree, "real/f", "user");
    write(place.folder.path(), "outside/g", "outside");
    let link = |target: &Path, name: &str| symlink(target, place.tree.join(name)).expect("it can be made");
    link(Path::new("real/f"), "relative");
    link(&place.tree.join("real/f"), "absolute");
    link(Path::new("../tree/real/f"), "around");
    link(Path::new("../outside/g"), "leaving");
    link(&place.folder.path().join("outside"), "folder");
    let work = place.work();
    let shadow = Shadow::prepare(&work, "tree", &place.tree, COPY).expect("made");
    for name in ["relative", "absolute", "around"] {
        fs::write(shadow.root().join("real/f"), name).expect("writable");
        assert_eq!(read(shadow.root().join(name)), name);
    }
    assert_eq!(read(place.tree.join("real/f")), "user");
    assert_eq!(read(shadow.root().join("leaving")), "outside");
    let error = shadow.put(Path::new("folder/g"), Some(b"x"), None).expect_err("outside the shadow");
    assert!(error.to_string().contains("leaves the tree"), "{error}");
    assert_eq!(read(place.folder.path().join("outside/g")), "outside");
    assert!(shadow.put(Path::new("../g"), Some(b"x"), None).is_err());
}

#[test]
fn outputs_are_left_out_unless_tracked() {
    let place = Place::new();
    for (name, content) in [
        ("a.c", "int a;"),
        ("a.o", "object"),
        ("tracked.o", "object"),
        ("a.d", "a.o: a.c"),
        ("prog", "\x7fELF..."),
        ("lib/.libs/liba.so.1", "x"),
        ("script", "#!/bin/sh\n"),
    ] {
        write(&place.tree, name, content);
    }
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git").args(args).current_dir(&place.tree).output();
        done.is_ok_and(|d| d.status.success())
    };
    let has_git = git(&["init", "-q"]) && git(&["add", "-f", "tracked.o"]);
    let before = listing(&place.tree);
    let policy = Policy::CopyAll { without_outputs: true };
    let shadow = Shadow::prepare(&place.work(), "tree", &place.tree, policy).expect("made");
    let has = |name: &str| shadow.has(Path::new(name));
    assert!(has("a.c") && has("script"));
    assert!(!has("a.o") && !has("a.d") && !has("prog") && !has("lib/.libs/liba.so.1"));
    assert_eq!(has("tracked.o"), has_git);
    write(shadow.root(), "b.o", "built");
    assert_eq!(shadow.remove_outputs().expect("removable"), 1);
    assert!(!has("b.o"));
    assert_eq!(listing(&place.tree), before);
}

#[test]
fn the_work_folder_is_locked_and_never_inside_the_tree() {
    let place = Place::kernel();
    let held = place.work();
    let error = WorkDir::open(&place.folder.path().join("work"), &place.tree).expect_err("it is locked");
    assert!(error.to_string().contains("another run"), "{error}");
    drop(held);
    place.work();
    let inside = place.tree.join("deep/work");
    assert!(WorkDir::open(&inside, &place.tree).is_err());
    assert!(!place.tree.join("deep").exists(), "nothing was made inside the tree");
    symlink(&place.tree, place.folder.path().join("alias")).expect("it can be made");
    assert!(WorkDir::open(&place.folder.path().join("alias/work"), &place.tree).is_err());
    assert!(WorkDir::open(place.folder.path(), &place.tree).is_err(), "the tree lies inside the work folder");
}

#[test]
fn hard_linked_trees_keep_their_links() {
    let place = Place::kernel();
    fs::hard_link(place.tree.join("kernel/a.o"), place.folder.path().join("twin")).expect("it can be linked");
    let before = listing(&place.tree);
    let shadow = Shadow::prepare(&place.work(), "tree", &place.tree, COPY).expect("made");
    fs::write(shadow.root().join("kernel/a.o"), "in place").expect("writable");
    drop(shadow);
    assert_eq!(listing(&place.tree), before);
    assert_eq!(read(place.folder.path().join("twin")), "object");
}

/// Needs a kernel tree; run with `FIXSCOPE_KERNEL_TREE=DIR cargo test -- --ignored a_kernel_tree`.
#[test]
#[ignore = "needs a kernel tree named by FIXSCOPE_KERNEL_TREE"]
fn a_kernel_tree_is_shadowed() {
    let tree =
        PathBuf::from(std::env::var_os("FIXSCOPE_KERNEL_TREE").expect("FIXSCOPE_KERNEL_TREE names a tree"));
    let folder = tempfile::tempdir().expect("a folder");
    let work = WorkDir::open(&folder.path().join("work"), &tree).expect("the work folder is free");
    for _ in 0..2 {
        let start = std::time::Instant::now();
        let shadow = Shadow::prepare(&work, "tree", &tree, Policy::LinkSources).expect("it can be made");
        eprintln!("{:?}", start.elapsed());
        assert!(is_link(&shadow.root().join("kernel/audit.c")));
        assert!(!is_link(&shadow.root().join(".config")));
    }
}
