//! Compilation databases: `compile_commands.json`, as CMake, Meson, Bear and the kernel's script write it.
//!
//! The format is Clang's "JSON Compilation Database Format Specification".

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use serde::Deserialize;

use super::command::{CompileCommand, compilations, within};
use super::runner::Invocation;
use crate::error::{Error, Result};

/// The file's usual name.
pub const FILE_NAME: &str = "compile_commands.json";

/// What a compilation database holds for one tree.
#[derive(Debug, Default)]
pub struct Database {
    /// Compilations of sources inside the tree, each once, ordered by source and output. Paths are in the terms of
    /// the user's tree.
    pub commands: Vec<CompileCommand>,
    /// Entries whose source lies outside the tree.
    pub outside: usize,
    /// Entries that make no code, or that are for no C, C++ or assembly source.
    pub no_code: usize,
}

#[derive(Deserialize)]
struct Entry {
    directory: PathBuf,
    file: PathBuf,
    arguments: Option<Vec<String>>,
    command: Option<String>,
    output: Option<PathBuf>,
}

/// Looks for a database: in `tree` itself, then in its folders whose names begin with `build`, `out` or
/// `cmake-build`, one level deep; the youngest of several.
pub fn find(tree: &Path) -> Option<PathBuf> {
    let direct = tree.join(FILE_NAME);
    if direct.is_file() {
        return Some(direct);
    }
    let is_build_folder =
        |name: &str| ["build", "out", "cmake-build", "_build", "obj"].iter().any(|p| name.starts_with(p));
    let mut found: Vec<_> = fs::read_dir(tree)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_build_folder))
        .map(|entry| entry.path().join(FILE_NAME))
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    found.sort();
    found.pop().map(|(_, path)| path)
}

/// Reads the database `path` for `tree` (both absolute, in the user's terms).
///
/// Entries with a relative `directory` count from the database's folder. A file that is no JSON array of entries, or
/// an entry that misses a part, is an [`Error::Input`] which names it by its number.
pub fn read(path: &Path, tree: &Path) -> Result<Database> {
    let text = fs::read(path).map_err(|e| Error::io(path, e))?;
    let malformed = |what: String| Error::input(path, "compdb", what);
    let values: Vec<serde_json::Value> = serde_json::from_slice(&text).map_err(|e| {
        malformed(format!("not a compilation database: {e}; make it again, for example with cmake or bear"))
    })?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut database = Database::default();
    let mut found: Vec<(PathBuf, CompileCommand)> = Vec::new();
    for (number, value) in values.into_iter().enumerate() {
        let number = number + 1;
        let entry: Entry =
            serde_json::from_value(value).map_err(|e| malformed(format!("entry {number}: {e}")))?;
        let words = match (entry.arguments, entry.command) {
            (Some(arguments), _) => arguments,
            (None, Some(command)) => shlex::split(&command).ok_or_else(|| {
                malformed(format!("entry {number}: `command` has a quote that is never closed"))
            })?,
            (None, None) => {
                return Err(malformed(format!("entry {number}: neither `arguments` nor `command`")));
            }
        };
        let mut words = words.into_iter().map(OsString::from);
        let program =
            words.next().ok_or_else(|| malformed(format!("entry {number}: the command is empty")))?;
        let directory = folder.join(entry.directory);
        let Some(source) = within(&directory.join(&entry.file), tree) else {
            database.outside += 1;
            continue;
        };
        let call = Invocation { program, arguments: words.collect(), directory, ..Invocation::default() };
        match command_for(&call, &source, tree, entry.output) {
            Some(command) => found.push((source, command)),
            None => database.no_code += 1,
        }
    }
    found.sort_by(|(a, one), (b, other)| {
        (a, &one.output, &one.arguments).cmp(&(b, &other.output, &other.arguments))
    });
    let mut known = FxHashSet::default();
    database.commands =
        found.into_iter().map(|(_, command)| command).filter(|c| known.insert(c.fingerprint())).collect();
    Ok(database)
}

