//! Mnemonic and operands of one statement's text: the numbers in it, and the registers it names.

use std::hash::{DefaultHasher, Hasher};

use crate::numbers::{Number, NumberRole, Numbers, Shape};
use crate::syntax::{Access, Syntax};
use crate::{Effects, RegSet};

use super::record::{BRANCH, DISTANCE};

/// The words in front of the operands, and the operands.
struct Parts<'t> {
    /// The mnemonic.
    mnemonic: &'t [u8],
    /// Whether a prefix stands in front of it.
    has_prefix: bool,
    /// Everything behind it.
    operands: &'t [u8],
}

fn parts<'t>(syntax: &Syntax, text: &'t [u8]) -> Parts<'t> {
    let mut rest = text;
    let mut has_prefix = false;
    loop {
        let end = rest.iter().position(|&c| c == b' ').unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let behind = behind.get(1..).unwrap_or_default();
        if behind.is_empty() || !(syntax.is_prefix(word) || word.starts_with(b"{")) {
            return Parts { mnemonic: word, has_prefix, operands: behind };
        }
        has_prefix = true;
        rest = behind;
    }
}

/// Splits at commas outside of brackets.
fn split(operands: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut depth = 0i32;
    let at_comma = move |&c: &u8| {
        match c {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth -= 1,
            _ => {}
        }
        c == b',' && depth <= 0
    };
    operands.split(at_comma)
}

fn is_name(c: u8) -> bool {
    c.is_ascii_alphanumeric()
}

/// The name of the register that is all of the operand, without prefix.
fn register<'t>(syntax: &Syntax, operand: &'t [u8]) -> Option<&'t [u8]> {
    let name = match syntax.register_prefix {
        Some(prefix) => operand.strip_prefix(&[prefix])?,
        None => operand,
    };
    name.iter().all(|&c| is_name(c)).then_some(name)
}

/// The number that all of the text is, in the only way in which it is written: another way to write it stays text.
fn number(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// What an operand has where its number was. No text holds it, as loading refuses it.
const NUMBER: u8 = 0;

/// Takes a statement apart; `None` when it holds more numbers than any instruction has. A number is as it is written:
/// in a register of 32 bits -1 and 4294967295 are the same.
pub(super) fn numbers(syntax: &Syntax, stack: u8, text: &[u8]) -> Option<Numbers> {
    // Behind a distance any byte may stand.
    if text.iter().any(|&c| c == BRANCH || c == DISTANCE || c == NUMBER) {
        return None;
    }
    let Parts { mnemonic, has_prefix, operands } = parts(syntax, text);
    let is_stack = |name: &[u8]| syntax.register(name).is_some_and(|(r, whole)| r == stack && whole);
    let to_stack = split(operands).last().and_then(|o| register(syntax, o)).is_some_and(is_stack);
    // Displacements in front of immediates.
    let (mut places, mut immediates) = ([None; 3], [None; 3]);
    let (mut place_count, mut immediate_count) = (0, 0);
    let mut kept = Vec::with_capacity(text.len() + 8);
    kept.extend_from_slice(&text[..text.len() - operands.len()]);
    for operand in split(operands) {
        kept.push(b',');
        if let Some(value) = operand.strip_prefix(&[syntax.immediate_prefix]) {
            kept.push(syntax.immediate_prefix);
            match number(value) {
                Some(value) => {
                    let role = if to_stack { NumberRole::Frame } else { NumberRole::Immediate };
                    *immediates.get_mut(immediate_count)? = Some(Number { value, role });
                    immediate_count += 1;
                    kept.push(NUMBER);
                }
                None => kept.extend_from_slice(value),
            }
            continue;
        }
        let Some((before, displacement, address)) = memory(syntax, operand) else {
            kept.extend_from_slice(operand);
            continue;
        };
        // An address without a displacement is one with the displacement 0.
        let value = if displacement.is_empty() { Some(0) } else { number(displacement) };
        kept.extend_from_slice(before);
        match value {
            Some(value) => {
                let base = address.strip_prefix(b"(").unwrap_or_default();
                let base = base.split(|&c| c == b',' || c == b')').next().unwrap_or_default();
                let frame = register(syntax, base).is_some_and(is_stack);
                let role = if frame { NumberRole::Frame } else { NumberRole::Displacement };
                *places.get_mut(place_count)? = Some(Number { value, role });
                place_count += 1;
                kept.push(NUMBER);
            }
            None => kept.extend_from_slice(displacement),
        }
        kept.extend_from_slice(address);
    }
    let mut all = places.into_iter().chain(immediates).flatten();
    let values = [all.next(), all.next(), all.next()];
    if all.next().is_some() {
        return None;
    }
    let loads = !has_prefix && syntax.loads.iter().any(|name| name.as_bytes() == mnemonic);
    Some(Numbers { shape: shape(&kept), values, loads_immediate: loads && immediate_count > 0 })
}

/// An operand in memory as what stands in front of its displacement, the displacement, and the rest.
fn memory<'t>(syntax: &Syntax, operand: &'t [u8]) -> Option<(&'t [u8], &'t [u8], &'t [u8])> {
    let indirect = usize::from(syntax.indirect_prefix.is_some_and(|p| operand.first() == Some(&p)));
    let mut start = indirect;
    if let Some(colon) = operand.iter().position(|&c| c == b':') {
        register(syntax, &operand[indirect..colon])?;
        start = colon + 1;
    }
    let (before, rest) = operand.split_at(start);
    let is_number = |c: u8| c.is_ascii_digit() || c == b'-';
    let end = rest.iter().position(|&c| !is_number(c)).unwrap_or(rest.len());
    let (displacement, address) = rest.split_at(end);
    // A number inside of an expression is no displacement, nor is there one in what begins with a register, a symbol
    // or, as `{sae}`, with a brace.
    let is_memory = match address.first() {
        Some(b'(') => true,
        None | Some(b'{') => !displacement.is_empty(),
        _ => false,
    };
    is_memory.then_some((before, displacement, address))
}

