//! C source text, far enough understood to find where functions, data objects and macros begin and end.
//!
//! This is no parser. The compiler's debug information says on which line a thing is declared; the text says how
//! far it goes, which debug information does not.

use std::ops::Range;
use std::sync::Arc;
use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use super::macros::MacroDefinition;

/// Half open range of 1-based lines.
pub type Lines = Range<u32>;

/// One source file, with comments and the contents of strings blanked out.
#[derive(Debug)]
pub struct SourceText {
    raw: Arc<[u8]>,
    /// Same length as `raw`: comments are spaces, the contents of strings and characters are quotes.
    masked: Vec<u8>,
    /// Same length as `raw`: `masked` without preprocessor directives.
    code: Vec<u8>,
    /// Offset at which each line begins.
    starts: Vec<usize>,
    /// For each line, whether it begins inside a comment.
    in_comment: Vec<bool>,
    directives: Vec<Directive>,
    macros: OnceLock<Vec<MacroDefinition>>,
}

/// A preprocessor directive with its continued lines.
#[derive(Debug, Clone)]
pub struct Directive {
    /// Its lines.
    pub lines: Lines,
    /// Which it is.
    pub kind: DirectiveKind,
    /// Range of bytes behind the directive's name.
    pub rest: Range<usize>,
}

/// The directives that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectiveKind {
    /// `#define`
    Define,
    /// `#undef`
    Undef,
    /// `#if`, `#ifdef`, `#ifndef`
    If,
    /// `#else`, `#elif` and their like
    Else,
    /// `#endif`
    Endif,
    /// Any other.
    Other,
}

