//! Instructions ↦ records.

use fixscope_arch::text::record;
use fixscope_arch::{InsnKind, Syntax};

use super::builder::Builder;
use super::operands::Text;
use super::token::{Token, TokenKind, arguments};

impl<'t> Builder<'t> {
    /// Writes the record of an instruction.
    pub(super) fn instruction(
        &mut self,
        mnemonic: &str,
        tokens: &[Token<'t>],
        operands: usize,
    ) -> Result<(), String> {
        self.refuse_foreign(mnemonic, &tokens[operands..])?;
        if self.syntax.has_thumb {
            self.announce_mode()?;
        }
        let kind = self.syntax.kind(mnemonic.as_bytes());
        let mut text = Text::default();
        for (i, token) in tokens[..operands].iter().enumerate() {
            let joined = i > 0 && !token.is("}") && !tokens[i - 1].is("{");
            if joined {
                text.push(b" ");
            }
            // How long a branch's encoding is says nothing.
            text.push(if kind.is_direct_branch() {
                self.syntax.without_width(token.text)
            } else {
                token.text
            });
        }
        if tokens.len() > operands {
            text.push(b" ");
        }
        let before = text.bytes.len();
        self.operands(mnemonic, &tokens[operands..], kind.is_direct_branch(), &mut text)?;
        let class = self.class(mnemonic, &tokens[..operands], &text.bytes[before..]);
        self.parts.record(class, &text.bytes, text.fields)
    }

    /// Writes a record where another instruction set begins than was in force. The same text means something else in each;
    /// the first one goes without saying at the start of a function.
    fn announce_mode(&mut self) -> Result<(), String> {
        let is_thumb = self.is_thumb;
        let ahead = if is_thumb { 4 } else { 8 };
        let part = self.parts.current();
        if part.ahead.last().is_none_or(|(_, last)| *last != ahead) {
            part.ahead.push((part.size, ahead));
        }
        match self.last_mode.replace(is_thumb).unwrap_or(false) == is_thumb {
            true => Ok(()),
            false if is_thumb => self.parts.record(record::SPACE, b".thumb", Vec::new()),
            false => self.parts.record(record::SPACE, b".arm", Vec::new()),
        }
    }

    fn class(&self, name: &str, words: &[Token<'t>], operands: &[u8]) -> u8 {
        let Some(mnemonic) = self.syntax.mnemonic(name.as_bytes()) else { return record::PLAIN };
        // `rep nop` waits, and `rep ret` returns.
        let repeats = words.iter().any(|w| w.text.starts_with(b"rep") && w.text != name.as_bytes());
        match self.syntax.kind_of(mnemonic, operands) {
            InsnKind::Plain => record::PLAIN,
            InsnKind::Nop if repeats => record::PLAIN,
            _ => u8::try_from(mnemonic.place + 1).unwrap_or(record::PLAIN),
        }
    }

    /// Refuses what is clearly no instruction of this architecture, so that text for another one is not taken for
    /// something it is not.
    fn refuse_foreign(&self, mnemonic: &str, operands: &[Token<'t>]) -> Result<(), String> {
        let syntax = self.syntax;
        let foreign = syntax.foreign.iter().find(|(word, _)| *word == mnemonic).map(|(_, what)| *what);
        let foreign = foreign.or_else(|| {
            let base = operands.windows(2).find(|w| w[0].is("(") && w[1].kind == TokenKind::Register)?;
            let name = base[1].register()?;
            syntax.foreign_bases.iter().find(|(word, _)| word.as_bytes() == name).map(|(_, what)| *what)
        });
        if let Some(what) = foreign {
            let arch = syntax.arch;
            return Err(format!(
                "`{mnemonic}` is an instruction of {what}, and the file is read as {arch}; `--arch` says what it is of"
            ));
        }
        let Some(prefix) = syntax.register_prefix else {
            return match operands.iter().any(|t| t.is("%") || t.is("$")) {
                true => Err(not_written_so(mnemonic, syntax)),
                false => Ok(()),
            };
        };
        let has_sigil = |t: &Token<'_>| {
            t.text.first() == Some(&prefix)
                || t.text == [syntax.immediate_prefix]
                || syntax.indirect_prefix.is_some_and(|p| t.text == [p])
        };
        let bare = arguments(operands).len() > 1 && !operands.iter().any(has_sigil);
        if bare || begins_with_bracket(operands) {
            return Err(not_written_so(mnemonic, syntax));
        }
        Ok(())
    }
}

/// Whether a bracket begins an operand. Inside of one it is a parenthesis.
fn begins_with_bracket(operands: &[Token<'_>]) -> bool {
    let of_expression = |i: usize| i > 0 && (operands[i - 1].is("+") || operands[i - 1].is("-"));
    operands.iter().enumerate().any(|(i, t)| t.is("[") && !of_expression(i))
}

fn not_written_so(mnemonic: &str, syntax: &Syntax) -> String {
    let (name, arch) = (syntax.name, syntax.arch);
    format!(
        "`{mnemonic}` has operands that are not written as {name}, and the file is read as {arch}; `--arch` says what \
         it is of"
    )
}