/// The compilation in `call` that an entry's `file` speaks of.
fn command_for(
    call: &Invocation,
    source: &Path,
    tree: &Path,
    output: Option<PathBuf>,
) -> Option<CompileCommand> {
    let mut commands = compilations(call);
    let at = commands.iter().position(|c| c.source_in(tree).as_deref() == Some(source))?;
    let mut command = commands.swap_remove(at);
    if let Some(output) = output {
        command.output = output;
    }
    Some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Database> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, text).expect("writable");
        read(&path, Path::new("/home/u/p"))
    }

    #[test]
    fn both_forms_are_read() {
        let database = read_text(
            r#"[
            {"directory": "/home/u/p/build", "file": "../src/b.c", "output": "b.o",
             "arguments": ["cc", "-DX=a b", "-c", "../src/b.c", "-o", "b.o"]},
            {"directory": "/home/u/p/build", "file": "/home/u/p/src/a.c",
             "command": "/usr/bin/cc -DS=\\\"x\\\" '-DT=a b' -o a.o -c /home/u/p/src/a.c"},
            {"directory": "/home/u/p/build", "file": "/home/u/p/src/a.c",
             "command": "/usr/bin/cc -fPIC -o pic/a.o -c /home/u/p/src/a.c"},
            {"directory": "/home/u/p/build", "file": "/home/u/p/src/a.c",
             "command": "/usr/bin/cc -fPIC -o again.o -c /home/u/p/src/a.c"},
            {"directory": "/home/u/other", "file": "x.c", "command": "cc -c x.c"},
            {"directory": "/home/u/p", "file": "gen.py", "command": "python3 gen.py"}]"#,
        )
        .expect("it is a database");
        let lines: Vec<String> = database
            .commands
            .iter()
            .map(|c| {
                format!("{} {}", c.source_in(Path::new("/home/u/p")).expect("inside").display(), c.display())
            })
            .collect();
        assert_eq!(
            lines,
            [
                r#"src/a.c /usr/bin/cc '-DS="x"' '-DT=a b' -o a.o -c /home/u/p/src/a.c"#,
                "src/a.c /usr/bin/cc -fPIC -o again.o -c /home/u/p/src/a.c",
                "src/b.c cc '-DX=a b' -c ../src/b.c -o b.o",
            ]
        );
        assert_eq!((database.outside, database.no_code), (1, 1));
    }

    #[test]
    fn malformed_databases_are_named_with_the_entry() {
        for (text, wants) in [
            ("", "not a compilation database"),
            ("{}", "not a compilation database"),
            ("[{\"directory\": \"/\"}]", "entry 1: missing field `file`"),
            ("[{\"directory\": \"/home/u/p\", \"file\": \"a.c\"}]", "entry 1: neither"),
            (
                "[{\"directory\": \"/home/u/p\", \"file\": \"a.c\", \"command\": \"cc -c a.c\"},\
                  {\"directory\": \"/home/u/p\", \"file\": \"a.c\", \"command\": \"cc 'a\"}]",
                "entry 2: `command` has a quote",
            ),
            (
                "[{\"directory\": \"/\", \"file\": \"a.c\", \"arguments\": []}]",
                "entry 1: the command is empty",
            ),
            ("[7]", "entry 1"),
        ] {
            let error = read_text(text).expect_err(text).to_string();
            assert!(error.contains(wants) && error.contains(FILE_NAME), "{text}: {error}");
        }
    }

    #[test]
    fn the_youngest_database_of_the_build_folders_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(find(folder.path()), None);
        for (name, age) in [("build-a", 200), ("build-b", 100), ("src", 0)] {
            let path = folder.path().join(name);
            fs::create_dir(&path).expect("it can be made");
            let file = fs::File::create(path.join(FILE_NAME)).expect("it can be made");
            let time = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
            file.set_times(fs::FileTimes::new().set_modified(time)).expect("settable");
        }
        assert_eq!(find(folder.path()), Some(folder.path().join("build-b").join(FILE_NAME)));
        fs::write(folder.path().join(FILE_NAME), "[]").expect("writable");
        assert_eq!(find(folder.path()), Some(folder.path().join(FILE_NAME)));
    }
}
