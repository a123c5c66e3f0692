//! Where in a C or C++ text a preprocessing directive can stand.
//!
//! A scanner of lexical state, not a parser: comments, literals, spliced lines, directives, and how many
//! parentheses are open, since a directive inside the arguments of a macro is undefined behaviour (C11 6.10.3p11).
//! It errs towards "cannot": a place that it wrongly thinks free makes a compilation fail.

/// What the scanner found out.
#[derive(Debug, Default)]
pub struct Scan {
    /// For each line (0-based) whether a directive can stand before it; one entry more than there are lines when
    /// the text ends with a line feed.
    pub safe: Vec<bool>,
    /// The conditional groups whose inside is safe in places, inner ones before those around them.
    pub groups: Vec<Group>,
    /// Whether the text has `#line` or `# 12 "x"` directives.
    pub own_directives: bool,
}

/// A conditional group, `#if` to `#endif`.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// The lines (0-based) behind its `#if`, each `#elif` and `#else`, and its `#endif`.
    pub boundaries: Vec<usize>,
}

/// Scans a text.
pub fn scan(text: &[u8]) -> Scan {
    let mut scanner = Scanner {
        text,
        at: 0,
        depth: 0,
        fresh: true,
        directive: None,
        open: Vec::new(),
        scan: Scan { safe: vec![true], ..Scan::default() },
    };
    scanner.run();
    let Scanner { open, mut scan, .. } = scanner;
    // A group that does not end was misread, or will not compile.
    for group in open {
        let start = group.boundaries[0];
        scan.safe[start..].fill(false);
    }
    scan
}

struct Scanner<'a> {
    text: &'a [u8],
    /// Offset of the byte to be read next.
    at: usize,
    /// Number of open parentheses.
    depth: u32,
    /// Whether nothing but white space and comments came since the line began.
    fresh: bool,
    /// The directive being read.
    directive: Option<Directive>,
    /// The groups that have not ended.
    open: Vec<Open>,
    scan: Scan,
}

#[derive(Default)]
struct Directive {
    /// Its first two words.
    words: Vec<Vec<u8>>,
    /// Parentheses open before it: its own do not count.
    depth: u32,
}

