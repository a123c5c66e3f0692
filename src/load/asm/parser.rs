//! Text ↦ statements.

use std::borrow::Cow;
use std::path::Path;

use fixscope_arch::Syntax;
use rustc_hash::FxHashMap;

use super::literal;
use super::sections::Sections;
use super::statement::{Statement, StatementKind};
use super::token::{Name, Token, TokenKind, begins_name, continues_name};
use crate::error::{Error, Result};

/// A longer statement is refused: no compiler writes one, and its words would take many times its room.
const LONGEST_STATEMENT: usize = 64 << 20;

/// As [`LONGEST_STATEMENT`], in words.
const MOST_TOKENS: usize = 1 << 20;

/// Directives that make the text mean something else than what stands there, and what to do.
const REFUSED: &[(&str, &str)] = &[
    (".macro", "defines a macro"),
    (".endm", "ends a macro"),
    (".purgem", "removes a macro"),
    (".altmacro", "is for macros"),
    (".rept", "repeats statements"),
    (".rep", "repeats statements"),
    (".irp", "repeats statements"),
    (".irpc", "repeats statements"),
    (".endr", "ends repeated statements"),
    (".if", "assembles on a condition"),
    (".ifdef", "assembles on a condition"),
    (".ifndef", "assembles on a condition"),
    (".ifnotdef", "assembles on a condition"),
    (".ifb", "assembles on a condition"),
    (".ifnb", "assembles on a condition"),
    (".ifc", "assembles on a condition"),
    (".ifnc", "assembles on a condition"),
    (".ifeq", "assembles on a condition"),
    (".ifeqs", "assembles on a condition"),
    (".ifne", "assembles on a condition"),
    (".ifnes", "assembles on a condition"),
    (".ifge", "assembles on a condition"),
    (".ifgt", "assembles on a condition"),
    (".ifle", "assembles on a condition"),
    (".iflt", "assembles on a condition"),
    (".else", "assembles on a condition"),
    (".elseif", "assembles on a condition"),
    (".endif", "assembles on a condition"),
    (".include", "takes in another file"),
    (".incbin", "takes in another file"),
    (".end", "ends the file early"),
];

/// Directives of the C preprocessor. `#if` and `#else` begin too many comments to be told by the word.
const PREPROCESSOR: [&str; 6] = ["#include", "#define", "#undef", "#ifdef", "#ifndef", "#endif"];

/// The statements of an assembly file, one after the other.
#[derive(Debug)]
pub struct Parser<'t> {
    path: &'t Path,
    text: &'t [u8],
    syntax: &'static Syntax,
    at: usize,
    line: u32,
    at_line_start: bool,
    sections: Sections<'t>,
    /// How many numeric labels of each number have been defined so far.
    numeric: FxHashMap<u32, u32>,
    failed: bool,
}

impl<'t> Parser<'t> {
    /// Begins to read. `path` is for messages.
    pub fn new(path: &'t Path, text: &'t [u8], syntax: &'static Syntax) -> Self {
        Parser {
            path,
            text,
            syntax,
            at: 0,
            line: 1,
            at_line_start: true,
            sections: Sections::new(),
            numeric: FxHashMap::default(),
            failed: false,
        }
    }

