//! File names as patches write them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// A file name in a patch, unquoted, with its leading components still in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The bytes.
    pub raw: Vec<u8>,
    /// Whether the first component is one that diff or git put in front (`a/`, `linux-6.1/`). Git's `rename` and
    /// `copy` lines have none.
    pub prefixed: bool,
}

impl Name {
    /// The path relative to the tree after `strip` leading components went away.
    ///
    /// Fails with a phrase that says what is wrong with it: nothing left, absolute, or leaving the tree.
    pub fn strip(&self, strip: usize) -> Result<PathBuf, String> {
        let count = if self.prefixed { strip } else { strip.saturating_sub(1) };
        let mut rest = self.raw.as_slice();
        for _ in 0..count {
            // Several slashes in a row count as one, as in `patch`.
            let Some(slash) = rest.iter().position(|&b| b == b'/') else {
                return Err(format!("`{self}` has fewer than {count} leading components"));
            };
            rest = &rest[slash..];
            while let Some((b'/', tail)) = rest.split_first() {
                rest = tail;
            }
        }
        relative(rest).map_err(|what| format!("`{self}` {what}"))
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.raw.escape_ascii())
    }
}

/// A path that stays below the folder it is relative to, or why it does not.
pub fn relative(raw: &[u8]) -> Result<PathBuf, &'static str> {
    if raw.contains(&0) {
        return Err("holds a NUL byte");
    }
    let mut path = PathBuf::new();
    for component in Path::new(OsStr::from_bytes(raw)).components() {
        match component {
            Component::Normal(part) if part == ".git" => return Err("lies inside a `.git` folder"),
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir => return Err("leaves the tree through `..`"),
            Component::RootDir | Component::Prefix(_) => return Err("is an absolute path"),
        }
    }
    if path.as_os_str().is_empty() || raw.ends_with(b"/") {
        return Err("names no file");
    }
    Ok(path)
}

/// Reads the name at the start of `text`: quoted as in C, or up to a tab or the end.
///
/// Answers the name and what follows it. `None` when a quoted name does not end or has a wrong escape.
pub fn read(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    if text.first() == Some(&b'"') {
        return unquote(text);
    }
    let end = text.iter().position(|&b| b == b'\t').unwrap_or(text.len());
    Some((text[..end].trim_ascii_end().to_vec(), &text[end..]))
}

/// Reads a name quoted as git and GNU diff quote: `"a\tb\303\244"`.
fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut name = Vec::new();
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        let (&b, tail) = rest.split_first()?;
        rest = tail;
        match b {
            b'"' => return Some((name, rest)),
            b'\\' => {
                let (&escape, tail) = rest.split_first()?;
                rest = tail;
                name.push(match escape {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'"' | b'\\' => escape,
                    b'0'..=b'3' => {
                        let [second @ b'0'..=b'7', third @ b'0'..=b'7', ..] = *rest else { return None };
                        rest = &rest[2..];
                        ((escape - b'0') << 6) | ((second - b'0') << 3) | (third - b'0')
                    }
                    _ => return None,
                });
            }
            _ => name.push(b),
        }
    }
}

/// Longest line of two names looked at, in bytes: twice the longest path Linux takes, quoted.
const LONGEST: usize = 32 * 1024;

/// Splits what follows `diff --git ` into its two names.
///
/// Unquoted names may hold spaces, so that the line alone is ambiguous; git makes sure that the names are the
/// same after the first component whenever nothing else in the header names them.
pub fn read_pair(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    if text.first() == Some(&b'"') {
        let (original, rest) = unquote(text)?;
        let rest = rest.strip_prefix(b" ")?;
        let patched = if rest.first() == Some(&b'"') { unquote(rest)?.0 } else { rest.to_vec() };
        return Some((original, patched));
    }
    if text.len() > LONGEST {
        return None;
    }
    let tail = |name: &'_ [u8]| name.iter().position(|&b| b == b'/').unwrap_or(name.len());
    let spaces = || text.iter().enumerate().filter(|&(_, &b)| b == b' ').map(|(i, _)| i);
    let cut = |space: usize| (&text[..space], &text[space + 1..]);
    let same = |&space: &usize| cut(space).0 == cut(space).1;
    let same_below = |&space: &usize| {
        let (a, b) = cut(space);
        tail(a) < a.len() && a[tail(a)..] == b[tail(b)..]
    };
    if let Some(space) = spaces().find(same).or_else(|| spaces().find(same_below)) {
        let (a, b) = cut(space);
        return Some((a.to_vec(), b.to_vec()));
    }
    // Different names: a rename, whose own lines name the files, or a quoted second name.
    let (first, second) = cut(spaces().next()?);
    let second = if second.first() == Some(&b'"') { unquote(second)?.0 } else { second.to_vec() };
    Some((first.to_vec(), second))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(raw: &str) -> Name {
        Name { raw: raw.as_bytes().to_vec(), prefixed: true }
    }

    #[test]
    fn leading_components_are_stripped() {
        assert_eq!(name("a/fs/x.c").strip(1), Ok("fs/x.c".into()));
        assert_eq!(name("a//fs/./x.c").strip(1), Ok("fs/x.c".into()));
        assert_eq!(name("fs/x.c").strip(0), Ok("fs/x.c".into()));
        let renamed = Name { prefixed: false, ..name("fs/x.c") };
        assert_eq!(renamed.strip(1), Ok("fs/x.c".into()));
        assert!(name("x.c").strip(1).is_err());
    }

    #[test]
    fn a_path_never_leaves_the_tree() {
        for raw in
            ["../x.c", "fs/../../x.c", "/etc/passwd", ".git/config", "sub/.git/hooks/x", "a\0b", "", "fs/"]
        {
            assert!(name(raw).strip(0).is_err(), "{raw:?}");
        }
        // Stripping must not turn an absolute name into one that is checked as relative by accident.
        assert_eq!(name("/a/x.c").strip(1), Ok("a/x.c".into()));
        assert!(name("a//../x.c").strip(1).is_err());
    }

    #[test]
    fn names_are_read_as_they_are_quoted() {
        let read = |text: &str| read(text.as_bytes()).map(|(n, rest)| (n, rest.to_vec()));
        assert_eq!(read("a/x y.c\t2020-01-01"), Some((b"a/x y.c".to_vec(), b"\t2020-01-01".to_vec())));
        assert_eq!(read("\"a/\\303\\244\\t\\\"x\"\tz"), Some((b"a/\xc3\xa4\t\"x".to_vec(), b"\tz".to_vec())));
        assert_eq!(read("\"a/x"), None);
        assert_eq!(read("\"a/\\777\""), None);
    }

    #[test]
    fn a_git_line_is_split_into_its_names() {
        let pair = |text: &str| {
            let (a, b) = read_pair(text.as_bytes())?;
            Some((String::from_utf8(a).ok()?, String::from_utf8(b).ok()?))
        };
        let same = |a: &str, b: &str| Some((a.to_string(), b.to_string()));
        assert_eq!(pair("a/x.c b/x.c"), same("a/x.c", "b/x.c"));
        assert_eq!(pair("a/x y.c b/x y.c"), same("a/x y.c", "b/x y.c"));
        assert_eq!(pair("x.c x.c"), same("x.c", "x.c"));
        assert_eq!(pair("\"a/\\tx\" \"b/\\tx\""), same("a/\tx", "b/\tx"));
        assert_eq!(pair("a/x.c b/y.c"), same("a/x.c", "b/y.c"));
        assert_eq!(pair("nothing"), None);
    }
}
