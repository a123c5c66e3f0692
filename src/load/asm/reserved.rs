//! Words of operands that are no symbols, where nothing marks registers.

use fixscope_arch::Syntax;
use rustc_hash::FxHashSet;

use super::token::{Name, Token, TokenKind};

/// Registers and other words that the assembler takes for itself.
#[derive(Debug, Default)]
pub(super) struct Reserved {
    registers: FxHashSet<&'static str>,
    words: FxHashSet<&'static str>,
}

impl Reserved {
    /// Those of an architecture; none where registers have a prefix.
    pub(super) fn new(syntax: &Syntax) -> Reserved {
        if syntax.register_prefix.is_some() {
            return Reserved::default();
        }
        Reserved {
            registers: syntax.registers.iter().flat_map(|list| list.names).copied().collect(),
            words: syntax.words.iter().copied().collect(),
        }
    }

    /// Marks the words of an instruction's operands for what they are. What a branch leads to or an address is taken of may
    /// be called like a condition.
    pub(super) fn mark(&self, syntax: &Syntax, mnemonic: &str, operands: &mut [Token<'_>]) {
        if syntax.register_prefix.is_some() {
            return;
        }
        let is = |list: &[&str]| list.contains(&mnemonic);
        let is_wordy = is(syntax.wordy);
        let names_symbol = syntax.kind(mnemonic.as_bytes()).is_direct_branch() || is(syntax.addressing);
        let (mut depth, mut behind_operator) = (0i32, false);
        for token in operands {
            if token.is("[") || token.is("{") {
                depth += 1;
            } else if token.is("]") || token.is("}") {
                depth -= 1;
            }
            let is_operand_of = std::mem::replace(&mut behind_operator, token.is(":") || token.is("="));
            if !matches!(token.kind, TokenKind::Name(Name::Symbol(_)) | TokenKind::Word) || is_operand_of {
                continue;
            }
            let Ok(text) = std::str::from_utf8(token.text) else { continue };
            let lower = text.to_ascii_lowercase();
            // Vectors have their shape behind a point.
            let register = lower.split('.').next().unwrap_or_default();
            if self.registers.contains(register) {
                token.kind = TokenKind::Register;
            } else if is_wordy && !text.starts_with(syntax.local_prefix)
                || self.words.contains(&*lower) && (depth > 0 || !names_symbol)
            {
                token.kind = TokenKind::Word;
            }
        }
    }
}
