//! Dependencies as the preprocessor writes them: a make rule.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// The prerequisites of all rules in `text`, in order, each as written; empty when there is no rule.
///
/// The quoting is that of GCC's `mkdeps.cc`: `\` before white space and `#`, `$$` for a dollar, `\` at the end
/// of a line for a line that goes on. A backslash before anything else is itself.
pub fn prerequisites(text: &[u8]) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut word = Vec::new();
    let mut behind_colon = false;
    let mut bytes = text.iter().copied().peekable();
    loop {
        let b = bytes.next();
        let literal = match (b, bytes.peek()) {
            (Some(b'\\'), Some(b'\n')) => {
                bytes.next();
                None
            }
            (Some(b'\\'), Some(b'\r')) => {
                bytes.next();
                bytes.next_if_eq(&b'\n');
                None
            }
            (Some(b'\\'), Some(b' ' | b'\t' | b'#')) | (Some(b'$'), Some(b'$')) => bytes.next(),
            (Some(b' ' | b'\t' | b'\r' | b'\n') | None, _) => None,
            (b, _) => b,
        };
        if let Some(literal) = literal {
            word.push(literal);
            continue;
        }
        if !word.is_empty() {
            // The colon ends a target; targets that hold one are rare and quoted names do not end in one.
            if !behind_colon && word.last() == Some(&b':') {
                behind_colon = true;
            } else if behind_colon {
                paths.push(PathBuf::from(OsString::from_vec(std::mem::take(&mut word))));
            }
            word.clear();
        }
        match b {
            Some(b'\n') => behind_colon = false,
            Some(_) => {}
            None => return paths,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read() {
        let paths = |text: &str| -> Vec<String> {
            prerequisites(text.as_bytes()).into_iter().map(|p| p.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(paths("a.o: src/a.c a.h \\\n /usr/include/x.h\n"), ["src/a.c", "a.h", "/usr/include/x.h"]);
        assert_eq!(
            paths("a.o: my\\ file.c d$$x.h h\\#.h back\\slash.h"),
            ["my file.c", "d$x.h", "h#.h", "back\\slash.h"]
        );
        assert_eq!(paths("a.o b.o: a.c\n\na.h:\n\nb.o : b.c\n"), ["a.c", "b.c"]);
        assert_eq!(paths("a.o: \\\r\n a.c\r\n"), ["a.c"]);
        assert_eq!(paths(""), [""; 0]);
        assert_eq!(paths("a.o:"), [""; 0]);
    }
}
