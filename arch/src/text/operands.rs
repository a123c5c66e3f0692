//! Mnemonic and operands of one statement's text: the numbers in it, and the registers it names.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};

use crate::numbers::{Number, NumberRole, Numbers, Shape};
use crate::syntax::{Access, Syntax};
use crate::{Effects, RegSet};

use super::record::{self, BRANCH, DISTANCE};

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
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth -= 1,
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

/// A statement's text with the numbers in it that records keep as fields.
pub(super) fn expanded(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&record::NUMBER) || text.contains(&BRANCH) || text.contains(&DISTANCE) {
        return Cow::Borrowed(text);
    }
    let mut whole = Vec::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&c| c == record::NUMBER) {
        whole.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(number) = record::number_of(rest) else { break };
        whole.extend_from_slice(number.to_string().as_bytes());
        rest = &rest[4..];
    }
    whole.extend_from_slice(rest);
    Cow::Owned(whole)
}

/// Takes a statement apart; `None` when it holds more numbers than any instruction has. A number is as it is written:
/// in a register of 32 bits -1 and 4294967295 are the same.
pub(super) fn numbers(syntax: &Syntax, stack: u8, text: &[u8]) -> Option<Numbers> {
    // Behind a distance any byte may stand.
    if text.iter().any(|&c| c == BRANCH || c == DISTANCE || c == NUMBER) {
        return None;
    }
    let text = &*expanded(text);
    let Parts { mnemonic, has_prefix, operands } = parts(syntax, text);
    let is_stack = |name: &[u8]| syntax.register(name).is_some_and(|(r, whole)| r == stack && whole);
    let names_stack = |operand| register(syntax, operand).is_some_and(is_stack);
    // Where three operands are written, one that adds to the stack pointer gives an address in the frame.
    let of_frame = match syntax.destination_first {
        true => {
            split(operands).any(|o| names_stack(o) || memory(syntax, o).is_some_and(|m| is_stack(m.base)))
        }
        false => split(operands).last().is_some_and(names_stack),
    };
    // Displacements in front of immediates.
    let (mut places, mut immediates) = ([None; 3], [None; 3]);
    let (mut place_count, mut immediate_count) = (0, 0);
    let mut kept = Vec::with_capacity(text.len() + 8);
    kept.extend_from_slice(&text[..text.len() - operands.len()]);
    for operand in split(operands) {
        kept.push(b',');
        let immediate = match operand.strip_prefix(&[syntax.immediate_prefix]) {
            None if syntax.immediate_is_optional => number(operand).map(|_| operand),
            immediate => immediate,
        };
        if let Some(value) = immediate {
            kept.push(syntax.immediate_prefix);
            match number(value) {
                Some(value) => {
                    let role = if of_frame { NumberRole::Frame } else { NumberRole::Immediate };
                    *immediates.get_mut(immediate_count)? = Some(Number { value, role });
                    immediate_count += 1;
                    kept.push(NUMBER);
                }
                None => kept.extend_from_slice(value),
            }
            continue;
        }
        let Some(Memory { before, displacement, behind, base }) = memory(syntax, operand) else {
            kept.extend_from_slice(operand);
            continue;
        };
        kept.extend_from_slice(before);
        let Some(displacement) = displacement else {
            kept.extend_from_slice(behind);
            continue;
        };
        // An address without a displacement is one with the displacement 0.
        let value = if displacement.is_empty() { Some(0) } else { number(displacement) };
        match value {
            Some(value) => {
                let role = if is_stack(base) { NumberRole::Frame } else { NumberRole::Displacement };
                *places.get_mut(place_count)? = Some(Number { value, role });
                place_count += 1;
                kept.push(NUMBER);
            }
            None => kept.extend_from_slice(displacement),
        }
        kept.extend_from_slice(behind);
    }
    let mut all = places.into_iter().chain(immediates).flatten();
    let values = [all.next(), all.next(), all.next()];
    if all.next().is_some() {
        return None;
    }
    let loads = !has_prefix && loads(syntax, mnemonic);
    Some(Numbers { shape: shape(&kept), values, loads_immediate: loads && immediate_count > 0 })
}

/// An operand in memory.
pub(super) struct Memory<'t> {
    /// What stands in front of the displacement.
    before: &'t [u8],
    /// The number that is added to the address; empty where it is missing, `None` where there is no room for one.
    pub displacement: Option<&'t [u8]>,
    /// What stands behind it.
    pub behind: &'t [u8],
    /// The name of the first register that the address is made of, without prefix; empty for none.
    pub base: &'t [u8],
}

/// An operand taken apart, if it is one in memory.
pub(super) fn memory<'t>(syntax: &Syntax, operand: &'t [u8]) -> Option<Memory<'t>> {
    match syntax.memory {
        [b'[', _] => in_brackets(syntax, operand),
        _ => in_parentheses(syntax, operand),
    }
}

/// `[base,index,lsl 2]`, `[base,displacement]!`
fn in_brackets<'t>(syntax: &Syntax, operand: &'t [u8]) -> Option<Memory<'t>> {
    let inner = operand.strip_prefix(b"[")?;
    let end = inner.iter().position(|&c| c == b']')?;
    let (inner, behind) = inner.split_at(end);
    let mut parts = inner.splitn(2, |&c| c == b',');
    let base = register(syntax, parts.next()?)?;
    let displacement = parts.next().filter(|d| number(d).is_some()).unwrap_or_default();
    let is_plain = displacement.is_empty() && inner.len() > base.len();
    let (before, displacement, behind) = match is_plain {
        // An index stands there.
        true => (&operand[..1 + end], None, behind),
        false => (&operand[..1 + base.len()], Some(displacement), behind),
    };
    Some(Memory { before, displacement, behind, base })
}

