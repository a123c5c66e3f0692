//! Response files: `@file` arguments, which GCC and Clang replace by the words in the file.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// How many response files one command may open; libiberty's `expandargv` has the same limit.
const LIMIT: usize = 2000;

/// Replaces every `@file` by the words of the file, files named inside files included.
///
/// `read` gives a file's content by its path as named, joined to `directory`. As in libiberty's `expandargv`, a
/// relative name counts from the working directory even inside another response file, and an argument whose
/// file cannot be read stays as it is. A file that names itself stays too at that place.
pub fn expand(
    arguments: Vec<OsString>,
    directory: &Path,
    read: &dyn Fn(&Path) -> Option<Vec<u8>>,
) -> Vec<OsString> {
    if !arguments.iter().any(|a| a.as_bytes().starts_with(b"@")) {
        return arguments;
    }
    let mut out = Vec::with_capacity(arguments.len());
    let mut budget = LIMIT;
    expand_into(arguments, directory, read, &mut Vec::new(), &mut budget, &mut out);
    out
}

fn expand_into(
    arguments: Vec<OsString>,
    directory: &Path,
    read: &dyn Fn(&Path) -> Option<Vec<u8>>,
    open: &mut Vec<PathBuf>,
    budget: &mut usize,
    out: &mut Vec<OsString>,
) {
    for argument in arguments {
        let Some(name) = argument.as_bytes().strip_prefix(b"@") else {
            out.push(argument);
            continue;
        };
        let path = directory.join(OsStr::from_bytes(name));
        if name.is_empty() || *budget == 0 || open.contains(&path) {
            out.push(argument);
            continue;
        }
        let Some(text) = read(&path) else {
            out.push(argument);
            continue;
        };
        *budget -= 1;
        open.push(path);
        expand_into(split(&text), directory, read, open, budget, out);
        open.pop();
    }
}

/// Splits the text of a response file into words as libiberty's `buildargv` does: white space separates, single
/// and double quotes group, and a backslash takes the next character literally, inside quotes too.
pub fn split(text: &[u8]) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut bytes = text.iter().copied().peekable();
    loop {
        while bytes.next_if(|b| is_space(*b)).is_some() {}
        if bytes.peek().is_none() {
            return words;
        }
        let mut word = Vec::new();
        let mut quote = None;
        while let Some(b) = bytes.next_if(|b| quote.is_some() || !is_space(*b)) {
            match (b, quote) {
                (b'\\', _) => word.extend(bytes.next()),
                (_, Some(q)) if b == q => quote = None,
                (_, Some(_)) => word.push(b),
                (b'\'' | b'"', None) => quote = Some(b),
                (_, None) => word.push(b),
            }
        }
        words.push(OsString::from_vec(word));
    }
}

/// C's `isspace`, which counts the vertical tab that Rust's `is_ascii_whitespace` leaves out.
fn is_space(b: u8) -> bool {
    b.is_ascii_whitespace() || b == 0x0b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        split(text.as_bytes()).into_iter().map(|w| w.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn words_are_split_as_gcc_does() {
        for (text, want) in [
            ("", vec![]),
            (" \n\t ", vec![]),
            ("-O2 -Ia\n-c\x0ba.c\n", vec!["-O2", "-Ia", "-c", "a.c"]),
            (r#"-DX="a b" 'c d' e\ f"#, vec!["-DX=a b", "c d", "e f"]),
            (r#"-DS=\"x\" '-DT="y z"'"#, vec![r#"-DS="x""#, r#"-DT="y z""#]),
            (r"'a\'b' \\x", vec!["a'b", r"\x"]),
            ("'' \"\" x", vec!["", "", "x"]),
            ("'open end", vec!["open end"]),
            ("tail\\", vec!["tail"]),
            ("a\"b\"c", vec!["abc"]),
        ] {
            assert_eq!(words(text), want, "{text:?}");
        }
    }

    #[test]
    fn files_nest_and_cycles_end() {
        let read = |path: &Path| match path.to_str()? {
            "/w/outer" => Some(b"-O2 @inner @missing".to_vec()),
            "/w/inner" => Some(b"-DX @inner @/abs/f".to_vec()),
            "/abs/f" => Some(b"-DY".to_vec()),
            _ => None,
        };
        let got =
            expand(vec!["-c".into(), "@outer".into(), "@".into(), "a.c".into()], Path::new("/w"), &read);
        assert_eq!(got, ["-c", "-O2", "-DX", "@inner", "-DY", "@missing", "@", "a.c"]);
    }

    #[test]
    fn doubling_files_stay_within_the_limit() {
        // Each of thirty files names the next one twice: without a limit this makes 2^30 words.
        let read = |path: &Path| {
            let n: u32 = path.file_name()?.to_str()?.parse().ok()?;
            (n < 30).then(|| format!("@{0} @{0}", n + 1).into_bytes())
        };
        let got = expand(vec!["@0".into()], Path::new("/w"), &read);
        assert!(got.len() <= LIMIT + 2, "{}", got.len());
    }
}
