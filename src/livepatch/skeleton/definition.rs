//! Finding the text of a function's definition in a C source that has not been preprocessed.
//!
//! A scanner rather than a grammar: kernel sources put macros where C's grammar has no place for them
//! (`static int __init f(void) __releases(lock)`), and conditionals around half a statement. What the scanner
//! needs of the language is comments, strings, brackets and directives, and in those it is exact.

use std::ops::Range;

/// A definition with a body at file scope. Ranges are offsets in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// From the first word of the declaration to the closing brace.
    pub whole: Range<usize>,
    /// Where the function's name stands in the declaration; empty when only the line was found.
    pub name: Range<usize>,
    /// From the first word to the opening brace, without it.
    pub header: Range<usize>,
    /// 1-based lines of `whole`, half open.
    pub lines: Range<u32>,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The definition.
    Found(Definition),
    /// The line lies in a definition that a macro names, such as `SYSCALL_DEFINE3(read, …)`.
    InMacro(Definition),
    /// There is one, but a conditional directive begins inside of it and ends outside.
    Conditional(Definition),
    /// There is none.
    Missing,
}

/// Looks for the definition of the function `name`. `line` (1-based, anywhere in the definition) chooses among
/// several, of which conditional directives leave one.
pub fn find(text: &[u8], name: &str, line: Option<u32>) -> Lookup {
    let all = definitions(text);
    let holds = |d: &&Candidate| line.is_some_and(|line| d.lines(text).contains(&line));
    let named = |d: &&Candidate| d.name_of(text, name).is_some();
    let found = all.iter().filter(named).find(holds).or_else(|| all.iter().find(named));
    let Some(candidate) = found else {
        return all.iter().find(holds).map_or(Lookup::Missing, |c| Lookup::InMacro(c.definition(text, 0..0)));
    };
    let definition = candidate.definition(text, candidate.name_of(text, name).unwrap_or_default());
    if directives_are_balanced(&text[definition.whole.clone()]) {
        Lookup::Found(definition)
    } else {
        Lookup::Conditional(definition)
    }
}

/// The headers that `text` includes: the words behind `#include`, quotes or angle brackets in place, and whether
/// the directive stands under a condition other than the guard of the whole file.
pub fn includes(text: &[u8]) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut depth = 0usize;
    for token in Scanner::new(text) {
        let Token::Directive(range) = token else { continue };
        let (word, rest) = directive(&text[range]);
        match word.as_str() {
            "if" | "ifdef" | "ifndef" => depth += 1,
            "endif" => depth = depth.saturating_sub(1),
            "include" => {
                let rest = String::from_utf8_lossy(rest);
                let rest = rest.trim();
                let close = if rest.starts_with('<') { '>' } else { '"' };
                if let Some(end) = rest.char_indices().skip(1).find(|(_, c)| *c == close) {
                    found.push((rest[..=end.0].to_owned(), depth > 0));
                }
            }
            _ => {}
        }
    }
    found
}

/// Offsets of the words of `text` that equal `word`, comments, strings and directives left out.
pub fn words(text: &[u8], word: &str) -> Vec<Range<usize>> {
    let is = |range: &Range<usize>| &text[range.clone()] == word.as_bytes();
    Scanner::new(text)
        .filter_map(|token| match token {
            Token::Word(range) if is(&range) => Some(range),
            _ => None,
        })
        .collect()
}

