//! The words of a statement.

use std::borrow::Cow;

/// What a label or symbol is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Name<'t> {
    /// A symbol's name, without quotes.
    Symbol(Cow<'t, str>),
    /// A label such as `1:`, of which there may be many (GNU assembler's manual, "Local Labels").
    Numeric {
        /// The number.
        number: u32,
        /// Which of them, counted from 1 in the order of the file: `1b` and `1f` are resolved.
        instance: u32,
    },
}

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Name::Symbol(name) => f.write_str(name),
            Name::Numeric { number, .. } => write!(f, "{number}"),
        }
    }
}

/// What a word of a statement is.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind<'t> {
    /// A name: of a symbol, or of a mnemonic, a directive or a section by its place.
    Name(Name<'t>),
    /// `.`, the place of the statement itself.
    Dot,
    /// An integer, or a character constant.
    Number(u128),
    /// A number with a point or an exponent.
    Float,
    /// Text in quotes; [`Token::text`] has the quotes and the escapes.
    String,
    /// A register, with its prefix where there is one.
    Register,
    /// A word that names no symbol: behind `@`, between braces, a condition or a shift.
    Word,
    /// An operator, a comma, a bracket; one or two characters.
    Punctuation,
}

/// One word of a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: TokenKind<'t>,
    /// As it stands in the file.
    pub text: &'t [u8],
}

impl<'t> Token<'t> {
    /// Whether it is this operator, comma or bracket.
    pub fn is(&self, punctuation: &str) -> bool {
        self.kind == TokenKind::Punctuation && self.text == punctuation.as_bytes()
    }

    /// A register's name without prefix.
    pub fn register(&self) -> Option<&'t [u8]> {
        let is_bare = self.text.first().is_some_and(u8::is_ascii_alphabetic);
        let name = if is_bare { self.text } else { self.text.get(1..).unwrap_or_default() };
        (self.kind == TokenKind::Register).then(|| name.trim_ascii_start())
    }

    /// The name, when it is one. Text in quotes stands for a name too where one is expected.
    pub fn name(&self) -> Option<Name<'t>> {
        match &self.kind {
            TokenKind::Name(name) => Some(name.clone()),
            TokenKind::String => {
                let bytes = super::literal::string(self.text)?;
                Some(Name::Symbol(Cow::Owned(String::from_utf8(bytes).ok()?)))
            }
            _ => None,
        }
    }
}

/// Splits at commas outside of parentheses. No token at all is no argument.
pub fn arguments<'s, 't>(tokens: &'s [Token<'t>]) -> Vec<&'s [Token<'t>]> {
    let mut found = Vec::new();
    if tokens.is_empty() {
        return found;
    }
    let (mut start, mut depth) = (0, 0i32);
    for (i, token) in tokens.iter().enumerate() {
        if token.is("(") || token.is("[") {
            depth += 1;
        } else if token.is(")") || token.is("]") {
            depth -= 1;
        } else if depth <= 0 && token.is(",") {
            found.push(&tokens[start..i]);
            start = i + 1;
        }
    }
    found.push(&tokens[start..]);
    found
}

/// Whether a character may begin a name.
pub(super) fn begins_name(c: u8) -> bool {
    c.is_ascii_alphabetic() || c == b'_' || c == b'.' || c >= 0x80
}

/// Whether a character may stand inside a name.
pub(super) fn continues_name(c: u8) -> bool {
    begins_name(c) || c.is_ascii_digit() || c == b'$'
}
