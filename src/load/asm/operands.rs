//! Operands of instructions ↦ text of records.

use fixscope_arch::text::record;

use super::builder::Builder;
use super::expr::{self, Binary, Expr, Unary};
use super::parts::FieldKind;
use super::token::{Token, TokenKind};

/// A record while it is written: its text and the fields in it.
#[derive(Default)]
pub(super) struct Text {
    pub bytes: Vec<u8>,
    pub fields: Vec<(usize, FieldKind, Expr)>,
}

impl Text {
    pub fn push(&mut self, text: &[u8]) {
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

/// Where in the operands a word stands.
#[derive(Default)]
struct Surroundings {
    /// Brackets that are open.
    brackets: i32,
    braces: i32,
    /// The last thing written is a word, from which another one must be kept apart.
    behind_word: bool,
}

impl<'t> Builder<'t> {
    /// Writes operands: symbols as fields, numbers in decimal, the rest as it stands.
    pub(super) fn operands(
        &mut self,
        mnemonic: &str,
        tokens: &[Token<'t>],
        is_branch: bool,
        text: &mut Text,
    ) -> Result<(), String> {
        let mut at = 0;
        let mut around = Surroundings::default();
        let is_bare = self.syntax.register_prefix.is_none();
        let plain = self.syntax.without_width(mnemonic.as_bytes());
        let adds = self.syntax.adding.iter().any(|m| m.as_bytes() == plain);
        // The first symbol of a direct branch is what it leads to.
        let mut may_branch = is_branch;
        while let Some(token) = tokens.get(at) {
            if self.syntax.immediate_is_optional && token.text == [self.syntax.immediate_prefix] {
                at += 1;
                continue;
            }
            let begins = match is_bare {
                true => begins_bare(tokens, at, &around),
                false => begins_marked(tokens, at),
            };
            let is_word =
                begins || matches!(token.kind, TokenKind::Word | TokenKind::Register | TokenKind::Float);
            if is_bare && is_word && around.behind_word {
                text.push(b" ");
            }
            if !begins {
                let is_indirect = self.syntax.indirect_prefix.is_some_and(|p| token.text == [p]);
                may_branch &= !is_indirect && token.text != [self.syntax.immediate_prefix];
                self.word(tokens, at, &mut around, text);
                around.behind_word = is_word;
                at += 1;
                continue;
            }
            let (value, used) = expr::parse(&tokens[at..], self)?;
            let ends = |token: Option<&Token<'_>>| match around.brackets {
                0 => adds && token.is_none(),
                _ => token.is_some_and(|t| t.is("]")),
            };
            // A number that counts from what the registers in front of it hold.
            let may_reach = !self.syntax.anchor_prefixes.is_empty()
                && text.bytes.last() == Some(&b',')
                && ends(tokens.get(at + used));
            match self.known_number(&value) {
                Some(number) => match i64::try_from(number).ok().and_then(record::number) {
                    Some(field) if may_reach => text.push(&field),
                    _ => text.number(number),
                },
                None => {
                    self.expression_text(value, &tokens[at..at + used], may_branch, text)?;
                    may_branch = false;
                }
            }
            around.behind_word = true;
            at += used;
        }
        Ok(())
    }

    /// Writes one word that begins no expression.
    fn word(&self, tokens: &[Token<'t>], at: usize, around: &mut Surroundings, text: &mut Text) {
        let token = &tokens[at];
        match token.text {
            b"[" => around.brackets += 1,
            b"]" => {
                // A register alone is what it is with 0 added to it.
                let alone = at >= 2 && tokens[at - 2].is("[") && tokens[at - 1].kind == TokenKind::Register;
                if alone && !self.syntax.anchor_prefixes.is_empty() {
                    text.push(b",");
                    text.push(&record::number(0).unwrap_or_default());
                }
                around.brackets -= 1;
            }
            b"{" => around.braces += 1,
            b"}" => around.braces -= 1,
            _ => {}
        }
        match (token.register(), self.syntax.register_prefix) {
            (Some(name), Some(_)) => {
                text.push(&token.text[..1]);
                text.push(name);
            }
            _ => text.push(token.text),
        }
    }

    fn expression_text(
        &mut self,
        value: Expr,
        tokens: &[Token<'t>],
        is_target: bool,
        text: &mut Text,
    ) -> Result<(), String> {
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
}

/// Whether an expression begins at a word, where registers have a prefix.
fn begins_marked(tokens: &[Token<'_>], at: usize) -> bool {
    let token = &tokens[at];
    match &token.kind {
        TokenKind::Number(_) | TokenKind::Name(_) | TokenKind::Dot | TokenKind::String => true,
        // In front of a base or index a bracket belongs to the operand.
        TokenKind::Punctuation if token.is("(") => {
            let after_register = at > 0 && tokens[at - 1].kind == TokenKind::Register;
            let of_operand =
                tokens.get(at + 1).is_some_and(|n| n.kind == TokenKind::Register || n.is(",") || n.is(")"));
            !after_register && !of_operand
        }
        TokenKind::Punctuation => token.is("-") || token.is("~") || token.is("+") || token.is("!"),
        _ => false,
    }
}

/// As [`begins_marked`], where registers are bare words.
fn begins_bare(tokens: &[Token<'_>], at: usize, around: &Surroundings) -> bool {
    let token = &tokens[at];
    let next = tokens.get(at + 1).map(|t| &t.kind);
    match &token.kind {
        _ if around.braces > 0 => false,
        TokenKind::Number(_) | TokenKind::Name(_) | TokenKind::Dot | TokenKind::String => true,
        TokenKind::Punctuation if token.is("-") || token.is("+") => {
            !matches!(next, Some(TokenKind::Register | TokenKind::Float))
        }
        TokenKind::Punctuation => token.is("(") || token.is("~"),
        _ => false,
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
