//! The commands of the guide, run as they stand there.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{copy_demo, demo, tool};

/// A folder as the guide has it: the checkout `demo` with the fix as its last commit, `original` and `fix.patch`.
fn surroundings(home: &Path) {
    let tree = copy_demo(&home.join("demo"));
    copy_demo(&home.join("original"));
    std::fs::copy(demo().join("fix.patch"), home.join("fix.patch")).expect("it is there");
    let git = |words: &str| {
        let command =
            format!("git -c user.name=A -c user.email=a@example.org -c init.defaultBranch=main {words}");
        tool("sh", &["-c".as_ref(), command.as_ref()], &tree);
    };
    git("init -q");
    git("add -A");
    git("commit -qm original");
    git("apply fix.patch");
    git("commit -qam fix");
}

/// The commands of a page, with the statuses they may end with.
fn commands(page: &Path) -> Vec<(String, Vec<i32>)> {
    let text = std::fs::read_to_string(page).expect("a page is text");
    let indented = text.lines().filter_map(|line| line.strip_prefix("    "));
    let command = |line: &str| match line.split_once("# ends with ") {
        Some((command, statuses)) => (
            command.trim().to_owned(),
            statuses.split(" or ").map(|s| s.parse().expect("a number")).collect(),
        ),
        None => (line.trim().to_owned(), vec![0]),
    };
    indented.map(command).collect()
}

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let files = std::fs::read_dir(folder).expect("the guide is there").map(|f| f.expect("a file").path());
    let mut pages: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    pages
}

#[test]
fn every_page_is_in_the_list_and_links_lead_to_pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let list = std::fs::read_to_string(folder.join("README.md")).expect("the guide has a list");
    for page in pages() {
        let name = page.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(name == "README.md" || list.contains(&format!("({name})")), "{name}");
    }
    for link in list.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(folder.join(link).is_file(), "{link}");
    }
}

#[test]
#[ignore = "needs git and clang"]
fn the_commands_of_the_guide_do_what_it_says() {
    let program = Path::new(env!("CARGO_BIN_EXE_fixscope")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("it is set"));
    let mut count = 0;
    for page in pages() {
        let home = tempfile::tempdir().expect("a temporary folder");
        surroundings(home.path());
        for (command, statuses) in commands(&page) {
            let run = Command::new("sh")
                .args(["-c", &command])
                .current_dir(home.path())
                .env("PATH", &path)
                .env("HOME", home.path())
                .env_remove("XDG_CACHE_HOME")
                .output()
                .expect("a shell starts");
            let shown = String::from_utf8_lossy(&run.stderr);
            let status = run.status.code().expect("it was not killed");
            assert!(
                statuses.contains(&status),
                "{}: `{command}` ended with {status}:\n{shown}",
                page.display()
            );
            count += 1;
        }
    }
    assert!(count > 15, "{count} commands");
}
