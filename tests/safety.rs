//! The user's tree is never written to: not by a whole run, and not by one that is killed.

mod common;

use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::listing::{Item, assert_same, listing};
use common::rows::{assert_rows, expected, report, rows};
use common::{Random, copy_demo, demo, fixscope, run, run_expecting, sh};

/// The verdicts on the demo, causes aside: these tests are about safety.
const VERDICTS: &str = "
lib/frame.c function frame_decode changed *
lib/frame.c function frame_skip changed *
lib/name.c object kind_names changed *
src/stats.c function stats_banner changed *
";

/// How often each kind of tree has a run killed in it.
const KILLS: u64 = 6;

/// A tree of the user's, and all folders that must stay as they are.
struct Scene {
    folder: tempfile::TempDir,
    tree: PathBuf,
    watched: Vec<PathBuf>,
    arguments: Vec<String>,
}

impl Scene {
    fn new(prepare: impl FnOnce(&Path) -> PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("the folder is there");
        let tree = prepare(&root);
        Scene { watched: vec![tree.clone()], folder, tree, arguments: Vec::new() }
    }

    fn watching(mut self, other: PathBuf) -> Self {
        self.watched.push(other);
        self
    }

    fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    fn listings(&self) -> Vec<BTreeMap<PathBuf, Item>> {
        self.watched.iter().map(|folder| listing(folder)).collect()
    }

    fn assert_untouched(&self, before: &[BTreeMap<PathBuf, Item>], when: &str) {
        for (folder, before) in self.watched.iter().zip(before) {
            assert_same(before, &listing(folder), &format!("{when}, {}", folder.display()));
        }
    }

    fn analyze(&self, work: &str) -> Command {
        let mut command = fixscope(self.folder.path());
        command
            .args(["analyze", "--format", "json", "--tree"])
            .arg(&self.tree)
            .arg("--patch")
            .arg(demo().join("fix.patch"))
            .arg("--work-dir")
            .arg(self.folder.path().join(work))
            .args(&self.arguments)
            .current_dir(self.folder.path());
        command
    }

    /// A whole run, then runs killed at moments spread over its length, then a whole run in the work folder that
    /// the killed ones left behind.
    fn check(&self, seed: u64) {
        let before = self.listings();
        let start = Instant::now();
        let whole = run_expecting(&mut self.analyze("whole"), 1);
        let length = start.elapsed();
        self.assert_untouched(&before, "after a whole run");
        assert_rows(&rows(&report(&whole.stdout)), &expected(VERDICTS), "whole run");

        let mut random = Random(seed);
        for round in 0..KILLS {
            let span = u64::try_from(length.as_millis()).expect("a run takes less than an age").max(KILLS);
            // One moment in each slice of the run, so that no part of it is left out.
            let delay = span * round / KILLS + random.below(span / KILLS + 1);
            self.kill_after(Duration::from_millis(delay), round % 2 == 0);
            self.assert_untouched(&before, &format!("killed after {delay} ms (seed {seed:#x})"));
        }
        let again = run_expecting(&mut self.analyze("killed"), 1);
        self.assert_untouched(&before, "after a run that found a killed one's work folder");
        assert_rows(&rows(&report(&again.stdout)), &expected(VERDICTS), "run after the killed ones");
    }

