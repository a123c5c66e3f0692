//! What a build or an editor left in a tree of sources.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashMap;

/// Whether a name is one that only tools give: version control, build outputs, editors' backups.
pub fn is_output_name(name: &OsStr, is_folder: bool) -> bool {
    const FOLDERS: [&str; 10] = [
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        "CVS",
        "CMakeFiles",
        ".deps",
        ".libs",
        ".tmp_versions",
        "__pycache__",
    ];
    // Endings that people also give to what they write (`.i`, `.mod`, `.lst`, `.bin`, …) are not in the list: what
    // a build makes of them is ignored by `.gitignore`, or is one difference too many.
    const ENDINGS: [&str; 27] = [
        "o",
        "obj",
        "a",
        "so",
        "ko",
        "lo",
        "la",
        "d",
        "cmd",
        "dwo",
        "gch",
        "pch",
        "pcm",
        "su",
        "gcno",
        "gcda",
        "Po",
        "Plo",
        "TPo",
        "ninja_log",
        "ninja_deps",
        "pyc",
        "orig",
        "rej",
        "swp",
        "bak",
        "symvers",
    ];
    const NAMES: [&str; 8] = [
        ".git",
        "CMakeCache.txt",
        "cmake_install.cmake",
        "config.log",
        "config.status",
        "compile_commands.json",
        "GTAGS",
        "cscope.out",
    ];

    let Some(name) = name.to_str() else { return false };
    if is_folder {
        return FOLDERS.contains(&name);
    }
    NAMES.contains(&name)
        || name.ends_with('~')
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || name.contains(".so.")
        || name == ".config.old"
        || name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

/// Whether a file's first bytes are those of something a compiler, archiver or linker wrote.
pub fn is_output_content(head: &[u8]) -> bool {
    const MAGIC: [&[u8]; 6] = [
        b"\x7fELF",
        b"!<arch>\n",
        b"!<thin>\n",
        // LLVM bitcode, bare and wrapped.
        b"BC\xc0\xde",
        b"\xde\xc0\x17\x0b",
        b"gpch",
    ];
    MAGIC.iter().any(|magic| head.starts_with(magic))
}

/// Whether a file that `.gitignore` ignores may all the same be one that a person wrote.
///
/// Sources by name are, outside of folders that the kernel and others call `generated`.
pub fn is_written_source(path: &Path) -> bool {
    const ENDINGS: [&str; 17] = [
        "c", "h", "S", "s", "cc", "cpp", "cxx", "C", "H", "hh", "hpp", "hxx", "inc", "inl", "lds", "dts",
        "dtsi",
    ];
    let ending = path.extension().and_then(OsStr::to_str);
    ending.is_some_and(|e| ENDINGS.contains(&e)) && !path.iter().any(|part| part == "generated")
}

/// The `.gitignore` files of a tree, read when they are needed.
///
/// The user's own excludes and those of the repository are not looked at: they are no part of the tree.
pub struct Ignored {
    root: PathBuf,
    /// The rules of each folder, by relative path.
    rules: FxHashMap<PathBuf, Option<Gitignore>>,
}

impl Ignored {
    /// For the tree at `root`.
    pub fn new(root: &Path) -> Self {
        Ignored { root: root.to_path_buf(), rules: FxHashMap::default() }
    }

    /// Whether a file, or a folder above it, is ignored. `path` is relative to the tree.
    pub fn is_ignored(&mut self, path: &Path) -> bool {
        // A file in an ignored folder cannot be taken back (gitignore(5)), so the topmost match that ignores wins.
        let mut above: Vec<&Path> = path.ancestors().filter(|p| !p.as_os_str().is_empty()).collect();
        above.reverse();
        above.iter().any(|&part| self.matches(part, part != path))
    }

    /// Whether the rules ignore exactly this file or folder: the nearest folder whose rules mention it decides.
    fn matches(&mut self, path: &Path, is_folder: bool) -> bool {
        for folder in path.ancestors().skip(1) {
            let rules = match self.rules.get(folder) {
                Some(rules) => rules,
                None => {
                    let read = read_rules(&self.root.join(folder));
                    self.rules.entry(folder.to_path_buf()).or_insert(read)
                }
            };
            if let Some(rules) = rules {
                match rules.matched(self.root.join(path), is_folder) {
                    Match::Ignore(rule) => return !is_catch_all(rule.original()),
                    Match::Whitelist(_) => return false,
                    Match::None => {}
                }
            }
        }
        false
    }
}

/// Whether a rule ignores everything. It says nothing about what a build makes: packagers' trees have it so that
/// only their own folder is tracked.
fn is_catch_all(rule: &str) -> bool {
    rule.bytes().all(|b| matches!(b, b'*' | b'/'))
}

/// The rules in a folder's `.gitignore`; a line that cannot be understood is passed over, as git does.
fn read_rules(folder: &Path) -> Option<Gitignore> {
    let file = folder.join(".gitignore");
    if !file.is_file() {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    builder.add(file);
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_only_tools_give() {
        let output = |name: &str| is_output_name(OsStr::new(name), false);
        for name in
            ["a.o", ".a.o.cmd", "libx.so.1.2", "x.ko", "a.c~", ".#a.c", "#a.c#", "a.c.orig", "Module.symvers"]
        {
            assert!(output(name), "{name}");
        }
        for name in [
            "a.c",
            "Makefile",
            "Kconfig",
            "vmlinux.lds",
            "x.S",
            "README",
            "d",
            "o",
            "go.mod",
            "x.i",
            "a.dts",
            ".gitignore",
        ] {
            assert!(!output(name), "{name}");
        }
        assert!(is_output_name(OsStr::new(".git"), true));
        // A submodule's or worktree's `.git` is a file.
        assert!(output(".git"));
        assert!(!is_output_name(OsStr::new("a.d"), true));
    }

    #[test]
    fn ignore_files_are_read_as_git_reads_them() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(dir.path().join("sub/out")).expect("folders");
        std::fs::write(dir.path().join(".gitignore"), "*.gen\n/top\nout/\n!keep.gen\n").expect("a file");
        std::fs::write(dir.path().join("sub/.gitignore"), "!special.gen\nlocal\n").expect("a file");
        let mut rules = Ignored::new(dir.path());
        let mut ignored = |path: &str| rules.is_ignored(Path::new(path));
        for path in ["a.gen", "sub/a.gen", "top", "sub/out/x.c", "sub/out/keep.gen", "sub/local"] {
            assert!(ignored(path), "{path}");
        }
        for path in ["a.c", "keep.gen", "sub/special.gen", "sub/top", "local", "out"] {
            assert!(!ignored(path), "{path}");
        }
    }

    #[test]
    fn a_rule_that_ignores_everything_hides_nothing() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(dir.path().join(".gitignore"), "*.gen\n/include/generated/\n/*\n!/debian/\n")
            .expect("a file");
        let mut rules = Ignored::new(dir.path());
        let mut ignored = |path: &str| rules.is_ignored(Path::new(path));
        assert!(!ignored("fs/new.c") && !ignored("new.c"));
        assert!(ignored("include/generated/x.h") && ignored("fs/x.gen"));
    }
}
