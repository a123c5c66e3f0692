//! Instructions ↦ records.

use fixscope_arch::InsnKind;
use fixscope_arch::text::record;

use super::builder::Builder;
use super::expr::{self, Binary, Expr, Unary};
use super::parts::FieldKind;
use super::token::{Token, TokenKind, arguments};

/// A record while it is written: its text and the fields in it.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    fields: Vec<(usize, FieldKind, Expr)>,
}

impl Text {
    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
    }

    fn number(&mut self, n: i128) {
        self.push(n.to_string().as_bytes());
    }

    fn operand(&mut self, value: Expr) {
        self.fields.push((self.bytes.len(), FieldKind::Operand, value));
        self.bytes.push(record::REFERENCE);
    }

    fn branch(&mut self, value: Expr) {
        self.bytes.push(record::BRANCH);
        self.fields.push((self.bytes.len(), FieldKind::Branch(0), value));
        self.bytes.extend_from_slice(&[0; 4]);
    }
}

impl<'t> Builder<'t> {
    /// Writes the record of an instruction.
    pub(super) fn instruction(
        &mut self,
        mnemonic: &str,
        tokens: &[Token<'t>],
        operands: usize,
    ) -> Result<(), String> {
        self.refuse_foreign(mnemonic, &tokens[operands..])?;
        let class = self.class(mnemonic, &tokens[..operands]);
        let kind = self.syntax.kind(mnemonic.as_bytes());
        let mut text = Text::default();
        for (i, token) in tokens[..operands].iter().enumerate() {
            let joined = i > 0 && !token.is("}") && !tokens[i - 1].is("{");
            if joined {
                text.push(b" ");
            }
            text.push(token.text);
        }
        if tokens.len() > operands {
            text.push(b" ");
        }
        self.operands(&tokens[operands..], kind.is_direct_branch(), &mut text)?;
        self.parts.record(class, &text.bytes, text.fields)
    }

    fn class(&self, mnemonic: &str, words: &[Token<'t>]) -> u8 {
        let Some(place) = self.syntax.place(mnemonic.as_bytes()) else { return record::PLAIN };
        // `rep nop` waits, and `rep ret` returns.
        let repeats = words.iter().any(|w| w.text.starts_with(b"rep") && w.text != mnemonic.as_bytes());
        if repeats && self.syntax.mnemonics[place].1 == InsnKind::Nop {
            return record::PLAIN;
        }
        u8::try_from(place + 1).unwrap_or(record::PLAIN)
    }

    /// Writes operands: symbols as fields, numbers in decimal, the rest as it stands.
    fn operands(&mut self, tokens: &[Token<'t>], is_branch: bool, text: &mut Text) -> Result<(), String> {
        let mut at = 0;
        // A direct branch's first word begins what it leads to.
        let mut may_branch = is_branch;
        while let Some(token) = tokens.get(at) {
            let after_register = at > 0 && tokens[at - 1].kind == TokenKind::Register;
            let next = tokens.get(at + 1);
            let begins = match &token.kind {
                TokenKind::Number(_) | TokenKind::Name(_) | TokenKind::Dot | TokenKind::String => true,
                // In front of a base or index a bracket belongs to the operand.
                TokenKind::Punctuation if token.is("(") => {
                    let of_operand =
                        next.is_some_and(|n| n.kind == TokenKind::Register || n.is(",") || n.is(")"));
                    !after_register && !of_operand
                }
                TokenKind::Punctuation => token.is("-") || token.is("~") || token.is("+") || token.is("!"),
                _ => false,
            };
            if !begins {
                let is_indirect = self.syntax.indirect_prefix.is_some_and(|p| token.text == [p]);
                may_branch &= !is_indirect && token.text != [self.syntax.immediate_prefix];
                match token.register() {
                    Some(name) => {
                        text.push(&token.text[..1]);
                        text.push(name);
                    }
                    None => text.push(token.text),
                }
                at += 1;
                continue;
            }
            let (value, used) = expr::parse(&tokens[at..], self)?;
            self.expression_text(value, &tokens[at..at + used], may_branch, text)?;
            may_branch = false;
            at += used;
        }
        Ok(())
    }

    fn expression_text(
        &mut self,
        value: Expr,
        tokens: &[Token<'t>],
        is_target: bool,
        text: &mut Text,
    ) -> Result<(), String> {
        // Numbers that have names are numbers for the assembler too.
        if let Some(number) = self.known_number(&value) {
            text.number(number);
            return Ok(());
        }
        // One symbol, and possibly a number: the number is part of what is referred to.
        if let Some(modifier) = one_symbol(&value) {
            let name = modifier.and_then(|m| self.syntax.modifiers.get(usize::from(m)).copied());
            let plain = without_modifier(value);
            let implied = is_target && (name.is_none() || name == self.syntax.branch_modifier);
            if is_target {
                text.branch(plain);
            } else {
                text.operand(plain);
            }
            if let Some(name) = name.filter(|_| !implied) {
                text.push(b"@");
                text.push(name.as_bytes());
            }
            return Ok(());
        }
        // Anything else as its text, with every symbol in it as a field of its own.
        for token in tokens {
            match (&token.kind, token.name()) {
                (TokenKind::Number(n), _) => text.number(*n as i128),
                (_, Some(name)) => {
                    let id = self.symbols.id(name);
                    text.operand(Expr::Symbol(id, None));
                }
                _ => text.push(token.text),
            }
        }
        Ok(())
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
            return Err(format!("an instruction of {what}, which fixscope does not compare as assembly"));
        }
        let Some(prefix) = syntax.register_prefix else { return Ok(()) };
        let has_sigil = |t: &Token<'_>| {
            t.text.first() == Some(&prefix)
                || t.text == [syntax.immediate_prefix]
                || syntax.indirect_prefix.is_some_and(|p| t.text == [p])
        };
        let bare = arguments(operands).len() > 1 && !operands.iter().any(has_sigil);
        if bare || operands.iter().any(|t| t.is("[") || t.is("]")) {
            let what = syntax.name;
            return Err(format!(
                "`{mnemonic}` has operands that are not written as {what}, the only text fixscope reads"
            ));
        }
        Ok(())
    }
}

fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) => true,
        Expr::Symbol(..) | Expr::Here(_) => false,
        Expr::Unary(_, inner) => is_number(inner),
        Expr::Binary(_, a, b) => is_number(a) && is_number(b),
    }
}

/// The modifier of the only symbol, when the expression is one symbol plus a number.
fn one_symbol(expr: &Expr) -> Option<Option<u8>> {
    match expr {
        Expr::Symbol(_, modifier) => Some(*modifier),
        Expr::Binary(Binary::Add, a, b) if is_number(b) => one_symbol(a),
        Expr::Binary(Binary::Add, a, b) if is_number(a) => one_symbol(b),
        Expr::Binary(Binary::Sub, a, b) if is_number(b) => one_symbol(a),
        _ => None,
    }
}

fn without_modifier(expr: Expr) -> Expr {
    match expr {
        Expr::Symbol(id, _) => Expr::Symbol(id, None),
        Expr::Unary(Unary::Minus, inner) => Expr::Unary(Unary::Minus, Box::new(without_modifier(*inner))),
        Expr::Binary(op, a, b) => {
            Expr::Binary(op, Box::new(without_modifier(*a)), Box::new(without_modifier(*b)))
        }
        other => other,
    }
}