fn directives_are_balanced(text: &[u8]) -> bool {
    let mut depth = 0u32;
    for token in Scanner::new(text) {
        let Token::Directive(range) = token else { continue };
        match directive(&text[range]).0.as_str() {
            "if" | "ifdef" | "ifndef" => depth += 1,
            "else" | "elif" if depth == 0 => return false,
            "endif" => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

/// A declaration with a body, before anybody asked for its name.
#[derive(Debug, Clone, Default)]
struct Candidate {
    start: usize,
    brace: usize,
    end: usize,
    /// Words followed by an opening parenthesis, and how deep in parentheses they stand.
    called: Vec<(Range<usize>, u32)>,
}

impl Candidate {
    fn lines(&self, text: &[u8]) -> Range<u32> {
        line_of(text, self.start)..line_of(text, self.end) + 1
    }

    /// The place of `name` in the declarator. Outside of parentheses before inside: `int (*f(int a))(int)` has
    /// its name inside, but the parameters of others are there too.
    fn name_of(&self, text: &[u8], name: &str) -> Option<Range<usize>> {
        let is = |(range, _): &&(Range<usize>, u32)| &text[range.clone()] == name.as_bytes();
        self.called.iter().filter(is).min_by_key(|(_, depth)| *depth).map(|(range, _)| range.clone())
    }

    fn definition(&self, text: &[u8], name: Range<usize>) -> Definition {
        Definition {
            whole: self.start..self.end,
            name,
            header: self.start..self.brace,
            lines: self.lines(text),
        }
    }
}

fn line_of(text: &[u8], at: usize) -> u32 {
    let breaks = text[..at].iter().filter(|&&b| b == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX - 1) + 1
}

/// What the scan of file scope has seen since the last declaration ended.
#[derive(Debug, Clone, Default)]
struct State {
    braces: u32,
    parentheses: u32,
    candidate: Option<Candidate>,
    /// The declaration has an initializer, so that a brace opens no body.
    initializer: bool,
    /// The braces that are open belong to a function.
    body: bool,
    last_word: Option<Range<usize>>,
}

fn definitions(text: &[u8]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut state = State::default();
    // The branches of a conditional are alternatives: each begins where the first one began.
    let mut conditionals: Vec<State> = Vec::new();
    for token in Scanner::new(text) {
        let previous = state.last_word.take();
        match token {
            Token::Directive(range) => match directive(&text[range]).0.as_str() {
                "if" | "ifdef" | "ifndef" => conditionals.push(state.clone()),
                "else" | "elif" => {
                    if let Some(begin) = conditionals.last() {
                        state = begin.clone();
                    }
                }
                "endif" => {
                    conditionals.pop();
                }
                _ => {}
            },
            Token::Word(range) if state.braces == 0 => {
                let at = range.start;
                state.candidate.get_or_insert_with(|| Candidate { start: at, ..Candidate::default() });
                state.last_word = Some(range);
            }
            Token::Word(_) | Token::Literal => {}
            Token::Mark(mark, at) => match mark {
                b'(' if state.braces == 0 => {
                    if let (Some(candidate), Some(word)) = (&mut state.candidate, previous) {
                        candidate.called.push((word, state.parentheses));
                    }
                    state.parentheses += 1;
                }
                b')' if state.braces == 0 => {
                    state.parentheses = state.parentheses.saturating_sub(1);
                    if state.parentheses == 0 {
                        forget_macro_call(text, at, &mut state);
                    }
                }
                b'{' => {
                    if state.braces == 0 {
                        state.body = state.parentheses == 0
                            && !state.initializer
                            && state.candidate.as_ref().is_some_and(|c| !c.called.is_empty());
                        match &mut state.candidate {
                            Some(candidate) if state.body => candidate.brace = at,
                            // `extern "C" {` is only a bracket around file scope.
                            Some(c)
                                if &text[c.start..at.min(c.start + 6)] == b"extern"
                                    && c.called.is_empty() =>
                            {
                                state = State::default();
                                continue;
                            }
                            _ => {}
                        }
                    }
                    state.braces += 1;
                }
                b'}' => {
                    let open = state.braces > 0;
                    state.braces = state.braces.saturating_sub(1);
                    if state.braces == 0 && (state.body || !open) {
                        if let (true, Some(mut candidate)) = (state.body, state.candidate.take()) {
                            candidate.end = at + 1;
                            found.push(candidate);
                        }
                        state = State::default();
                    }
                }
                b';' if state.braces == 0 && state.parentheses == 0 => state = State::default(),
                b'=' if state.braces == 0 && state.parentheses == 0 => state.initializer = true,
                _ => {}
            },
        }
    }
    found
}

/// `EXPORT_SYMBOL(f)` and the like are written without a semicolon at times: when a declaration so far is only
/// a call of something in capitals and the line ends, it is over. Not when a body follows.
fn forget_macro_call(text: &[u8], close: usize, state: &mut State) {
    let Some(candidate) = &state.candidate else { return };
    let [(word, 0)] = candidate.called.as_slice() else { return };
    let capitals = word.start == candidate.start && !text[word.clone()].iter().any(u8::is_ascii_lowercase);
    let after = &text[close + 1..];
    let blank = after.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(after.len());
    let line_ends = after[..blank].contains(&b'\n');
    if capitals && line_ends && after.get(blank) != Some(&b'{') {
        *state = State::default();
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(Range<usize>),
    /// A string, a character constant or a number.
    Literal,
    Mark(u8, usize),
    /// A directive from its `#` to the end of its last line.
    Directive(Range<usize>),
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    /// Nothing but blanks and comments since the line began.
    line_start: bool,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t [u8]) -> Self {
        Scanner { text, at: 0, line_start: true }
    }

    fn skip_comment(&mut self) -> bool {
        match self.text[self.at..] {
            [b'/', b'*', ..] => {
                let rest = &self.text[self.at + 2..];
                let end = rest.windows(2).position(|w| w == b"*/").map_or(rest.len(), |i| i + 2);
                self.at += 2 + end;
                true
            }
            [b'/', b'/', ..] => {
                self.skip_line();
                true
            }
            _ => false,
        }
    }

    /// Goes to the line break that ends the line, continued lines included.
    fn skip_line(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\\' => self.at += if self.text[self.at..].starts_with(b"\\\r\n") { 3 } else { 2 },
                b'\n' => return,
                _ => self.at += 1,
            }
        }
        self.at = self.text.len();
    }

    fn skip_quoted(&mut self, quote: u8) {
        self.at += 1;
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\\' => self.at += 2,
                // A quote that nobody closes ends with its line, as the preprocessor has it.
                b'\n' => return,
                _ => {
                    self.at += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
        self.at = self.text.len();
    }

    fn skip_directive(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\n' => return,
                b'\\' => self.at += if self.text[self.at..].starts_with(b"\\\r\n") { 3 } else { 2 },
                b'"' | b'\'' => self.skip_quoted(byte),
                _ if self.skip_comment() => {}
                _ => self.at += 1,
            }
        }
        self.at = self.text.len();
    }
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let byte = *self.text.get(self.at)?;
            let start = self.at;
            match byte {
                b'\n' => {
                    self.line_start = true;
                    self.at += 1;
                }
                b'\\' | b'\r' | b'\t' | b' ' | 0x0b | 0x0c => self.at += 1,
                _ if self.skip_comment() => {}
                b'#' if self.line_start => {
                    self.skip_directive();
                    return Some(Token::Directive(start..self.at));
                }
                _ => {
                    self.line_start = false;
                    if byte == b'"' || byte == b'\'' {
                        self.skip_quoted(byte);
                        return Some(Token::Literal);
                    }
                    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'$' || b >= 0x80;
                    if is_word(byte) {
                        let rest = &self.text[start..];
                        self.at += rest.iter().position(|&b| !is_word(b)).unwrap_or(rest.len());
                        return Some(if byte.is_ascii_digit() {
                            Token::Literal
                        } else {
                            Token::Word(start..self.at)
                        });
                    }
                    self.at += 1;
                    return Some(Token::Mark(byte, start));
                }
            }
        }
    }
}

