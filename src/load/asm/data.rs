//! Directives that write data or leave space.

use fixscope_arch::text::record;

use super::builder::Builder;
use super::expr::{self, Expr};
use super::literal;
use super::parts::{FieldKind, Payload};
use super::token::{Token, TokenKind, arguments};

/// Bytes of a LEB128 number whose value is not known: in the file that is assembled it has as many as it needs.
const LEB_FIELD: u8 = 4;

impl<'t> Builder<'t> {
    /// Follows a directive if it writes bytes or moves on.
    pub(super) fn data(&mut self, name: &str, tokens: &[Token<'t>]) -> Result<bool, String> {
        let size = match name {
            // An address, whatever its size.
            ".dc.a" if self.syntax.is_64 => 8,
            ".dc.a" => 4,
            ".byte" | ".1byte" => 1,
            ".value" | ".short" | ".hword" | ".2byte" => 2,
            ".word" => self.syntax.word,
            ".long" | ".int" | ".4byte" => 4,
            ".quad" | ".8byte" | ".xword" | ".dword" => 8,
            ".octa" => 16,
            ".inst" | ".inst.w" if self.syntax.has_literals => 4,
            ".inst.n" if self.syntax.has_literals => 2,
            _ => return self.other_data(name, tokens),
        };
        let mut payload = Payload::default();
        for argument in arguments(tokens) {
            self.number(&mut payload, size, argument)?;
        }
        self.parts.write(payload)?;
        Ok(true)
    }

    fn number(&mut self, payload: &mut Payload, size: u8, argument: &[Token<'t>]) -> Result<(), String> {
        // Longer numbers are cut off, as the assembler does with a warning.
        let put = |payload: &mut Payload, n: i128| {
            payload.bytes.extend_from_slice(&n.to_le_bytes()[..usize::from(size)]);
        };
        let expr = match argument {
            // Most are plain numbers.
            [Token { kind: TokenKind::Number(n), .. }] => Expr::Number(*n as i128),
            [] => Expr::Number(0),
            _ => self.at_offset(payload, argument)?,
        };
        match expr {
            Expr::Number(n) => {
                put(payload, n);
                Ok(())
            }
            _ if size > 8 => Err("an address in more than eight bytes".to_owned()),
            expr => {
                payload.fields.push((payload.bytes.len() as u64, size, expr));
                put(payload, 0);
                Ok(())
            }
        }
    }

    /// An expression in which `.` is the place behind what has been written of the statement.
    fn at_offset(&mut self, payload: &Payload, tokens: &[Token<'t>]) -> Result<Expr, String> {
        let mut expr = self.expression(tokens)?;
        if !payload.bytes.is_empty() {
            shift_here(&mut expr, payload.bytes.len() as u64);
        }
        if let Some(n) = self.literal(&expr) {
            expr = Expr::Number(n);
        }
        Ok(expr)
    }

    /// The value of an expression without symbols.
    fn literal(&self, expr: &Expr) -> Option<i128> {
        let sum = expr.sum(&|_| None, &|_, _| None).ok()?;
        (sum.plus.is_empty() && sum.minus.is_empty()).then_some(sum.constant)
    }

    fn other_data(&mut self, name: &str, tokens: &[Token<'t>]) -> Result<bool, String> {
        match name {
            ".ascii" => self.strings(tokens, 1, false)?,
            ".asciz" | ".string" | ".string8" => self.strings(tokens, 1, true)?,
            ".string16" => self.strings(tokens, 2, true)?,
            ".string32" => self.strings(tokens, 4, true)?,
            ".string64" => self.strings(tokens, 8, true)?,
            ".even" => self.parts.align(2, 0, None)?,
            ".base64" => self.base64(tokens)?,
            ".uleb128" => self.lebs(tokens, false)?,
            ".sleb128" => self.lebs(tokens, true)?,
            ".float" | ".single" => self.floats(tokens, 4)?,
            ".double" => self.floats(tokens, 8)?,
            ".zero" | ".skip" | ".space" => self.space(name, tokens)?,
            ".fill" => self.filled(tokens)?,
            ".nop" | ".nops" if self.parts.in_code() => self.space_record(name, tokens)?,
            ".org" => self.origin(tokens)?,
            ".balign" | ".balignw" | ".balignl" => self.aligned(name, tokens, false)?,
            ".p2align" | ".p2alignw" | ".p2alignl" => self.aligned(name, tokens, true)?,
            ".align" => self.aligned(name, tokens, self.syntax.align_is_exponent)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Text in quotes, with a zero behind each argument if they are strings.
    fn strings(&mut self, tokens: &[Token<'t>], unit: usize, ends: bool) -> Result<(), String> {
        let mut payload = Payload::default();
        for argument in arguments(tokens) {
            for token in argument {
                let text = match token.kind {
                    TokenKind::String => literal::string(token.text),
                    _ => None,
                };
                let text = text.ok_or("text that does not stand in quotes")?;
                if unit == 1 {
                    payload.bytes.extend_from_slice(&text);
                    continue;
                }
                for byte in text {
                    payload.bytes.push(byte);
                    payload.bytes.resize(payload.bytes.len() + unit - 1, 0);
                }
            }
            if ends {
                payload.bytes.resize(payload.bytes.len() + unit, 0);
            }
        }
        self.parts.write(payload)
    }

    fn base64(&mut self, tokens: &[Token<'t>]) -> Result<(), String> {
        let mut payload = Payload::default();
        for argument in arguments(tokens) {
            let [Token { kind: TokenKind::String, text }] = argument else {
                return Err("text that does not stand in quotes".to_owned());
            };
            let bytes = literal::string(text).and_then(|t| literal::base64(&t));
            payload.bytes.extend(bytes.ok_or("text that is not in base 64")?);
        }
        self.parts.write(payload)
    }

    fn lebs(&mut self, tokens: &[Token<'t>], signed: bool) -> Result<(), String> {
        let mut payload = Payload::default();
        for argument in arguments(tokens) {
            match self.at_offset(&payload, argument)? {
                Expr::Number(n) => leb(&mut payload.bytes, n, signed),
                expr => {
                    payload.fields.push((payload.bytes.len() as u64, LEB_FIELD, expr));
                    payload.bytes.resize(payload.bytes.len() + usize::from(LEB_FIELD), 0);
                }
            }
        }
        self.parts.write(payload)
    }

    fn floats(&mut self, tokens: &[Token<'t>], size: u8) -> Result<(), String> {
        let mut payload = Payload::default();
        for argument in arguments(tokens) {
            let text: Vec<u8> = argument.iter().flat_map(|t| t.text.iter().copied()).collect();
            let text = String::from_utf8_lossy(&text).into_owned();
            let value = literal::float(&text).ok_or_else(|| format!("`{text}`, which is no number"))?;
            match size {
                // From the text, since rounding twice may give another number.
                4 => payload
                    .bytes
                    .extend_from_slice(&literal::float32(&text).unwrap_or(value as f32).to_le_bytes()),
                _ => payload.bytes.extend_from_slice(&value.to_le_bytes()),
            }
        }
        self.parts.write(payload)
    }

    fn numbers(&mut self, tokens: &[Token<'t>]) -> Result<Vec<Option<i128>>, String> {
        let mut found = Vec::new();
        for argument in arguments(tokens) {
            if argument.is_empty() {
                found.push(None);
                continue;
            }
            let expr = self.expression(argument)?;
            let number = self.known_number(&expr);
            found.push(Some(number.ok_or("a number that is not known before the whole file is assembled")?));
        }
        Ok(found)
    }

    fn space(&mut self, name: &str, tokens: &[Token<'t>]) -> Result<(), String> {
        if self.parts.in_code() {
            return self.space_record(name, tokens);
        }
        let numbers = self.numbers(tokens)?;
        let number = |i: usize| numbers.get(i).copied().flatten();
        let count = number(0).ok_or("space without a size")?;
        self.parts.fill(u64::try_from(count).unwrap_or(0), number(1).unwrap_or(0) as u8)
    }

    /// `.fill repeat, size, value`
    fn filled(&mut self, tokens: &[Token<'t>]) -> Result<(), String> {
        if self.parts.in_code() {
            return self.space_record(".fill", tokens);
        }
        let numbers = self.numbers(tokens)?;
        let number = |i: usize| numbers.get(i).copied().flatten();
        let count = u64::try_from(number(0).ok_or("space without a size")?).unwrap_or(0);
        let size = u64::try_from(number(1).unwrap_or(1)).unwrap_or(0).min(8);
        let value = number(2).unwrap_or(0);
        let total = count.checked_mul(size).ok_or("more bytes than any memory has")?;
        if value == 0 || size <= 1 {
            return self.parts.fill(total, value as u8);
        }
        // At most four bytes of the value count (GNU assembler's manual, `.fill`).
        let pattern = &i128::from(value as u32).to_le_bytes()[..size as usize];
        // The room is taken, and so checked, before it is written to.
        let start = self.parts.here().offset as usize;
        self.parts.fill(total, 1)?;
        for entry in self.parts.current().bytes[start..].chunks_mut(size as usize) {
            entry.copy_from_slice(&pattern[..entry.len()]);
        }
        Ok(())
    }

    /// Space among code is kept as its text: how large code is, is not known. A size that follows from distances
    /// between labels (the kernel's alternatives) is counted in records.
    fn space_record(&mut self, name: &str, tokens: &[Token<'t>]) -> Result<(), String> {
        let mut text = name.as_bytes().to_vec();
        let mut fields = Vec::new();
        for (i, argument) in arguments(tokens).into_iter().enumerate() {
            text.push(if i == 0 { b' ' } else { b',' });
            let (expr, used) = expr::parse(argument, self)?;
            if used != argument.len() {
                return Err("more than an expression".to_owned());
            }
            match self.literal(&expr) {
                Some(n) => text.extend_from_slice(n.to_string().as_bytes()),
                None => {
                    fields.push((text.len() + 1, FieldKind::Distance, expr));
                    text.push(record::DISTANCE);
                    text.resize(text.len() + 8, 0);
                }
            }
        }
        self.parts.record(record::SPACE, &text, fields)
    }

    fn origin(&mut self, tokens: &[Token<'t>]) -> Result<(), String> {
        let arguments = arguments(tokens);
        let expr = self.expression(arguments.first().copied().unwrap_or_default())?;
        let here = self.parts.here();
        if self.parts.in_code() {
            return Err("`.org` among code, whose place depends on how code is encoded".to_owned());
        }
        let sum = self.known(&expr).filter(|sum| sum.minus.is_empty());
        let to = sum.and_then(|sum| match sum.plus[..] {
            [] => Some(sum.constant),
            [term] => {
                self.place(term).filter(|p| p.part == here.part).map(|p| i128::from(p.offset) + sum.constant)
            }
            _ => None,
        });
        let to = to.ok_or("`.org` to a place that is not known here")?;
        let count = to - i128::from(here.offset);
        let count = u64::try_from(count).map_err(|_| "`.org` backwards".to_owned())?;
        let value = match arguments.get(1) {
            Some(argument) => self.numbers(argument)?.first().copied().flatten().unwrap_or(0),
            None => 0,
        };
        self.parts.fill(count, value as u8)
    }

    fn aligned(&mut self, name: &str, tokens: &[Token<'t>], exponent: bool) -> Result<(), String> {
        let numbers = self.numbers(tokens)?;
        let number = |i: usize| numbers.get(i).copied().flatten();
        let n = number(0).unwrap_or(0);
        let bytes = match exponent {
            true => u32::try_from(n).ok().and_then(|n| 1u64.checked_shl(n)).filter(|_| n < 64),
            false => u64::try_from(n).ok().map(|n| n.max(1)),
        };
        let bytes = bytes.ok_or_else(|| format!("an alignment of {n}"))?;
        let value = number(1).unwrap_or(0);
        if value != 0 && (name.ends_with('w') || name.ends_with('l')) && !self.parts.in_code() {
            return Err(format!("`{name}` with a value to fill with, which fixscope does not read"));
        }
        let most = number(2).and_then(|n| u64::try_from(n).ok());
        self.parts.align(bytes, value as u8, most)
    }
}

fn shift_here(expr: &mut Expr, by: u64) {
    match expr {
        Expr::Here(place) => place.offset += by,
        Expr::Unary(_, inner) => shift_here(inner, by),
        Expr::Binary(_, a, b) => {
            shift_here(a, by);
            shift_here(b, by);
        }
        Expr::Number(_) | Expr::Symbol(..) => {}
    }
}

/// DWARF 5, 7.6.
fn leb(bytes: &mut Vec<u8>, mut n: i128, signed: bool) {
    loop {
        let byte = (n & 0x7f) as u8;
        n >>= 7;
        let done = match signed {
            true => n == 0 && byte & 0x40 == 0 || n == -1 && byte & 0x40 != 0,
            false => n == 0 || n == -1,
        };
        bytes.push(if done { byte } else { byte | 0x80 });
        if done {
            return;
        }
    }
}