/// Short texts as they are, long ones as three hashes.
fn shape(text: &[u8]) -> Shape {
    let mut words = [0u64; 4];
    if text.len() < 32 {
        let mut bytes = [0u8; 32];
        bytes[..text.len()].copy_from_slice(text);
        bytes[31] = text.len() as u8;
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        return Shape(words);
    }
    for (i, word) in words.iter_mut().take(3).enumerate() {
        let mut hasher = DefaultHasher::new();
        hasher.write_usize(i);
        hasher.write(text);
        *word = hasher.finish();
    }
    words[3] = u64::MAX;
    Shape(words)
}

/// What a plain statement does to registers; `None` when that is not known.
pub(super) fn effects(syntax: &Syntax, stack: u8, text: &[u8]) -> Option<Effects> {
    let parts = parts(syntax, text);
    // A prefix may make another instruction of it.
    if parts.has_prefix || parts.operands.is_empty() {
        return None;
    }
    let access = syntax.access(parts.mnemonic)?;
    let operands = || split(parts.operands);
    let last = operands().last()?;
    let mut effects = Effects::default();
    for operand in operands() {
        named(syntax, operand, &mut effects.reads)?;
    }
    if matches!(access, Access::Change | Access::ChangeByFlags | Access::Compare) {
        effects.writes.insert(syntax.flags);
    }
    if access == Access::ChangeByFlags {
        effects.reads.insert(syntax.flags);
    }
    if matches!(access, Access::Push | Access::Pop) {
        effects.reads.insert(stack);
        effects.writes.insert(stack);
    }
    if matches!(access, Access::Compare | Access::Push) {
        return Some(effects);
    }
    let sets = matches!(access, Access::Set | Access::Pop);
    match register(syntax, last).and_then(|name| syntax.register(name)) {
        Some((set, whole)) => {
            effects.writes.insert(set);
            if sets && whole {
                let others = operands().count().saturating_sub(1);
                effects.reads = RegSet::EMPTY;
                for operand in operands().take(others) {
                    named(syntax, operand, &mut effects.reads)?;
                }
                if access == Access::Pop {
                    effects.reads.insert(stack);
                }
            }
        }
        None if last.first() != syntax.register_prefix.as_ref() || memory(syntax, last).is_some() => {}
        // A register with something beside it, such as a mask.
        None => named(syntax, last, &mut effects.writes)?,
    }
    Some(effects)
}

/// Adds the registers that an operand names; `None` when one of them is not known.
fn named(syntax: &Syntax, operand: &[u8], found: &mut RegSet) -> Option<()> {
    // Bare words may be symbols.
    let prefix = syntax.register_prefix?;
    let mut rest = operand;
    while let Some(at) = rest.iter().position(|&c| c == prefix) {
        let name = &rest[at + 1..];
        let end = name.iter().position(|&c| !is_name(c)).unwrap_or(name.len());
        found.insert(syntax.register(&name[..end])?.0);
        rest = &name[end..];
    }
    Some(())
}