impl SourceText {
    /// Reads `raw`.
    pub fn new(raw: Arc<[u8]>) -> Self {
        let mut starts = vec![0];
        starts.extend(raw.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1));
        if starts.last() == Some(&raw.len()) && starts.len() > 1 {
            starts.pop();
        }
        let (masked, in_comment) = mask(&raw, starts.len());
        let mut text = SourceText {
            raw,
            code: masked.clone(),
            masked,
            starts,
            in_comment,
            directives: Vec::new(),
            macros: OnceLock::new(),
        };
        text.find_directives();
        text
    }

    /// Number of lines.
    pub fn len(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The directives in order.
    pub fn directives(&self) -> &[Directive] {
        &self.directives
    }

    /// The macros defined here, in order; read at the first call.
    pub fn macros(&self) -> &[MacroDefinition] {
        self.macros.get_or_init(|| super::macros::definitions(self))
    }

    /// Bytes of the file as they are.
    pub fn raw(&self, bytes: Range<usize>) -> &[u8] {
        &self.raw[bytes]
    }

    /// Bytes of the file without comments and the contents of strings.
    pub fn masked(&self, bytes: Range<usize>) -> &[u8] {
        &self.masked[bytes]
    }

    /// Bytes of the file also without directives.
    pub fn code(&self, bytes: Range<usize>) -> &[u8] {
        &self.code[bytes]
    }

    /// Whether a line begins inside a comment. The line behind the last one counts as outside.
    pub fn begins_in_comment(&self, line: u32) -> bool {
        line.checked_sub(1).and_then(|i| self.in_comment.get(i as usize)).copied().unwrap_or(false)
    }

    /// The bytes of `lines`, line ends included; what lies behind the file is left out.
    pub fn bytes(&self, lines: &Lines) -> Range<usize> {
        let at = |line: u32| {
            let i = line.saturating_sub(1) as usize;
            self.starts.get(i).copied().unwrap_or(self.raw.len())
        };
        let start = at(lines.start);
        start..at(lines.end).max(start)
    }

    /// The line that holds the byte at `offset`.
    pub fn line_at(&self, offset: usize) -> u32 {
        self.starts.partition_point(|s| *s <= offset) as u32
    }

    /// Whether a line holds anything but comments and white space.
    pub fn is_significant(&self, line: u32) -> bool {
        self.masked[self.bytes(&(line..line + 1))].iter().any(|b| !b.is_ascii_whitespace())
    }

    /// The line without comments and with each run of white space outside strings as one space.
    pub fn essence(&self, line: u32) -> Vec<u8> {
        let bytes = self.bytes(&(line..line + 1));
        let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
        let mut space = false;
        for i in bytes {
            if self.masked[i].is_ascii_whitespace() {
                space = !out.is_empty();
            } else {
                if std::mem::take(&mut space) {
                    out.push(b' ');
                }
                out.push(self.raw[i]);
            }
        }
        out
    }

    /// The identifiers in `bytes`, keywords included.
    pub fn identifiers(&self, bytes: Range<usize>) -> impl Iterator<Item = &[u8]> {
        identifiers(&self.masked[bytes])
    }

    fn find_directives(&mut self) {
        let mut line = 1;
        while line <= self.len() {
            let bytes = self.bytes(&(line..line + 1));
            let text = &self.masked[bytes.clone()];
            let hash = text.iter().position(|b| !b.is_ascii_whitespace());
            if hash.is_none_or(|i| text[i] != b'#') || self.begins_in_comment(line) {
                line += 1;
                continue;
            }
            let first = line;
            while line < self.len() && self.is_continued(line) {
                line += 1;
            }
            line += 1;
            let lines = first..line;
            let whole = self.bytes(&lines);
            let mut at = bytes.start + hash.unwrap_or(0) + 1;
            while at < whole.end && matches!(self.masked[at], b' ' | b'\t') {
                at += 1;
            }
            let name_end = at + self.masked[at..whole.end].iter().take_while(|b| is_word(**b)).count();
            let kind = match &self.masked[at..name_end] {
                b"define" => DirectiveKind::Define,
                b"undef" => DirectiveKind::Undef,
                b"if" | b"ifdef" | b"ifndef" => DirectiveKind::If,
                b"else" | b"elif" | b"elifdef" | b"elifndef" => DirectiveKind::Else,
                b"endif" => DirectiveKind::Endif,
                _ => DirectiveKind::Other,
            };
            for byte in &mut self.code[whole.clone()] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
            self.directives.push(Directive { lines, kind, rest: name_end..whole.end });
        }
    }

    /// Whether the next line continues this one: by a backslash, or by a comment that goes on.
    fn is_continued(&self, line: u32) -> bool {
        let bytes = self.bytes(&(line..line + 1));
        let text = self.raw[bytes].trim_ascii_end();
        text.last() == Some(&b'\\') || self.begins_in_comment(line + 1)
    }
}

/// The identifiers in a piece of masked text.
pub fn identifiers(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| !is_word(*b)).filter(|w| w.first().is_some_and(|b| !b.is_ascii_digit()))
}

/// The identifiers in a piece of masked text, each once.
pub fn identifier_set(text: &[u8]) -> FxHashSet<&[u8]> {
    identifiers(text).collect()
}

/// Whether a byte can stand inside an identifier. Bytes above 127 can: they are letters in UTF-8.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Code,
    LineComment,
    BlockComment,
    Quoted(u8),
}