/// `%segment:displacement(base,index,scale)`
fn in_parentheses<'t>(syntax: &Syntax, operand: &'t [u8]) -> Option<Memory<'t>> {
    let indirect = usize::from(syntax.indirect_prefix.is_some_and(|p| operand.first() == Some(&p)));
    let mut start = indirect;
    if let Some(colon) = operand.iter().position(|&c| c == b':') {
        register(syntax, &operand[indirect..colon])?;
        start = colon + 1;
    }
    let (before, rest) = operand.split_at(start);
    let is_number = |c: u8| c.is_ascii_digit() || c == b'-';
    let end = rest.iter().position(|&c| !is_number(c)).unwrap_or(rest.len());
    let (displacement, behind) = rest.split_at(end);
    // A number inside of an expression is no displacement, nor is there one in what begins with a register, a symbol
    // or, as `{sae}`, with a brace.
    let is_memory = match behind.first() {
        Some(b'(') => true,
        None | Some(b'{') => !displacement.is_empty(),
        _ => false,
    };
    let base = behind.strip_prefix(b"(").unwrap_or_default();
    let base = base.split(|&c| c == b',' || c == b')').next().unwrap_or_default();
    let base = register(syntax, base).unwrap_or_default();
    is_memory.then_some(Memory { before, displacement: Some(displacement), behind, base })
}

/// Whether a mnemonic does nothing but put a number somewhere, when it has one.
fn loads(syntax: &Syntax, mnemonic: &[u8]) -> bool {
    let mnemonic = syntax.without_width(mnemonic);
    syntax.loads.iter().any(|name| name.as_bytes() == mnemonic)
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
    let text = &*expanded(text);
    let parts = parts(syntax, text);
    // A prefix may make another instruction of it.
    if parts.has_prefix || parts.operands.is_empty() {
        return None;
    }
    let access = syntax.access(parts.mnemonic)?;
    let count = split(parts.operands).count();
    let mut effects = Effects::default();
    // The places of the operands that are set or changed.
    let destinations = match access {
        Access::Compare | Access::Push | Access::Store => 0..0,
        Access::SetPair => 0..2,
        _ if syntax.destination_first => 0..1,
        _ => count - 1..count,
    };
    let is_set = matches!(
        access,
        Access::Set | Access::SetPair | Access::SetWithFlags | Access::SetByFlags | Access::Pop
    );
    // `adds r0,5` adds to what the register holds, unlike `movs r0,5`.
    let names_once = syntax.has_thumb && count == 2 && !loads(syntax, parts.mnemonic);
    let adds_to_itself = names_once && split(parts.operands).all(|o| memory(syntax, o).is_none());
    let mut may_write_back = false;
    for (i, operand) in split(parts.operands).enumerate() {
        // Behind the address stands what is added to it afterwards.
        let after = std::mem::take(&mut may_write_back);
        let place = memory(syntax, operand);
        if let (Some(Memory { behind, base, .. }), b'[') = (&place, syntax.memory[0]) {
            may_write_back = true;
            if behind.ends_with(b"!") || i + 1 < count {
                effects.writes.insert(syntax.register(base)?.0);
            }
        }
        let register = register(syntax, operand).and_then(|name| syntax.register(name));
        match register {
            Some((set, whole)) if destinations.contains(&i) && !after => {
                effects.writes.insert(set);
                if is_set && whole && !adds_to_itself {
                    continue;
                }
            }
            None if destinations.contains(&i)
                && place.is_none()
                && (syntax.register_prefix.is_none()
                    || operand.first() == syntax.register_prefix.as_ref()) =>
            {
                // A register with something beside it, such as a mask.
                named(syntax, operand, &mut effects.writes)?;
            }
            _ => {}
        }
        named(syntax, operand, &mut effects.reads)?;
    }
    if matches!(access, Access::Change | Access::ChangeByFlags | Access::Compare | Access::SetWithFlags) {
        effects.writes.insert(syntax.flags);
    }
    if matches!(access, Access::ChangeByFlags | Access::SetByFlags) {
        effects.reads.insert(syntax.flags);
    }
    if matches!(access, Access::Push | Access::Pop) {
        effects.reads.insert(stack);
        effects.writes.insert(stack);
    }
    Some(effects)
}

/// Adds the registers that an operand names; `None` when one of them is not known.
fn named(syntax: &Syntax, operand: &[u8], found: &mut RegSet) -> Option<()> {
    let Some(prefix) = syntax.register_prefix else {
        let mut rest = operand;
        while let Some(at) = rest.iter().position(|&c| is_name(c)) {
            let is_operator = at > 0 && rest[at - 1] == b':';
            let from = &rest[at..];
            let end = from.iter().position(|&c| !is_name(c) && c != b'_').unwrap_or(from.len());
            let (word, behind) = from.split_at(end);
            rest = behind;
            // `:lo12:`, and numbers.
            if is_operator && behind.first() == Some(&b':') || word[0].is_ascii_digit() {
                continue;
            }
            match syntax.register(word) {
                Some((register, _)) => found.insert(register),
                None if syntax.words.iter().any(|w| w.as_bytes() == word) => {}
                None => return None,
            }
        }
        return Some(());
    };
    let mut rest = operand;
    while let Some(at) = rest.iter().position(|&c| c == prefix) {
        let name = &rest[at + 1..];
        let end = name.iter().position(|&c| !is_name(c)).unwrap_or(name.len());
        found.insert(syntax.register(&name[..end])?.0);
        rest = &name[end..];
    }
    Some(())
}