struct Open {
    boundaries: Vec<usize>,
    /// Parentheses open before the group.
    depth: u32,
    /// The most parentheses open at the end of a branch.
    most: u32,
    /// Whether the branch being read is never compiled (`#if 0`), so that it may be prose.
    never: bool,
    has_else: bool,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(b) = self.peek() {
            match b {
                b'\n' => self.end_line(),
                b' ' | b'\t' | b'\r' | 11 | 12 => self.at += 1,
                b'/' if self.second() == Some(b'/') => self.line_comment(),
                b'/' if self.second() == Some(b'*') => self.block_comment(),
                _ => self.token(b),
            }
        }
        // A directive on a last line without line feed counts too.
        self.finish_directive();
    }

    /// The next byte, behind any spliced line ends, which begin lines that are no place for anything.
    fn peek(&mut self) -> Option<u8> {
        while let Some(len) = splice(&self.text[self.at..]) {
            self.at += len;
            self.scan.safe.push(false);
        }
        self.text.get(self.at).copied()
    }

    /// The byte behind the next one.
    fn second(&self) -> Option<u8> {
        let mut at = self.at + 1;
        while let Some(len) = self.text.get(at..).and_then(splice) {
            at += len;
        }
        self.text.get(at).copied()
    }

    /// Takes the byte that [`Self::peek`] showed.
    fn bump(&mut self) {
        self.at += 1;
    }

    /// Takes a line feed outside of comments and literals.
    fn end_line(&mut self) {
        self.bump();
        let closed = self.finish_directive();
        self.scan.safe.push(self.depth == 0);
        self.fresh = true;
        if let Some(group) = closed {
            self.close_group(group);
        }
    }

    /// Takes everything up to the line feed, which stays.
    fn line_comment(&mut self) {
        while self.peek().is_some_and(|b| b != b'\n') {
            self.bump();
        }
    }

    fn block_comment(&mut self) {
        self.peek();
        self.bump();
        self.peek();
        self.bump();
        while let Some(b) = self.peek() {
            if b == b'*' && self.second() == Some(b'/') {
                self.bump();
                self.peek();
                self.bump();
                return;
            }
            self.bump();
            if b == b'\n' {
                self.scan.safe.push(false);
            }
        }
    }

    fn token(&mut self, b: u8) {
        let fresh = std::mem::replace(&mut self.fresh, false);
        match b {
            b'#' if fresh && self.directive.is_none() => {
                self.directive = Some(Directive { words: Vec::new(), depth: self.depth });
                self.bump();
            }
            // The digraph of `#`.
            b'%' if fresh && self.directive.is_none() && self.second() == Some(b':') => {
                self.directive = Some(Directive { words: Vec::new(), depth: self.depth });
                self.bump();
                self.peek();
                self.bump();
            }
            b'"' | b'\'' => self.literal(b),
            b'(' => {
                self.depth = self.depth.saturating_add(1);
                self.bump();
            }
            b')' => {
                self.depth = self.depth.saturating_sub(1);
                self.bump();
            }
            b'}' => {
                // A brace in the first column ends a function: whatever was counted wrongly in it is over.
                let first_column = self.at == 0 || self.text[self.at - 1] == b'\n';
                self.bump();
                if first_column && self.directive.is_none() && !self.goes_on_in_arguments() {
                    self.depth = 0;
                }
            }
            b'0'..=b'9' => self.number(),
            b'.' if self.second().is_some_and(|b| b.is_ascii_digit()) => self.number(),
            _ if is_word(b) => {
                let word = self.word();
                let raw = matches!(&word[..], b"R" | b"LR" | b"uR" | b"UR" | b"u8R");
                self.directive_word(word);
                if raw && self.text.get(self.at) == Some(&b'"') {
                    self.raw_string();
                }
            }
            _ => self.bump(),
        }
    }

    /// Whether a closing brace stands in parentheses: what follows it on its line says so.
    fn goes_on_in_arguments(&self) -> bool {
        let rest = self.text[self.at..].trim_ascii_start();
        rest.first().is_some_and(|b| b"),".contains(b))
    }

    fn word(&mut self) -> Vec<u8> {
        let mut word = Vec::new();
        while let Some(b) = self.peek().filter(|&b| is_word(b)) {
            // No word of interest is longer.
            if word.len() < 16 {
                word.push(b);
            }
            self.bump();
        }
        word
    }

    /// Takes a preprocessing number (C11 6.4.8, with the digit separators of C++14).
    fn number(&mut self) {
        let mut word = Vec::new();
        while let Some(b) = self.peek() {
            let goes_on = match b {
                b'+' | b'-' => matches!(word.last(), Some(b'e' | b'E' | b'p' | b'P')),
                b'\'' => self.second().is_some_and(is_word),
                _ => b == b'.' || is_word(b),
            };
            if !goes_on {
                break;
            }
            word.push(b);
            self.bump();
        }
        self.directive_word(word);
    }

    fn directive_word(&mut self, word: Vec<u8>) {
        if let Some(directive) = &mut self.directive
            && directive.words.len() < 2
        {
            directive.words.push(word);
        }
    }

    /// Takes a string or character. One that its line does not end is prose in a group that is not compiled, or
    /// an apostrophe behind `#error`: it ends with the line.
    fn literal(&mut self, quote: u8) {
        self.bump();
        while let Some(b) = self.peek() {
            if b == b'\n' {
                return;
            }
            self.bump();
            if b == quote {
                return;
            }
            if b == b'\\' && self.peek().is_some_and(|b| b != b'\n') {
                self.bump();
            }
        }
    }

    /// Takes a raw string from its quote on; splices mean nothing in it.
    fn raw_string(&mut self) {
        /// Longest delimiter (C++ [lex.string]).
        const LONGEST: usize = 16;

        let rest = &self.text[self.at + 1..];
        let Some(len) = rest.iter().take(LONGEST + 1).position(|&b| b == b'(') else {
            return self.literal(b'"');
        };
        let delimiter = &rest[..len];
        if delimiter.iter().any(|b| b" )\\\t\n\r\"".contains(b)) {
            return self.literal(b'"');
        }
        let end = [b")", delimiter, b"\""].concat();
        let body = &rest[len..];
        let taken = body.windows(end.len()).position(|w| w == end).map_or(body.len(), |i| i + end.len());
        for &b in &body[..taken] {
            if b == b'\n' {
                self.scan.safe.push(false);
            }
        }
        self.at += 1 + len + taken;
    }

    /// Ends the directive being read; answers the group that it closed.
    fn finish_directive(&mut self) -> Option<Open> {
        let directive = self.directive.take()?;
        self.depth = directive.depth;
        // The line feed has been taken, and the line behind it is not listed yet.
        let next = self.scan.safe.len();
        let name = directive.words.first().map_or(&b""[..], |w| w);
        match name {
            b"if" | b"ifdef" | b"ifndef" => {
                let never = name == b"if" && directive.words.get(1).is_some_and(|w| w == b"0");
                self.open.push(Open {
                    boundaries: vec![next],
                    depth: self.depth,
                    most: 0,
                    never,
                    has_else: false,
                });
            }
            b"else" | b"elif" | b"elifdef" | b"elifndef" => {
                if let Some(group) = self.open.last_mut() {
                    group.end_branch(self.depth);
                    self.depth = group.depth;
                    group.boundaries.push(next);
                    group.has_else |= name == b"else";
                }
            }
            b"endif" => {
                if let Some(mut group) = self.open.pop() {
                    group.end_branch(self.depth);
                    if !group.has_else {
                        group.most = group.most.max(group.depth);
                    }
                    self.depth = group.most;
                    group.boundaries.push(next);
                    return Some(group);
                }
            }
            b"line" => self.scan.own_directives = true,
            _ if name.first().is_some_and(u8::is_ascii_digit) => self.scan.own_directives = true,
            _ => {}
        }
        None
    }

    /// Decides whether directives can stand inside a group: only if one can stand behind each of its branches.
    fn close_group(&mut self, group: Open) {
        let safe = &mut self.scan.safe;
        if group.boundaries[1..].iter().all(|&line| safe.get(line).copied().unwrap_or(true)) {
            self.scan.groups.push(Group { boundaries: group.boundaries });
        } else {
            let (first, last) = (group.boundaries[0], group.boundaries[group.boundaries.len() - 1]);
            safe[first..last].fill(false);
        }
    }
}

