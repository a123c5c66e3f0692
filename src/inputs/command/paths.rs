//! Paths as text: a recorded command names files that need not exist any more.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

/// `path` without `.` and with `..` taken back, by its text alone.
///
/// A `..` behind a symbolic link is resolved wrongly: use it where the file is gone, or where both sides of a
/// comparison went through it. A `..` that would leave a relative path stays.
pub fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    out
}

/// The path of `file` relative to `tree`, when it lies in it; both absolute.
///
/// An existing file is followed through symbolic links, so that one file has one name; where the links lead out
/// of the tree, and for a file that does not exist, the text decides.
pub fn within(file: &Path, tree: &Path) -> Option<PathBuf> {
    if let (Ok(real), Ok(root)) = (file.canonicalize(), tree.canonicalize())
        && let Ok(inside) = real.strip_prefix(&root)
    {
        return Some(inside.to_path_buf());
    }
    normalise(file).strip_prefix(normalise(tree)).ok().map(Path::to_path_buf)
}

/// Whether `text` names `path` as a whole path or as the beginning of one: `-I/a/b` and `/a/b/c` name `/a/b`,
/// `/a/bc` does not.
pub fn names(text: &OsStr, path: &Path) -> bool {
    find(text.as_bytes(), path.as_os_str().as_bytes(), 0).is_some()
}

/// `text` with each naming of `from` (see [`names`]) replaced by `to`.
pub fn renamed(text: &OsStr, from: &Path, to: &Path) -> OsString {
    let (bytes, from, to) = (text.as_bytes(), from.as_os_str().as_bytes(), to.as_os_str().as_bytes());
    let mut out = Vec::with_capacity(bytes.len());
    let mut done = 0;
    while let Some(at) = find(bytes, from, done) {
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(to);
        done = at + from.len();
    }
    out.extend_from_slice(&bytes[done..]);
    OsString::from_vec(out)
}

fn find(text: &[u8], path: &[u8], start: usize) -> Option<usize> {
    let first = *path.first()?;
    let mut at = start;
    while at + path.len() <= text.len() {
        if text[at] == first && text[at..].starts_with(path) {
            let ends = text.get(at + path.len()).is_none_or(|b| !is_name_byte(*b));
            // A byte of a name right before the slash means another, longer path ends in this text: `/x/a/b`
            // does not name `/a/b`. Options such as `-I/a/b` do, and cannot be told from a relative
            // `dir/a/b` but by the dash, so that a letter before the path counts only in an option.
            let begins = at == 0
                || !is_name_byte(text[at - 1])
                || (text.first() == Some(&b'-') && !text[..at].contains(&b'/'));
            if ends && begins {
                return Some(at);
            }
        }
        at += 1;
    }
    None
}

/// Whether `b` can go on a path component: everything but what separates paths in lists and assignments.
fn is_name_byte(b: u8) -> bool {
    !matches!(b, b'/' | b':' | b'=' | b',' | b';' | b'"' | b'\'' | b' ' | b'\t' | b'\n' | b'@' | b'(' | b')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_taken_back() {
        for (path, want) in [
            ("a/./b/../c.c", "a/c.c"),
            ("../a.c", "../a.c"),
            ("a/../../b", "../b"),
            ("/a/../../b", "/b"),
            ("/a//b/", "/a/b"),
            ("./a.c", "a.c"),
        ] {
            assert_eq!(normalise(Path::new(path)), Path::new(want), "{path}");
        }
    }

    #[test]
    fn namings_of_a_path() {
        let tree = Path::new("/home/u/p");
        for (text, want) in [
            ("-I/home/u/p/include", "-I/s/include"),
            ("/home/u/p", "/s"),
            ("/home/u/pq/x", "/home/u/pq/x"),
            ("-fmacro-prefix-map=/home/u/p=/home/u/p/x", "-fmacro-prefix-map=/s=/s/x"),
            ("/mnt/home/u/p", "/mnt/home/u/p"),
            ("dir/home/u/p", "dir/home/u/p"),
            ("-DD=\"/home/u/p/\"", "-DD=\"/s/\""),
            ("-Wp,-MD,/home/u/p/.a.d", "-Wp,-MD,/s/.a.d"),
            ("-O2", "-O2"),
        ] {
            assert_eq!(renamed(OsStr::new(text), tree, Path::new("/s")), *want, "{text}");
            assert_eq!(names(OsStr::new(text), tree), text != want, "{text}");
        }
    }

    #[test]
    fn links_are_followed_where_the_file_exists() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let root = dir.path().join("real");
        std::fs::create_dir_all(root.join("src/deep"))?;
        std::fs::write(root.join("src/a.c"), "")?;
        std::os::unix::fs::symlink(&root, dir.path().join("link"))?;
        std::os::unix::fs::symlink("src/deep", root.join("d"))?;
        let link = dir.path().join("link");
        // `d/../a.c` is `src/a.c` for the system and `a.c` for the text.
        assert_eq!(within(&root.join("d/../a.c"), &link), Some("src/a.c".into()));
        assert_eq!(within(&link.join("src/a.c"), &root), Some("src/a.c".into()));
        assert_eq!(within(&root.join("src/../gone.c"), &root), Some("gone.c".into()));
        assert_eq!(within(Path::new("/nowhere/a.c"), &root), None);
        Ok(())
    }
}
