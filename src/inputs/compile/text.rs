//! Whether the preprocessed text of two sides says the same.

use xxhash_rust::xxh3::Xxh3;

/// A number that is the same for two preprocessed texts from which a compiler makes the same code.
///
/// Line markers and blank lines do not count, unless `lines_matter` (the command makes the compiler put line
/// numbers into data, as sanitizers and coverage do) or the text itself asks for them.
pub(super) fn text_hash(text: &[u8], lines_matter: bool) -> u64 {
    let mut hash = Xxh3::new();
    if lines_matter || asks_for_lines(text) {
        hash.update(b"lines\0");
        hash.update(text);
        return hash.digest();
    }
    for line in text.split(|&b| b == b'\n') {
        if line.trim_ascii().is_empty() || is_marker(line) {
            continue;
        }
        hash.update(line);
        hash.update(b"\n");
    }
    hash.digest()
}

/// `# 12 "file.c" 2` and `#line 12`, as preprocessors write them.
fn is_marker(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"#") else { return false };
    let rest = rest.strip_prefix(b"line").unwrap_or(rest).trim_ascii_start();
    rest.first().is_some_and(u8::is_ascii_digit)
}

/// The builtins behind `std::source_location` take the line after preprocessing, and blank lines and lines that
/// look like markers are content inside a raw string.
fn asks_for_lines(text: &[u8]) -> bool {
    [b"__builtin_LINE".as_slice(), b"__builtin_source_location"]
        .iter()
        .any(|needle| memchr::memmem::find(text, needle).is_some())
        || memchr::memmem::find_iter(text, b"R\"").any(|at| may_start_raw_string(text, at))
}

/// Whether the `R"` at `at` may begin a raw string: no word ends there but an encoding prefix, and a delimiter of
/// at most 16 characters leads to a parenthesis (C++ [lex.string]; GCC has them in C too). A string that ends in
/// R, as many do in C, is none.
fn may_start_raw_string(text: &[u8], at: usize) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let before = text[..at].iter().rev().take_while(|b| word(b)).count();
    let prefix = &text[at - before..at];
    let behind = text[at + 2..].iter().take(17);
    let delimiter =
        behind.clone().take_while(|b| !matches!(b, b' ' | b'(' | b')' | b'\\' | b'"' | b'\n')).count();
    matches!(prefix, b"" | b"u8" | b"u" | b"U" | b"L") && behind.clone().nth(delimiter) == Some(&b'(')
}

/// Whether a compiler called with `arguments` puts line numbers into what it makes, debug information aside.
pub(super) fn lines_matter(arguments: &[std::ffi::OsString]) -> bool {
    use std::os::unix::ffi::OsStrExt;
    arguments.iter().map(|a| a.as_bytes()).any(|a| {
        a.starts_with(b"-fsanitize=")
            || a.starts_with(b"-fprofile")
            || a.starts_with(b"-ftest-coverage")
            || a.starts_with(b"-finstrument-functions")
            || a == b"--coverage"
            || a == b"-coverage"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_and_blank_lines_do_not_count() {
        let one = b"# 1 \"a.c\"\nint a;\n\n# 5 \"a.h\" 2\nint b;\n";
        let two = b"# 1 \"a.c\"\n\nint a;\nint b;\n#line 77\n";
        assert_eq!(text_hash(one, false), text_hash(two, false));
        assert_ne!(text_hash(one, true), text_hash(two, true));
        assert_ne!(text_hash(b"int a;", false), text_hash(b"int b;", false));
        assert_ne!(text_hash(b"#pragma pack(1)\n", false), text_hash(b"#pragma pack(2)\n", false));
        assert_ne!(text_hash(b"int a;\nint b;", false), text_hash(b"int a; int b;", false));
    }

    #[test]
    fn strings_that_end_in_r_ask_for_nothing() {
        for text in ["s = \"ERROR\" %;", "s = \"R\", f(%);", "s = \"in R\" \"(x)\"%;", "s = FOO_R\"(x)\"%;"] {
            let (one, two) = (text.replace('%', "\n"), text.replace('%', "\n\n"));
            assert_eq!(text_hash(one.as_bytes(), false), text_hash(two.as_bytes(), false), "{text}");
        }
    }

    #[test]
    fn texts_that_ask_for_lines_are_taken_whole() {
        for asks in ["char *s = R\"(a%b)\";", "char *s = u8R\"--(a%b)--\";", "int l =\n%__builtin_LINE();"] {
            let (one, two) = (asks.replace('%', "\n"), asks.replace('%', "\n\n"));
            assert_ne!(text_hash(one.as_bytes(), false), text_hash(two.as_bytes(), false), "{asks}");
        }
    }
}
