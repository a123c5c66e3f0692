//! Text ↦ statements.

use std::borrow::Cow;
use std::path::Path;

use fixscope_arch::Syntax;
use rustc_hash::FxHashMap;

use super::literal;
use super::reserved::Reserved;
use super::sections::Sections;
use super::statement::{Statement, StatementKind};
use super::token::{Name, Token, TokenKind, begins_name, continues_name};
use crate::error::{Error, Result};

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
    pub(super) path: &'t Path,
    pub(super) text: &'t [u8],
    pub(super) syntax: &'static Syntax,
    pub(super) at: usize,
    pub(super) line: u32,
    pub(super) at_line_start: bool,
    sections: Sections<'t>,
    /// How many numeric labels of each number have been defined so far.
    pub(super) numeric: FxHashMap<u32, u32>,
    reserved: Reserved,
    /// The statement that is being read gives a symbol a version.
    pub(super) in_symver: bool,
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
            reserved: Reserved::new(syntax),
            in_symver: false,
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
            if let ".set" | ".equ" | ".equiv" | ".eqv" | ".thumb_set" = first {
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
        if tokens.get(at + 1).is_some_and(|t| t.text == b".req") {
            let what = "`.req` gives a register another name; fixscope reads what compilers write";
            return Err(self.error(line, what));
        }
        self.reserved.mark(self.syntax, mnemonic, &mut tokens[at + 1..]);
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