    /// Starts a run and kills it. With `alone` the compilers it started go on until they are done, as they do when
    /// only one process is killed; otherwise the whole process group dies, as after a power failure.
    fn kill_after(&self, delay: Duration, alone: bool) {
        let mut child = self
            .analyze("killed")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the binary starts");
        let group = format!("-{}", child.id());
        std::thread::sleep(delay);
        if alone {
            child.kill().expect("the child can be killed");
        } else {
            signal("KILL", &group);
        }
        child.wait().expect("the child can be waited for");
        let patience = Instant::now();
        while signal("0", &group) {
            if patience.elapsed() > Duration::from_secs(60) {
                signal("KILL", &group);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Sends a signal to a process group; whether there was one.
fn signal(which: &str, group: &str) -> bool {
    // The shell's own `kill`: the program of that name is not everywhere.
    Command::new("sh")
        .args(["-c", "kill -s \"$0\" -- \"$1\"", which, group])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("kill starts")
        .success()
}

/// Links every file of `from` into a new folder `to`, as `cp -al` does.
fn hard_link_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is readable") {
        let entry = entry.expect("the folder is readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("the entry is readable").is_dir() {
            hard_link_tree(&entry.path(), &target);
        } else {
            std::fs::hard_link(entry.path(), &target).expect("the file can be linked");
        }
    }
}

fn built_demo(target: &Path) -> PathBuf {
    copy_demo(target);
    sh(&["make", "-s"], target);
    target.to_path_buf()
}

/// What makes all tests here worth anything: each way to write to a tree shows in its listing.
#[test]
fn a_listing_shows_every_kind_of_write() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tree = copy_demo(&folder.path().join("tree"));
    std::os::unix::fs::symlink("README", tree.join("link")).expect("links can be made");
    let file = tree.join("src/main.c");
    let text = std::fs::read(&file).expect("the file is there");
    let modified = std::fs::metadata(&file).and_then(|data| data.modified()).expect("times are known");
    let same_size = [&text[..text.len() - 1], b" "].concat();
    let writes: [(&str, &dyn Fn()); 6] = [
        ("same bytes again", &|| std::fs::write(&file, &text).expect("writable")),
        ("same size, same time", &|| {
            std::fs::write(&file, &same_size).expect("writable");
            let opened = std::fs::File::options().write(true).open(&file).expect("writable");
            opened.set_modified(modified).expect("times can be set");
        }),
        ("a file that came and went", &|| {
            std::fs::write(tree.join("lib/passing"), "").expect("writable");
            std::fs::remove_file(tree.join("lib/passing")).expect("removable");
        }),
        ("one more link", &|| {
            std::fs::hard_link(&file, folder.path().join("outside")).expect("links can be made");
        }),
        ("permissions", &|| {
            sh(&["chmod", "a-w", "README"], &tree);
        }),
        ("a link's target", &|| {
            std::fs::remove_file(tree.join("link")).expect("removable");
            std::os::unix::fs::symlink("Makefile", tree.join("link")).expect("links can be made");
        }),
    ];
    for (what, write) in writes {
        let before = listing(&tree);
        // Time stamps of some file systems are a few milliseconds apart.
        std::thread::sleep(Duration::from_millis(20));
        write();
        assert_ne!(before, listing(&tree), "{what} does not show");
    }
}

#[test]
fn a_fresh_tree_stays_as_it_was() {
    Scene::new(|root| copy_demo(&root.join("tree"))).check(0x5eed_0001);
}

#[test]
fn an_already_built_tree_stays_as_it_was() {
    Scene::new(|root| built_demo(&root.join("tree"))).check(0x5eed_0002);
}

#[test]
fn the_twin_of_a_hard_linked_tree_stays_as_it_was() {
    let scene = Scene::new(|root| {
        built_demo(&root.join("twin"));
        hard_link_tree(&root.join("twin"), &root.join("tree"));
        root.join("tree")
    });
    let twin = scene.tree.with_file_name("twin");
    scene.watching(twin).check(0x5eed_0003);
}

#[test]
fn links_that_leave_the_tree_are_not_written_through() {
    let scene = Scene::new(|root| {
        copy_demo(&root.join("elsewhere"));
        let tree = root.join("tree");
        copy_demo(&tree);
        std::fs::remove_dir_all(tree.join("include")).expect("the copy is ours");
        std::os::unix::fs::symlink("../elsewhere/include", tree.join("include")).expect("links can be made");
        std::fs::remove_file(tree.join("lib/name.c")).expect("the copy is ours");
        std::os::unix::fs::symlink("../../elsewhere/lib/name.c", tree.join("lib/name.c"))
            .expect("links can be made");
        tree
    });
    let elsewhere = scene.tree.with_file_name("elsewhere");
    let scene = scene.watching(elsewhere);
    let before = scene.listings();
    // A patch that reaches files outside the tree may be refused or carried out on copies.
    let run = run(&mut scene.analyze("work"));
    scene.assert_untouched(&before, "after a run with links that leave the tree");
    if run.code == 1 {
        assert_rows(&rows(&report(&run.stdout)), &expected(VERDICTS), "links");
    } else {
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("include") || run.stderr.contains("name.c"), "{}", run.stderr);
    }
}

