//! Expressions of assembly text (GNU assembler's manual, "Expressions").

use super::token::{Name, Token, TokenKind};

/// Index of a symbol or label in the unit that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SymbolId(pub u32);

/// A place in a part of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// Index of the part.
    pub part: u32,
    /// Offset in bytes from its start.
    pub offset: u64,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Number(i128),
    /// A symbol, and the place in the architecture's table of what stands behind `@`.
    Symbol(SymbolId, Option<u8>),
    /// `.`
    Here(Place),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unary {
    Minus,
    Not,
    LogicalNot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Shl,
    Shr,
    Or,
    OrNot,
    Xor,
    And,
    Eq,
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
    LogicalAnd,
    LogicalOr,
}

/// Brackets and signs deeper than this are refused.
const DEEPEST: u32 = 100;

/// What an expression needs to know of its surroundings.
pub(super) trait Scope<'t> {
    /// The symbol of this name.
    fn symbol(&mut self, name: Name<'t>) -> SymbolId;
    /// The place in the architecture's table of a word behind `@`.
    fn modifier(&self, word: &[u8]) -> Option<u8>;
    /// Where the statement stands.
    fn here(&self) -> Place;
}

/// Reads one expression that begins at `tokens[0]`: the expression, and how many words it takes.
pub(super) fn parse<'t>(tokens: &[Token<'t>], scope: &mut dyn Scope<'t>) -> Result<(Expr, usize), String> {
    let mut parser = Parser { tokens, at: 0, scope, depth: 0 };
    let expr = parser.binary(0)?;
    Ok((expr, parser.at))
}

struct Parser<'s, 't> {
    tokens: &'s [Token<'t>],
    at: usize,
    scope: &'s mut dyn Scope<'t>,
    depth: u32,
}

/// Operators with their precedence (GNU assembler's manual, "Infix Operators").
fn operator(token: &Token<'_>) -> Option<(Binary, u8)> {
    if token.kind != TokenKind::Punctuation {
        return None;
    }
    Some(match token.text {
        b"||" => (Binary::LogicalOr, 1),
        b"&&" => (Binary::LogicalAnd, 2),
        b"==" => (Binary::Eq, 3),
        b"!=" | b"<>" => (Binary::Ne, 3),
        b"<" => (Binary::Lt, 3),
        b">" => (Binary::Gt, 3),
        b"<=" => (Binary::Le, 3),
        b">=" => (Binary::Ge, 3),
        b"+" => (Binary::Add, 4),
        b"-" => (Binary::Sub, 4),
        b"|" => (Binary::Or, 5),
        b"!" => (Binary::OrNot, 5),
        b"^" => (Binary::Xor, 5),
        b"&" => (Binary::And, 5),
        b"*" => (Binary::Mul, 6),
        b"/" => (Binary::Div, 6),
        b"%" => (Binary::Rem, 6),
        b"<<" => (Binary::Shl, 6),
        b">>" => (Binary::Shr, 6),
        _ => return None,
    })
}

impl<'t> Parser<'_, 't> {
    fn binary(&mut self, least: u8) -> Result<Expr, String> {
        let mut left = self.term()?;
        while let Some((op, precedence)) = self.tokens.get(self.at).and_then(operator)
            && precedence >= least.max(1)
        {
            self.at += 1;
            let right = self.binary(precedence + 1)?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("an expression with more than {DEEPEST} brackets inside of each other"));
        }
        let term = self.term_inside();
        self.depth -= 1;
        term
    }

    fn term_inside(&mut self) -> Result<Expr, String> {
        let Some(token) = self.tokens.get(self.at) else { return Err("an expression is missing".to_owned()) };
        self.at += 1;
        let unary = match token.text {
            _ if token.kind != TokenKind::Punctuation => None,
            b"-" => Some(Unary::Minus),
            b"~" => Some(Unary::Not),
            b"!" => Some(Unary::LogicalNot),
            b"+" => return self.term(),
            b"(" | b"[" => {
                let inner = self.binary(0)?;
                let closing = if token.is("(") { ")" } else { "]" };
                if !self.tokens.get(self.at).is_some_and(|t| t.is(closing)) {
                    return Err("a bracket that is not closed".to_owned());
                }
                self.at += 1;
                return self.modified(inner);
            }
            _ => None,
        };
        if let Some(unary) = unary {
            return Ok(match (unary, self.term()?) {
                (Unary::Minus, Expr::Number(n)) => Expr::Number(n.wrapping_neg()),
                (unary, inner) => Expr::Unary(unary, Box::new(inner)),
            });
        }
        match &token.kind {
            TokenKind::Number(n) => Ok(Expr::Number(*n as i128)),
            TokenKind::Dot => Ok(Expr::Here(self.scope.here())),
            TokenKind::Name(_) | TokenKind::String => {
                let name = token.name().ok_or("a name that is not UTF-8")?;
                let symbol = Expr::Symbol(self.scope.symbol(name), None);
                self.modified(symbol)
            }
            _ => {
                let text = String::from_utf8_lossy(&token.text[..token.text.len().min(40)]).into_owned();
                Err(format!("`{text}` in an expression"))
            }
        }
    }

    /// `@GOTPCREL` and the like, or `(GOT)`.
    fn modified(&mut self, inner: Expr) -> Result<Expr, String> {
        let used = match &self.tokens[self.at..] {
            [at, _, ..] if at.is("@") => 2,
            // Parentheses behind a symbol mean nothing else.
            [open, Token { kind: TokenKind::Word, .. }, close, ..] if open.is("(") && close.is(")") => 3,
            _ => return Ok(inner),
        };
        let word = &self.tokens[self.at + 1];
        let Expr::Symbol(symbol, None) = inner else {
            return Err(format!("`{}` behind what is no symbol", String::from_utf8_lossy(word.text)));
        };
        let known = self.scope.modifier(word.text);
        let modifier = known.ok_or_else(|| {
            format!("`@{}`, which fixscope does not know", String::from_utf8_lossy(word.text))
        })?;
        self.at += used;
        Ok(Expr::Symbol(symbol, Some(modifier)))
    }
}

