//! Paths in debug information ↦ paths relative to the tree.

use std::path::{Component, Path, PathBuf};

/// Takes `.` and `..` out of a path without looking at the file system: the folders of a build may be gone, and
/// the compiler's own reading of `..` is lexical too. A `..` that leads out of a relative path stays.
pub(super) fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    out
}

/// The path relative to the first of `roots` it lies in; else as it is.
pub(super) fn relative(path: &Path, roots: &[PathBuf]) -> PathBuf {
    let path = normalise(path);
    for root in roots {
        if let Ok(rest) = path.strip_prefix(normalise(root)) {
            return rest.to_path_buf();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_go_away_lexically() {
        for (given, wanted) in [
            ("./a/./b.c", "a/b.c"),
            ("a/../b.c", "b.c"),
            ("/x/../../b.c", "/b.c"),
            ("../b.c", "../b.c"),
            ("a/../../b.c", "../b.c"),
        ] {
            assert_eq!(normalise(Path::new(given)), Path::new(wanted), "{given}");
        }
    }

    #[test]
    fn the_first_root_that_holds_the_path_is_taken_off() {
        let roots = [PathBuf::from("/shadow/tree/"), PathBuf::from("/home/user/tree")];
        assert_eq!(relative(Path::new("/shadow/tree/o/../a.c"), &roots), Path::new("a.c"));
        assert_eq!(relative(Path::new("/home/user/tree/include/h.h"), &roots), Path::new("include/h.h"));
        assert_eq!(relative(Path::new("/shadow/treeish/a.c"), &roots), Path::new("/shadow/treeish/a.c"));
        assert_eq!(relative(Path::new("lib/a.c"), &roots), Path::new("lib/a.c"));
    }
}