    /// The sections that the statements so far have named.
    pub fn sections(&self) -> &Sections<'t> {
        &self.sections
    }

    /// How the text is written.
    pub fn syntax(&self) -> &'static Syntax {
        self.syntax
    }

    /// The error that something is wrong in a line, counted from 1.
    pub fn error(&self, line: u32, what: impl std::fmt::Display) -> Error {
        Error::input(self.path, "assembly", format!("line {line}: {what}"))
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    /// The first character from here on that is no blank.
    fn after_blanks(&self, ahead: usize) -> u8 {
        let rest = self.text.get(self.at + ahead..).unwrap_or_default();
        rest.iter().copied().find(|c| !matches!(c, b' ' | b'\t')).unwrap_or(b'\n')
    }

    /// Skips blanks and comments up to the next word; whether there is one in this statement.
    fn skip_blanks(&mut self) -> Result<bool> {
        loop {
            let Some(&c) = self.text.get(self.at) else { return Ok(false) };
            match c {
                b' ' | b'\t' | b'\r' | 0x0c => self.at += 1,
                b'\n' => return Ok(false),
                b'/' if self.peek(1) == b'*' => self.skip_long_comment()?,
                c if self.syntax.comments.contains(&c) || self.begins_line_comment() => {
                    let end = memchr::memchr(b'\n', &self.text[self.at..]);
                    self.at = end.map_or(self.text.len(), |n| self.at + n);
                }
                c if self.syntax.separators.contains(&c) => return Ok(false),
                0 => return Err(self.error(self.line, "holds a NUL byte; it is no assembly text")),
                _ => return Ok(true),
            }
        }
    }

    fn begins_line_comment(&self) -> bool {
        self.at_line_start
            && self.syntax.line_comments.iter().any(|c| self.text[self.at..].starts_with(c.as_bytes()))
    }

    fn skip_long_comment(&mut self) -> Result<()> {
        let begun = self.line;
        let Some(end) = memchr::memmem::find(&self.text[self.at + 2..], b"*/") else {
            return Err(self.error(begun, "a comment that does not end"));
        };
        let comment = &self.text[self.at..self.at + 2 + end];
        self.line += memchr::memchr_iter(b'\n', comment).count() as u32;
        self.at += end + 4;
        Ok(())
    }

    /// The words up to the end of the statement, and where the last one ends.
    fn rest(&mut self, begun: usize, end: &mut usize) -> Result<Vec<Token<'t>>> {
        let line = self.line;
        let mut tokens: Vec<Token<'t>> = Vec::new();
        let mut braces = 0u32;
        while self.skip_blanks()? {
            let token = self.token(tokens.last(), braces > 0)?;
            if token.is("{") {
                braces += 1;
            } else if token.is("}") {
                braces = braces.saturating_sub(1);
            }
            tokens.push(token);
            *end = self.at;
            if self.at - begun > LONGEST_STATEMENT || tokens.len() > MOST_TOKENS {
                return Err(self.error(line, too_long()));
            }
        }
        Ok(tokens)
    }

    fn token(&mut self, before: Option<&Token<'t>>, in_braces: bool) -> Result<Token<'t>> {
        let start = self.at;
        let c = self.peek(0);
        let kind = match c {
            b'"' => {
                self.skip_string()?;
                TokenKind::String
            }
            b'\'' => TokenKind::Number(self.character()),
            b'.' if !continues_name(self.peek(1)) => {
                self.at += 1;
                TokenKind::Dot
            }
            c if c.is_ascii_digit() => self.number()?,
            c if begins_name(c) => {
                self.skip_name()?;
                if in_braces || before.is_some_and(|t| t.is("@")) {
                    TokenKind::Word
                } else {
                    TokenKind::Name(Name::Symbol(Cow::Borrowed(self.utf8(start)?)))
                }
            }
            c if Some(c) == self.syntax.register_prefix
                && self.after_blanks(1).is_ascii_alphabetic()
                && !before.is_some_and(is_operand) =>
            {
                // The kernel's macros leave blanks between the two.
                self.at += 1;
                while matches!(self.peek(0), b' ' | b'\t') {
                    self.at += 1;
                }
                self.skip_name()?;
                TokenKind::Register
            }
            0..0x20 | 0x7f => {
                return Err(
                    self.error(self.line, format!("a control character ({c:#04x}); it is no assembly text"))
                );
            }
            _ => {
                const TWO: [&[u8]; 9] = [b"<<", b">>", b"==", b"!=", b"<>", b"<=", b">=", b"&&", b"||"];
                let rest = &self.text[self.at..];
                self.at += if TWO.iter().any(|two| rest.starts_with(two)) { 2 } else { 1 };
                TokenKind::Punctuation
            }
        };
        Ok(Token { kind, text: &self.text[start..self.at] })
    }

    fn skip_name(&mut self) -> Result<()> {
        let rest = &self.text[self.at..];
        let rest = &rest[..rest.len().min(LONGEST_STATEMENT)];
        let length = rest.iter().position(|&c| !continues_name(c)).unwrap_or(rest.len());
        if length == LONGEST_STATEMENT {
            return Err(self.error(self.line, too_long()));
        }
        self.at += length;
        Ok(())
    }

    fn utf8(&self, start: usize) -> Result<&'t str> {
        std::str::from_utf8(&self.text[start..self.at])
            .map_err(|_| self.error(self.line, "a name that is not UTF-8"))
    }

    fn skip_string(&mut self) -> Result<()> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let limit = self.text.len().min(start + LONGEST_STATEMENT);
            let Some(next) = memchr::memchr3(b'"', b'\\', b'\n', &self.text[at.min(limit)..limit]) else {
                let what = if limit == self.text.len() { UNTERMINATED.to_owned() } else { too_long() };
                return Err(self.error(self.line, what));
            };
            at += next;
            match self.text[at] {
                b'"' => break,
                b'\\' if self.text.get(at + 1) != Some(&b'\n') => at += 2,
                _ => return Err(self.error(self.line, UNTERMINATED)),
            }
        }
        self.at = at + 1;
        Ok(())
    }

    /// `'a'`, or `'a` as the GNU assembler has it.
    fn character(&mut self) -> u128 {
        self.at += 1;
        let rest = &self.text[self.at..];
        let (byte, used) = match rest.first() {
            Some(b'\\') => {
                let (byte, used) = literal::escape(&rest[1..]);
                (byte, used + 1)
            }
            Some(&c) => (c, 1),
            None => (0, 0),
        };
        self.at += used;
        if self.peek(0) == b'\'' {
            self.at += 1;
        }
        u128::from(byte)
    }

    fn number(&mut self) -> Result<TokenKind<'t>> {
        let start = self.at;
        self.skip_name()?;
        let is_hex = self.text[start..self.at].starts_with(b"0x");
        while !is_hex
            && matches!(self.peek(0), b'+' | b'-')
            && matches!(self.text[self.at - 1], b'e' | b'E')
            && self.peek(1).is_ascii_digit()
        {
            self.at += 1;
            self.skip_name()?;
        }
        let text = &self.text[start..self.at];
        if let Some(number) = literal::integer(text) {
            return Ok(TokenKind::Number(number));
        }
        if let Some((&side @ (b'b' | b'f'), digits)) = text.split_last()
            && digits.iter().all(u8::is_ascii_digit)
            && let Some(number) = std::str::from_utf8(digits).ok().and_then(|d| d.parse::<u32>().ok())
        {
            let defined = self.numeric.get(&number).copied().unwrap_or(0);
            let instance = if side == b'f' { defined + 1 } else { defined };
            if instance == 0 {
                let what = format!("`{number}b`, and no label `{number}:` stands before it");
                return Err(self.error(self.line, what));
            }
            return Ok(TokenKind::Name(Name::Numeric { number, instance }));
        }
        let text = String::from_utf8_lossy(text);
        match literal::float(&text) {
            Some(_) => Ok(TokenKind::Float),
            None => Err(self.error(self.line, format!("`{text}`, which is no number that fixscope reads"))),
        }
    }

    /// The label that begins here.
    fn label(&mut self) -> Result<Option<Name<'t>>> {
        let (begun, line) = (self.at, self.line);
        let c = self.peek(0);
        // No operand begins a statement, so that even the mark of one may begin a label: `$x` is such a name.
        let marked = c == self.syntax.immediate_prefix && begins_name(self.peek(1));
        if !(begins_name(c) || c.is_ascii_digit() || c == b'"' || marked) {
            return Ok(None);
        }
        if marked {
            self.at += 1;
        }
        if c == b'"' {
            self.skip_string()?;
        } else {
            self.skip_name()?;
        }
        let text = &self.text[begun..self.at];
        let is_label = self.skip_blanks()? && self.peek(0) == b':';
        if !is_label {
            (self.at, self.line) = (begun, line);
            return Ok(None);
        }
        self.at += 1;
        if c.is_ascii_digit() {
            let number = std::str::from_utf8(text).ok().and_then(|d| d.parse::<u32>().ok());
            let number =
                number.ok_or_else(|| self.error(line, "a label that is neither a name nor a number"))?;
            let instance = self.numeric.entry(number).or_default();
            *instance += 1;
            return Ok(Some(Name::Numeric { number, instance: *instance }));
        }
        let name = match c {
            b'"' => String::from_utf8(literal::string(text).unwrap_or_default()).ok().map(Cow::Owned),
            _ => std::str::from_utf8(text).ok().map(Cow::Borrowed),
        };
        let name = name
            .filter(|n| !n.is_empty())
            .ok_or_else(|| self.error(line, "a label whose name is not UTF-8"))?;
        Ok(Some(Name::Symbol(name)))
    }

    fn statement(&mut self) -> Result<Option<Statement<'t>>> {
        loop {
            if self.at_line_start {
                self.refuse_preprocessor()?;
            }
            if self.skip_blanks()? {
                break;
            }
            let Some(&c) = self.text.get(self.at) else { return Ok(None) };
            self.at += 1;
            self.at_line_start = c == b'\n';
            self.line += u32::from(c == b'\n');
        }
        self.at_line_start = false;
        let (begun, line) = (self.at, self.line);
        let mut end = begun;
        let kind = match self.label()? {
            Some(name) => {
                end = self.at;
                StatementKind::Label(name)
            }
            None => {
                let tokens = self.rest(begun, &mut end)?;
                self.classify(line, tokens)?
            }
        };
        if let StatementKind::Directive { name, tokens } = &kind {
            if let Some((_, what)) = REFUSED.iter().find(|(refused, _)| refused == name) {
                let advice = "fixscope reads what compilers write; compare the object files";
                return Err(self.error(line, format!("`{name}` {what}; {advice}")));
            }
            let followed = self.sections.follow(name, tokens);
            followed.map_err(|what| self.error(line, what))?;
        }
        let (section, subsection) = self.sections.current();
        Ok(Some(Statement { span: begun..end, line, section, subsection, kind }))
    }

    fn classify(&self, line: u32, mut tokens: Vec<Token<'t>>) -> Result<StatementKind<'t>> {
        let bad = |token: &Token<'_>| {
            let text = String::from_utf8_lossy(&token.text[..token.text.len().min(40)]).into_owned();
            self.error(line, format!("`{text}` begins no statement"))
        };
        // `. = value`
        if let [Token { kind: TokenKind::Dot, .. }, equals, ..] = &tokens[..]
            && equals.is("=")
        {
            return Ok(StatementKind::Directive { name: ".org", tokens: tokens.split_off(2) });
        }
        if let [name, equals, ..] = &tokens[..]
            && (equals.is("=") || equals.is("=="))
            && let Some(name) = name.name()
        {
            return Ok(StatementKind::Assignment { name, value: tokens.split_off(2) });
        }
        // Words in braces in front of a mnemonic choose an encoding.
        let mut at = 0;
        while tokens.get(at).is_some_and(|t| t.is("{")) {
            at += tokens[at..].iter().position(|t| t.is("}")).map_or(tokens.len() - at, |n| n + 1);
        }
        let word = |at: usize| match tokens.get(at) {
            Some(Token { kind: TokenKind::Name(Name::Symbol(Cow::Borrowed(word))), .. }) => Some(*word),
            _ => None,
        };
        let Some(first) = word(at) else {
            return Err(tokens.first().map_or_else(|| self.error(line, "an empty statement"), bad));
        };
        if first.starts_with('.') {
            if at != 0 {
                return Err(bad(&tokens[0]));
            }
            let arguments = tokens.split_off(1);
            if let ".set" | ".equ" | ".equiv" | ".eqv" = first {
                return match &arguments[..] {
                    [name, comma, ..] if comma.is(",") && name.name().is_some() => {
                        let name = name.name().ok_or_else(|| bad(name))?;
                        Ok(StatementKind::Assignment { name, value: arguments[2..].to_vec() })
                    }
                    _ => Err(self.error(line, format!("`{first}` without a name and a value"))),
                };
            }
            return Ok(StatementKind::Directive { name: first, tokens: arguments });
        }
        let mut mnemonic = first;
        while self.syntax.is_prefix(mnemonic.as_bytes())
            && let Some(next) = word(at + 1)
        {
            at += 1;
            mnemonic = next;
        }
        Ok(StatementKind::Instruction { mnemonic, tokens, operands: at + 1 })
    }

    fn refuse_preprocessor(&self) -> Result<()> {
        let rest = &self.text[self.at..];
        let found = PREPROCESSOR.iter().find(|word| {
            rest.starts_with(word.as_bytes()) && !rest.get(word.len()).is_some_and(|&c| continues_name(c))
        });
        match found {
            Some(word) => {
                let what = format!(
                    "`{word}` is for the C preprocessor; run it first (gcc -E), or compare object files"
                );
                Err(self.error(self.line, what))
            }
            None => Ok(()),
        }
    }
}

const UNTERMINATED: &str = "text in quotes that does not end in its line";

fn too_long() -> String {
    format!(
        "a statement of more than {} MiB or {MOST_TOKENS} words, which no compiler writes",
        LONGEST_STATEMENT >> 20
    )
}

/// Whether a word ends an operand, so that `%` behind it divides.
fn is_operand(token: &Token<'_>) -> bool {
    match token.kind {
        TokenKind::Number(_) | TokenKind::Dot => true,
        TokenKind::Punctuation => token.is(")"),
        // A mnemonic comes before a register.
        _ => false,
    }
}

impl<'t> Iterator for Parser<'t> {
    type Item = Result<Statement<'t>>;

    /// The next statement. Nothing comes behind an error.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let statement = self.statement().transpose();
        self.failed = matches!(statement, Some(Err(_)));
        statement
    }
}