impl Open {
    fn end_branch(&mut self, depth: u32) {
        if !self.never {
            self.most = self.most.max(depth);
        }
        self.never = false;
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'$' || b >= 0x80
}

/// Length of the spliced line end at the start of `text`: a backslash, white space (gcc and clang allow it), and
/// a line feed.
fn splice(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"\\")?;
    let blanks = rest.iter().take_while(|b| b" \t\r\x0b\x0c".contains(b)).count();
    (rest.get(blanks) == Some(&b'\n')).then_some(blanks + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines (1-based) before which a directive can stand.
    fn safe(text: &str) -> Vec<usize> {
        let count = text.lines().count();
        scan(text.as_bytes())
            .safe
            .iter()
            .take(count)
            .enumerate()
            .filter(|(_, s)| **s)
            .map(|(i, _)| i + 1)
            .collect()
    }

    #[test]
    fn not_in_a_comment() {
        assert_eq!(safe("int a; /* one\n two\n three */ int b;\nint c;\n"), [1, 4]);
        assert_eq!(safe("// one \\\n two\nint c;\n"), [1, 3]);
        assert_eq!(safe("// one \\ \r\n two\nint c;\n"), [1, 3]);
        assert_eq!(safe("int a; // /*\nint b;\n/* // */ int c;\nint d;\n"), [1, 2, 3, 4]);
        // The comment's opening and closing are spliced themselves.
        assert_eq!(safe("/\\\n* x\n*\\\n/ int a;\nint b;\n"), [1, 5]);
    }

    #[test]
    fn not_in_a_literal() {
        assert_eq!(safe("char *s = \"a\\\nb /* \";\nint c;\n"), [1, 3]);
        assert_eq!(safe("char c = '\"'; char d = '\\'';\nint a = '('; \nint c;\n"), [1, 2, 3]);
        assert_eq!(safe("char *s = R\"x(\n)y\"\n( )x\";\nint c;\n"), [1, 4]);
        assert_eq!(safe("char *s = u8R\"(\n\\\n)\";\nint c;\n"), [1, 4]);
        // No raw string: the identifier is another one.
        assert_eq!(safe("f(xR\"(\");\nint c;\n"), [1, 2]);
        assert_eq!(safe("int a = 1'000'000, b = f('a');\nint c;\n"), [1, 2]);
    }

    #[test]
    fn not_in_a_directive_of_several_lines() {
        assert_eq!(safe("#define X(a) \\\n\tf(a, \\\n\t  b\nint c;\n"), [1, 4]);
        assert_eq!(safe("#define X 1 /* one\n two */ + 2\nint c;\n"), [1, 3]);
        assert_eq!(safe("#define X \\ \t\n\tf(\nint c;\n"), [1, 3]);
        assert_eq!(safe("#define X \\\r\n\tf(\r\nint c;\r\n"), [1, 3]);
    }

    #[test]
    fn not_in_arguments() {
        assert_eq!(safe("int a = f(1,\n  2,\n  g(3));\nint c;\n"), [1, 4]);
        assert_eq!(safe("X(({\n\tint a;\n}), b);\nint c;\n"), [1, 4]);
    }

    #[test]
    fn braces_in_the_first_column_set_the_count_right() {
        assert_eq!(safe("void f(void)\n{\n\tBEGIN(\n}\nint c;\n"), [1, 2, 3, 5]);
    }

    #[test]
    fn branches_begin_with_the_same_count() {
        let text = "#ifdef A\nf(1,\n#else\nf(2,\n#endif\n3);\nint c;\n";
        // Behind `#endif` is no place, so there is none inside either.
        assert_eq!(safe(text), [1, 7]);
        assert!(scan(text.as_bytes()).groups.is_empty());
        let text = "#ifdef A\nint a;\n#else\nint b;\n#endif\nint c;\n";
        assert_eq!(safe(text), [1, 2, 3, 4, 5, 6]);
        assert_eq!(scan(text.as_bytes()).groups, [Group { boundaries: vec![1, 3, 5] }]);
        assert_eq!(safe("#if 0\n it isn't\n (so\n#endif\nint c;\n"), [1, 2, 3, 5]);
        assert_eq!(safe("#if A\nint c;\n"), [1]);
    }

    #[test]
    fn line_directives_are_noticed() {
        for own in ["#line 7\n", " # line 7 \"x\"\n", "# 12 \"x.c\"\n", "#12\n", "%:line 7\n", "#li\\\nne 7"]
        {
            assert!(scan(own.as_bytes()).own_directives, "{own}");
        }
        for other in
            ["#define line 7\n", "x #line\n", "\"\\\n#line 7\"\n", "/*\n#line 7\n*/\n", "int line;\n"]
        {
            assert!(!scan(other.as_bytes()).own_directives, "{other}");
        }
    }

    proptest::proptest! {
        /// Every line has its entry, whatever the text.
        #[test]
        fn one_entry_for_each_line(text in "([#()\"'/*\\\\\nR}x \r]|#if\n|#endif\n|#else\n|R\"a\\(|\\)a\"|//|/\\*){0,60}") {
            let lines = text.bytes().filter(|&b| b == b'\n').count() + 1;
            proptest::prop_assert_eq!(scan(text.as_bytes()).safe.len(), lines);
        }
    }
}