/// The name of a directive and what stands behind it.
fn directive(text: &[u8]) -> (String, &[u8]) {
    let rest = text.strip_prefix(b"#").unwrap_or(text).trim_ascii_start();
    let end = rest.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(rest.len());
    (String::from_utf8_lossy(&rest[..end]).into_owned(), &rest[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(text: &'t str, name: &str, line: Option<u32>) -> &'t str {
        match find(text.as_bytes(), name, line) {
            Lookup::Found(definition) => {
                assert_eq!(&text[definition.name.clone()], name);
                &text[definition.whole]
            }
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn a_definition_among_declarations_calls_and_comments() {
        let text = "#include <a.h>\nint f(int);\n/* int f(int a) { */\nstatic int x = f(1);\nstruct s { int (*f)(int); };\n\
                    static const struct s t = { .f = f };\n\n// the one {\nint\nf(int a)\n{\n\treturn g(\"}\", '}') + a; /* } */\n}\n\
                    int g(void) { return f(2); }\n";
        assert_eq!(found(text, "f", None), "int\nf(int a)\n{\n\treturn g(\"}\", '}') + a; /* } */\n}");
        assert_eq!(found(text, "g", Some(14)), "int g(void) { return f(2); }");
        assert_eq!(find(text.as_bytes(), "h", None), Lookup::Missing);
    }

    #[test]
    fn attributes_and_macros_around_the_declarator() {
        let text = "EXPORT_SYMBOL_GPL(before)\nstatic int __init __attribute__((cold)) f(struct s *s)\n\t__must_hold(&s->lock)\n{\n}\nEXPORT_SYMBOL(f);\n";
        assert_eq!(
            found(text, "f", None),
            "static int __init __attribute__((cold)) f(struct s *s)\n\t__must_hold(&s->lock)\n{\n}"
        );
        let pointer = "int (*choose(int f))(int)\n{ return 0; }";
        assert_eq!(found(pointer, "choose", None), pointer);
    }

    #[test]
    fn conditionals_choose_by_line() {
        let text = "#ifdef A\nint f(void)\n{\n#if B\n\tif (b) {\n#else\n\tif (c) {\n#endif\n\t}\n}\n#else\nint f(void) { return 2; }\n#endif\nint g(void) { return 1; }\n";
        assert!(found(text, "f", Some(5)).contains("#else\n\tif (c) {"));
        assert_eq!(found(text, "f", Some(12)), "int f(void) { return 2; }");
        assert_eq!(found(text, "g", None), "int g(void) { return 1; }");
    }

    #[test]
    fn half_a_conditional_is_told() {
        let text = "#ifdef A\nint f(int a)\n#else\nint f(long a)\n#endif\n{\n\treturn 1;\n}\n";
        assert!(matches!(find(text.as_bytes(), "f", None), Lookup::Conditional(_)));
    }

    #[test]
    fn a_macro_that_defines_is_found_by_line() {
        let text = "int a;\nSYSCALL_DEFINE2(read, int, fd, int, n)\n{\n\treturn n;\n}\nint g(void)\n{\n}\n";
        let Lookup::InMacro(definition) = find(text.as_bytes(), "__do_sys_read", Some(2)) else {
            panic!("a macro")
        };
        assert!(text[definition.whole].starts_with("SYSCALL_DEFINE2(read"));
        assert_eq!(definition.lines, 2..6);
    }

    #[test]
    fn broken_text_is_no_trouble() {
        for text in [
            "int f(int a) {",
            "\"",
            "/*",
            "}}}} int f(void) { }",
            "#if",
            "'\\",
            "int f(void) { \\",
            "((((",
            "#else\n#endif",
        ] {
            let _ = find(text.as_bytes(), "f", Some(1));
            for end in 0..text.len() {
                let _ = find(&text.as_bytes()[..end], "f", None);
            }
        }
    }

    #[test]
    fn includes_and_whether_they_are_conditional() {
        let text = b"#include <linux/a.h> /* x */\n# include \"b.h\"\n#ifdef X\n#include <c.h>\n#endif\n// #include <d.h>\n#include MACRO\n";
        let expected = [("<linux/a.h>", false), ("\"b.h\"", false), ("<c.h>", true)];
        let found = includes(text);
        assert_eq!(found.iter().map(|(n, c)| (n.as_str(), *c)).collect::<Vec<_>>(), expected);
    }
}