/// A sum of symbols and places, each added or taken away, and a number.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sum {
    pub constant: i128,
    pub plus: Vec<Term>,
    pub minus: Vec<Term>,
}

impl Term {
    /// The symbol, if it is one.
    pub(super) fn symbol(self) -> Option<SymbolId> {
        match self {
            Term::Symbol(id, _) => Some(id),
            Term::Here(_) => None,
        }
    }
}

/// What a sum is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    Symbol(SymbolId, Option<u8>),
    Here(Place),
}

impl Expr {
    /// The expression as a sum. `value` replaces symbols by what they are set to, and `distance` gives the number of
    /// bytes between two things where only a number will do.
    pub(super) fn sum(
        &self,
        value: &dyn Fn(SymbolId) -> Option<Sum>,
        distance: &dyn Fn(Term, Term) -> Option<i128>,
    ) -> Result<Sum, String> {
        let number = |e: &Expr| -> Result<i128, String> {
            e.sum(value, distance)?
                .number(distance)
                .ok_or_else(|| "an expression whose value follows from where symbols will lie".to_owned())
        };
        Ok(match self {
            Expr::Number(n) => Sum { constant: *n, ..Sum::default() },
            Expr::Symbol(symbol, modifier) => match value(*symbol) {
                Some(sum) if modifier.is_none() => sum,
                _ => Sum { plus: vec![Term::Symbol(*symbol, *modifier)], ..Sum::default() },
            },
            Expr::Here(place) => Sum { plus: vec![Term::Here(*place)], ..Sum::default() },
            Expr::Unary(Unary::Minus, inner) => inner.sum(value, distance)?.negated(),
            Expr::Unary(Unary::Not, inner) => Sum { constant: !number(inner)?, ..Sum::default() },
            Expr::Unary(Unary::LogicalNot, inner) => {
                Sum { constant: i128::from(number(inner)? == 0), ..Sum::default() }
            }
            Expr::Binary(op @ (Binary::Add | Binary::Sub), a, b) => {
                let (mut a, b) = (a.sum(value, distance)?, b.sum(value, distance)?);
                let b = if *op == Binary::Sub { b.negated() } else { b };
                a.constant = a.constant.wrapping_add(b.constant);
                a.plus.extend(b.plus);
                a.minus.extend(b.minus);
                // The same on both sides is nothing.
                a.plus.retain(|term| match a.minus.iter().position(|m| m == term) {
                    Some(i) => {
                        a.minus.remove(i);
                        false
                    }
                    None => true,
                });
                a
            }
            Expr::Binary(op, a, b) => Sum { constant: apply(*op, number(a)?, number(b)?)?, ..Sum::default() },
        })
    }
}

impl Sum {
    fn negated(self) -> Sum {
        Sum { constant: self.constant.wrapping_neg(), plus: self.minus, minus: self.plus }
    }

    /// The sum as a number, where it is one.
    pub(super) fn number(&self, distance: &dyn Fn(Term, Term) -> Option<i128>) -> Option<i128> {
        if self.plus.len() != self.minus.len() {
            return None;
        }
        let pairs = self.plus.iter().zip(&self.minus);
        pairs.map(|(p, m)| distance(*p, *m)).sum::<Option<i128>>().map(|n| n.wrapping_add(self.constant))
    }
}

/// Comparisons give -1 for true, as the assembler has it.
fn apply(op: Binary, a: i128, b: i128) -> Result<i128, String> {
    let truth = |t: bool| -i128::from(t);
    // The assembler counts with 64 bits.
    let wrap = |n: i128| i128::from(n as i64);
    Ok(match op {
        Binary::Add => a.wrapping_add(b),
        Binary::Sub => a.wrapping_sub(b),
        Binary::Mul => wrap(a.wrapping_mul(b)),
        Binary::Div | Binary::Rem if b == 0 => return Err("a division by zero".to_owned()),
        Binary::Div => a.wrapping_div(b),
        Binary::Rem => a.wrapping_rem(b),
        Binary::Shl => u32::try_from(b).ok().filter(|b| *b < 64).map_or(0, |b| i128::from((a as u64) << b)),
        Binary::Shr => u32::try_from(b).ok().filter(|b| *b < 64).map_or(0, |b| i128::from(a as u64 >> b)),
        Binary::Or => a | b,
        Binary::OrNot => a | !b,
        Binary::Xor => a ^ b,
        Binary::And => a & b,
        Binary::Eq => truth(a == b),
        Binary::Ne => truth(a != b),
        Binary::Lt => truth(a < b),
        Binary::Gt => truth(a > b),
        Binary::Le => truth(a <= b),
        Binary::Ge => truth(a >= b),
        Binary::LogicalAnd => i128::from(a != 0 && b != 0),
        Binary::LogicalOr => i128::from(a != 0 || b != 0),
    })
}