/// Blanks comments and the contents of strings; also tells for each line whether it begins inside a comment.
fn mask(raw: &[u8], lines: usize) -> (Vec<u8>, Vec<bool>) {
    let mut out = raw.to_vec();
    let mut in_comment = Vec::with_capacity(lines);
    in_comment.push(false);
    let mut state = State::Code;
    let mut i = 0;
    while i < raw.len() {
        let byte = raw[i];
        let next = raw.get(i + 1).copied();
        if byte == b'\n' {
            let spliced = raw[..i].strip_suffix(b"\r").unwrap_or(&raw[..i]).last() == Some(&b'\\');
            // An unclosed quote ends with its line: an apostrophe in the text of an `#error`.
            if !spliced && state != State::BlockComment {
                state = State::Code;
            }
            in_comment.push(matches!(state, State::BlockComment | State::LineComment));
            i += 1;
            continue;
        }
        match state {
            State::Code => match (byte, next) {
                (b'/', Some(b'*')) => {
                    state = State::BlockComment;
                    out[i] = b' ';
                    out[i + 1] = b' ';
                    i += 1;
                }
                (b'/', Some(b'/')) => {
                    state = State::LineComment;
                    out[i] = b' ';
                }
                (b'"', _) => state = State::Quoted(b'"'),
                // Between digits and letters it separates the digits of a number (C23, C++14).
                (b'\'', _)
                    if !(i > 0
                        && raw[i - 1].is_ascii_hexdigit()
                        && next.is_some_and(|n| n.is_ascii_hexdigit())) =>
                {
                    state = State::Quoted(b'\'');
                }
                _ => {}
            },
            State::LineComment => {
                if byte != b'\r' {
                    out[i] = b' ';
                }
            }
            State::BlockComment => {
                if byte != b'\r' {
                    out[i] = b' ';
                }
                if byte == b'*' && next == Some(b'/') {
                    out[i + 1] = b' ';
                    i += 1;
                    state = State::Code;
                }
            }
            State::Quoted(quote) => {
                if byte == quote {
                    state = State::Code;
                } else if byte == b'\\' && !matches!(next, Some(b'\n' | b'\r') | None) {
                    out[i] = b'"';
                    out[i + 1] = b'"';
                    i += 1;
                } else if byte != b'\\' {
                    out[i] = b'"';
                }
            }
        }
        i += 1;
    }
    in_comment.resize(lines, false);
    (out, in_comment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> SourceText {
        SourceText::new(Arc::from(source.as_bytes()))
    }

    fn masked(source: &str) -> String {
        let text = text(source);
        String::from_utf8(text.masked(0..source.len()).to_vec()).expect("ASCII stays ASCII")
    }

    #[test]
    fn comments_and_strings_are_blanked() {
        assert_eq!(masked("a /* { */ b // }\nc"), "a         b     \nc");
        assert_eq!(masked("f(\"{\\\"}\", '{');"), "f(\"\"\"\"\"\", '\"');");
        assert_eq!(masked("#error don't\n}"), "#error don'\"\n}");
        assert_eq!(masked("x = 1'000; y = '\\'';"), "x = 1'000; y = '\"\"';");
    }

    #[test]
    fn lines_know_whether_a_comment_is_open() {
        let text = text("a /*\n b\n */ c\nd // e \\\nf\ng\n");
        let open: Vec<bool> = (1..=6).map(|l| text.begins_in_comment(l)).collect();
        assert_eq!(open, [false, true, true, false, true, false]);
        assert!(!text.is_significant(2));
        assert!(text.is_significant(3));
    }

    #[test]
    fn directives_take_their_continued_lines() {
        let text = text("#define A(x) \\\n\tdo { \\\n } while (0)\nint a;\n # undef A\n#if /* a\n b */ 1\n");
        let seen: Vec<_> = text.directives().iter().map(|d| (d.lines.clone(), d.kind)).collect();
        assert_eq!(
            seen,
            [(1..4, DirectiveKind::Define), (5..6, DirectiveKind::Undef), (6..8, DirectiveKind::If)]
        );
        assert!(!text.code(text.bytes(&(1..4))).contains(&b'{'));
    }

    #[test]
    fn essence_ignores_comments_and_spacing_but_not_strings() {
        let text = text("\ta  = \"x y\"; /* one */\na = \"x y\";\na = \"x  y\";\n");
        assert_eq!(text.essence(1), text.essence(2));
        assert_ne!(text.essence(2), text.essence(3));
    }

    #[test]
    fn identifiers_are_words_that_do_not_begin_with_a_digit() {
        let text = text("foo(0x1f, \"bar\", a_b2) /* baz */");
        let words: Vec<&[u8]> = text.identifiers(0..32).collect();
        assert_eq!(words, [&b"foo"[..], b"a_b2"]);
    }
}