#[test]
fn a_work_folder_inside_the_tree_is_refused() {
    let scene = Scene::new(|root| copy_demo(&root.join("tree")));
    let before = scene.listings();
    let run = run_expecting(&mut scene.analyze("tree/work"), 2);
    scene.assert_untouched(&before, "after a refused work folder");
    assert!(run.stderr.contains("work"), "{}", run.stderr);
}

#[test]
fn a_read_only_tree_is_enough() {
    let scene = Scene::new(|root| copy_demo(&root.join("tree")));
    sh(&["chmod", "-R", "a-w", "."], &scene.tree);
    let before = scene.listings();
    let run = run(&mut scene.analyze("work"));
    scene.assert_untouched(&before, "after a run on a read-only tree");
    sh(&["chmod", "-R", "u+w", "."], &scene.tree);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_rows(&rows(&report(&run.stdout)), &expected(VERDICTS), "read-only tree");
}

fn checkout(tree: &Path) {
    copy_demo(tree);
    sh(&["git", "init", "-q", "."], tree);
    sh(&["git", "add", "-A"], tree);
    sh(
        &[
            "git",
            "-c",
            "user.name=Ada Keller",
            "-c",
            "user.email=ada@example.org",
            "commit",
            "-q",
            "-m",
            "demo",
        ],
        tree,
    );
}

#[test]
#[ignore = "needs git"]
fn a_git_checkout_stays_as_it_was() {
    Scene::new(|root| {
        checkout(&root.join("tree"));
        root.join("tree")
    })
    .check(0x5eed_0004);
}

#[test]
#[ignore = "needs git"]
fn a_revision_range_leaves_the_repository_as_it_was() {
    let scene = Scene::new(|root| {
        let tree = root.join("tree");
        checkout(&tree);
        let fix = tree.join("fix.patch").display().to_string();
        sh(
            &["git", "-c", "user.name=Ada Keller", "-c", "user.email=ada@example.org", "am", "-q", &fix],
            &tree,
        );
        // An index whose time stamps are stale: a careless `git status` would refresh it.
        sh(&["touch", "lib/checksum.c", "src/main.c"], &tree);
        tree
    });
    let before = scene.listings();
    for revisions in ["HEAD~1..HEAD", "HEAD"] {
        let mut command = fixscope(scene.folder.path());
        command
            .args(["analyze", "--format", "json", "--rev", revisions, "--tree"])
            .arg(&scene.tree)
            .arg("--work-dir")
            .arg(scene.folder.path().join("work"));
        let run = run_expecting(&mut command, 1);
        scene.assert_untouched(&before, revisions);
        assert_rows(&rows(&report(&run.stdout)), &expected(VERDICTS), revisions);
    }
}

const CMAKE_LISTS: &str = "
cmake_minimum_required(VERSION 3.10)
project(framedump C)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_FLAGS_RELEASE \"-O2\")
include_directories(include)
add_executable(framedump lib/checksum.c lib/frame.c lib/name.c src/fail.c src/main.c src/print.c src/stats.c)
";

fn cmake_scene() -> Scene {
    Scene::new(|root| {
        let tree = copy_demo(&root.join("tree"));
        std::fs::write(tree.join("CMakeLists.txt"), CMAKE_LISTS).expect("the copy is writable");
        sh(&["cmake", "-S", ".", "-B", "build", "-DCMAKE_BUILD_TYPE=Release"], &tree);
        sh(&["cmake", "--build", "build"], &tree);
        std::os::unix::fs::symlink("build/compile_commands.json", tree.join("compile_commands.json"))
            .expect("links can be made");
        tree
    })
}

#[test]
#[ignore = "needs cmake"]
fn a_cmake_tree_with_a_compilation_database_stays_as_it_was() {
    cmake_scene().with(&["--build", "compdb"]).check(0x5eed_0005);
}

#[test]
#[ignore = "needs cmake"]
fn a_cmake_build_knows_absolute_paths_and_still_writes_nothing() {
    let scene = cmake_scene().with(&["--build", "make", "--build-command", "cmake --build build"]);
    let before = scene.listings();
    let run = run(&mut scene.analyze("work"));
    scene.assert_untouched(&before, "after cmake --build");
    // Where the system allows no user namespaces, refusing is right, with that reason.
    if run.code == 1 {
        assert_rows(&rows(&report(&run.stdout)), &expected(VERDICTS), "cmake --build");
    } else {
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("namespace") || run.stderr.contains("absolute"), "{}", run.stderr);
    }
}
