//! Text ↦ words.

use std::borrow::Cow;

use super::literal;
use super::parser::Parser;
use super::token::{Name, Token, TokenKind, begins_name, continues_name};
use crate::error::Result;

/// A longer statement is refused: no compiler writes one, and its words would take many times its room.
const LONGEST_STATEMENT: usize = 64 << 20;

/// As [`LONGEST_STATEMENT`], in words.
const MOST_TOKENS: usize = 1 << 20;

impl<'t> Parser<'t> {
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    /// The first character from here on that is no blank.
    fn after_blanks(&self, ahead: usize) -> u8 {
        let rest = self.text.get(self.at + ahead..).unwrap_or_default();
        rest.iter().copied().find(|c| !matches!(c, b' ' | b'\t')).unwrap_or(b'\n')
    }

    /// Skips blanks and comments up to the next word; whether there is one in this statement.
    pub(super) fn skip_blanks(&mut self) -> Result<bool> {
        loop {
            let Some(&c) = self.text.get(self.at) else { return Ok(false) };
            match c {
                b' ' | b'\t' | b'\r' | 0x0c => self.at += 1,
                b'\n' => return Ok(false),
                b'/' if self.peek(1) == b'*' => self.skip_long_comment()?,
                // Versions of symbols have the character too, and the assembler takes it as it is meant.
                c if self.syntax.comments.contains(&c) && !(c == b'@' && self.in_symver)
                    || self.begins_with(self.syntax.comment_texts)
                    || self.at_line_start && self.begins_with(self.syntax.line_comments) =>
                {
                    let end = memchr::memchr(b'\n', &self.text[self.at..]);
                    self.at = end.map_or(self.text.len(), |n| self.at + n);
                }
                c if self.syntax.separators.contains(&c) => return Ok(false),
                0 => return Err(self.error(self.line, "holds a NUL byte; it is no assembly text")),
                _ => return Ok(true),
            }
        }
    }

    fn begins_with(&self, texts: &[&str]) -> bool {
        texts.iter().any(|c| self.text[self.at..].starts_with(c.as_bytes()))
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
    pub(super) fn rest(&mut self, begun: usize, end: &mut usize) -> Result<Vec<Token<'t>>> {
        let line = self.line;
        let mut tokens: Vec<Token<'t>> = Vec::new();
        let mut braces = 0u32;
        while self.skip_blanks()? {
            let token = self.token(&tokens, braces > 0)?;
            if token.is("{") {
                braces += 1;
            } else if token.is("}") {
                braces = braces.saturating_sub(1);
            }
            self.in_symver |= tokens.is_empty() && token.text == b".symver";
            tokens.push(token);
            *end = self.at;
            if self.at - begun > LONGEST_STATEMENT || tokens.len() > MOST_TOKENS {
                return Err(self.error(line, too_long()));
            }
        }
        self.in_symver = false;
        Ok(tokens)
    }

    fn token(&mut self, before: &[Token<'t>], in_braces: bool) -> Result<Token<'t>> {
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
                if in_braces || self.is_modifier(before) {
                    TokenKind::Word
                } else {
                    TokenKind::Name(Name::Symbol(Cow::Borrowed(self.utf8(start)?)))
                }
            }
            c if Some(c) == self.syntax.register_prefix
                && self.after_blanks(1).is_ascii_alphabetic()
                && !before.last().is_some_and(is_operand) =>
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

    /// Whether the name that ends here says how the symbol beside it is meant: `symbol@GOT`, `symbol(GOT)`, `:lo12:symbol`.
    fn is_modifier(&self, before: &[Token<'t>]) -> bool {
        match before {
            [.., at] if at.is("@") => true,
            [.., colon] if colon.is(":") => self.peek(0) == b':',
            [.., symbol, bracket] if self.syntax.modifiers_in_parentheses && bracket.is("(") => {
                matches!(symbol.kind, TokenKind::Name(_)) && self.peek(0) == b')'
            }
            _ => false,
        }
    }

    pub(super) fn skip_name(&mut self) -> Result<()> {
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

    pub(super) fn skip_string(&mut self) -> Result<()> {
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
