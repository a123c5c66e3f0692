//! Displacements and immediates.

use super::bits;
use super::block;
use super::effects::SP;
use super::literals::word_of;
use crate::numbers::{Number, NumberRole, Numbers, Shape};
use crate::{Code, Insn, Mode};

/// What an instruction is without its numbers: bits that tell it from others of its class, and the class.
struct Taken {
    class: u64,
    rest: u64,
    values: [Option<Number>; 3],
}

/// Classes whose members have encodings of their own for some numbers.
const ADDITION: u64 = 1;
const COMPARISON: u64 = 2;
const MOVE: u64 = 3;
const SHIFT: u64 = 4;
const ACCESS: u64 = 5;
const OTHER: u64 = 6;

impl Taken {
    fn new(class: u64, rest: u32, value: i64, role: NumberRole) -> Taken {
        Taken { class, rest: rest.into(), values: [Some(Number { value, role }), None, None] }
    }

    fn plain(rest: u32) -> Taken {
        Taken { class: OTHER, rest: rest.into(), values: [None; 3] }
    }

    fn and(mut self, value: i64) -> Taken {
        self.values[1] = Some(Number { value, role: NumberRole::Immediate });
        self
    }
}

/// Takes one instruction apart; `None` for data, and for direct branches.
///
/// T32 instructions of one halfword set the flags where longer ones need not; compilers choose by what number fits, when
/// nobody asks the flags, and so both have one shape.
pub(super) fn numbers(code: &Code<'_>, insn: &Insn) -> Option<Numbers> {
    let (mode, word) = word_of(code, insn)?;
    if insn.kind.is_direct_branch() {
        return None;
    }
    let first = code.sites.partition_point(|s| s.offset < insn.offset);
    let mut own = code.sites[first..].iter().take_while(|s| s.offset < insn.end());
    let is_filled = own.any(|s| s.kind.size() != Some(0));
    let (taken, condition) = match (mode, insn.len) {
        (Mode::Code, _) => (a32(word), word >> 28),
        (_, 2) => (narrow(word), block::condition(code, insn).unwrap_or(14)),
        _ => (wide(word), block::condition(code, insn).unwrap_or(14)),
    };
    let mut taken = match insn.field {
        Some(field) => {
            let bits = if insn.len == 4 && mode == Mode::Thumb { bits::t32(field.bits) } else { field.bits };
            Taken::plain(word & !bits)
        }
        None => taken,
    };
    if is_filled {
        taken.values = [None; 3];
    }
    let lengths = if taken.class == OTHER { u64::from(insn.len) << 8 } else { 0 };
    let shape = [
        taken.class | lengths | u64::from(mode == Mode::Thumb) << 16,
        taken.rest,
        u64::from(condition),
        is_filled.into(),
    ];
    let loads_immediate = taken.class == MOVE && !is_filled;
    Some(Numbers { shape: Shape(shape), values: taken.values, loads_immediate })
}

fn role(first: u32, second: u32, other: NumberRole) -> NumberRole {
    let stack = u32::from(SP);
    if first & 15 == stack || second & 15 == stack { NumberRole::Frame } else { other }
}

/// `add`, `sub` and `mov` of a register, which adds nothing: for the member at offset 0.
fn addition(result: u32, base: u32, value: i64) -> Taken {
    let (result, base) = (result & 15, base & 15);
    Taken::new(ADDITION, base << 4 | result, value, role(result, base, NumberRole::Displacement))
}

fn moved(result: u32, value: u32) -> Taken {
    Taken::new(MOVE, result & 15, i64::from(value as i32), NumberRole::Immediate)
}

fn comparison(register: u32, value: i64) -> Taken {
    Taken::new(COMPARISON, register & 15, value, NumberRole::Immediate)
}

fn shift(kind: u32, result: u32, from: u32, places: u32) -> Taken {
    let rest = kind << 8 | (from & 15) << 4 | result & 15;
    Taken::new(SHIFT, rest, places.into(), NumberRole::Immediate)
}

/// A load or store. `kind` tells which, `register` what is moved.
fn access(kind: u32, register: u32, base: u32, value: i64) -> Taken {
    let rest = kind << 8 | (base & 15) << 4 | register & 15;
    Taken::new(ACCESS, rest, value, role(base, base, NumberRole::Displacement))
}

/// Kinds of loads and stores: size and sign as T32 has them in bits 21, 22 and 24 of its longer ones, and bit 3 for loads.
const LOADS: u32 = 8;
const SIGNED: u32 = 4;
const WORD: u32 = 2;
const HALFWORD: u32 = 1;
const PAIR: u32 = 16;
/// The base is changed: behind the access, or in front of it.
const BEHIND: u32 = 32;
const BEFORE: u32 = 64;

fn indexing(word: u32) -> u32 {
    match (word >> 24 & 1, word >> 21 & 1) {
        (1, 0) => 0,
        (1, _) => BEFORE,
        _ => BEHIND,
    }
}

fn a32(word: u32) -> Taken {
    let other = |bits: u32, value: i64| Taken::new(OTHER, word & !bits, value, NumberRole::Immediate);
    if word >> 28 == 0xf {
        return Taken::plain(word);
    }
    let (base, register) = (word >> 16, word >> 12);
    match word >> 25 & 7 {
        // movw, movt
        1 if word & 0x01b0_0000 == 0x0100_0000 => match word & 1 << 22 {
            0 => moved(register, bits::a32_move(word)),
            _ => other(bits::A32_MOVE, bits::a32_move(word).into()),
        },
        1 if word & 0x0190_0000 == 0x0100_0000 => Taken::plain(word),
        1 => {
            let number = bits::a32_immediate(word);
            let value = i64::from(number as i32);
            match (word >> 21 & 15, word >> 20 & 1) {
                (4, 0) => addition(register, base, number.into()),
                (2, 0) => addition(register, base, -i64::from(number)),
                (10, _) => comparison(base, value),
                (11, _) => comparison(base, value.wrapping_neg()),
                (13, 0) => moved(register, number),
                (15, 0) => moved(register, !number),
                _ => other(0xfff, value),
            }
        }
        0 if word & 0x0fff_0ff0 == 0x01a0_0000 => addition(register, word, 0),
        0 if word & 0x0fff_0010 == 0x01a0_0000 => shift(word >> 5 & 3, register, word, word >> 7 & 31),
        0 if word & 0x90 == 0x90 && word & 0x60 != 0 && word & 1 << 22 != 0 => {
            let loads = word & 1 << 20 != 0;
            let kind = match (loads, word >> 5 & 3) {
                (false, 1) => HALFWORD,
                (false, form) => PAIR | (form & 1) ^ 1,
                (true, 1) => LOADS | HALFWORD,
                (true, form) => LOADS | SIGNED | form & 1,
            };
            access(kind | indexing(word), register, base, bits::a32_offset8(word))
        }
        2 => {
            let size = if word & 1 << 22 == 0 { WORD } else { 0 };
            let kind = size | if word & 1 << 20 == 0 { 0 } else { LOADS };
            access(kind | indexing(word), register, base, bits::up_or_down(word, word & 0xfff))
        }
        3 if word & 0x10 != 0 => fields(word, word >> 7 & 31, word >> 16 & 31, 0x001f_0f80),
        6 => coprocessor(word),
        _ => Taken::plain(word),
    }
}

/// sbfx, ubfx, bfi and bfc: where a field of bits lies, and how wide it is.
fn fields(word: u32, lowest: u32, width: u32, bits: u32) -> Taken {
    let is_field = matches!(word >> 21 & 15, 13..=15) && word & 0x10 != 0;
    match is_field {
        true => Taken::new(OTHER, word & !bits, lowest.into(), NumberRole::Immediate).and(width.into()),
        false => Taken::plain(word),
    }
}

/// vldr, vstr and their like.
fn coprocessor(word: u32) -> Taken {
    if word & 0x0120_0000 != 0x0100_0000 {
        return Taken::plain(word);
    }
    let scale = if word >> 8 & 15 == 9 { 1 } else { 2 };
    let value = bits::up_or_down(word, (word & 0xff) << scale);
    Taken::new(OTHER, word & !0x0080_00ff, value, role(word >> 16, word >> 16, NumberRole::Displacement))
}

fn narrow(half: u32) -> Taken {
    let (low, middle) = (half & 7, half >> 3 & 7);
    let (target, byte) = (half >> 8 & 7, i64::from(half & 0xff));
    let loads = if half & 0x0800 != 0 { LOADS } else { 0 };
    let stack = u32::from(SP);
    let scaled = |scale: u32| i64::from((half >> 6 & 31) << scale);
    match half >> 11 {
        0 if half == half & 0x3f => addition(low, middle, 0), // movs
        kind @ 0..=2 => shift(kind, low, middle, half >> 6 & 31),
        3 if half & 0x0400 != 0 => {
            let value = i64::from(half >> 6 & 7);
            addition(low, middle, if half & 0x0200 == 0 { value } else { -value })
        }
        4 => moved(target, half & 0xff),
        5 => comparison(target, byte),
        6 => addition(target, target, byte),
        7 => addition(target, target, -byte),
        8 if half & 0x0700 == 0x0600 => addition(half >> 4 & 8 | low, half >> 3, 0), // mov
        12 | 13 => access(WORD | loads, low, middle, scaled(2)),
        14 | 15 => access(loads, low, middle, scaled(0)),
        16 | 17 => access(HALFWORD | loads, low, middle, scaled(1)),
        18 | 19 => access(WORD | loads, target, stack, byte << 2),
        21 => addition(target, stack, byte << 2),
        22 if half & 0x0700 == 0 => {
            let value = i64::from(half & 0x7f) << 2;
            addition(stack, stack, if half & 0x80 == 0 { value } else { -value })
        }
        _ => Taken::plain(half),
    }
}

/// A T32 modified immediate: i, imm3 and imm8.
pub(super) fn modified(word: u32) -> u32 {
    let byte = word & 0xff;
    let plain = bits::t32_plain(word);
    match plain >> 8 {
        0 => byte,
        1 => byte << 16 | byte,
        2 => byte << 24 | byte << 8,
        3 => byte << 24 | byte << 16 | byte << 8 | byte,
        _ => (0x80 | word & 0x7f).rotate_right(plain >> 7),
    }
}

const PLAIN_BITS: u32 = 0x0400_70ff;

fn wide(word: u32) -> Taken {
    let other = |bits: u32, value: i64| Taken::new(OTHER, word & !bits, value, NumberRole::Immediate);
    let (base, result) = (word >> 16 & 15, word >> 8 & 15);
    match word >> 25 & 15 {
        0b1000 | 0b1010 if word & 0x8000 == 0 => {
            let number = modified(word);
            let value = i64::from(number as i32);
            match (word >> 21 & 15, word >> 20 & 1) {
                (8, 0) => addition(result, base, number.into()),
                (13, 0) => addition(result, base, -i64::from(number)),
                (13, _) if result == 15 => comparison(base, value),
                (8, _) if result == 15 => comparison(base, value.wrapping_neg()),
                (2, 0) if base == 15 => moved(result, number),
                (3, 0) if base == 15 => moved(result, !number),
                _ => other(PLAIN_BITS, value),
            }
        }
        0b1001 | 0b1011 if word & 0x8000 == 0 => {
            let number = i64::from(bits::t32_plain(word));
            match word >> 20 & 0x1f {
                0 => addition(result, base, number),
                10 => addition(result, base, -number),
                4 => moved(result, bits::t32_move(word)),
                12 => other(PLAIN_BITS | 0x000f_0000, bits::t32_move(word).into()),
                20 | 22 | 28 => {
                    let lowest = i64::from(word >> 10 & 0x1c | word >> 6 & 3);
                    other(0x70df, lowest).and((word & 31).into())
                }
                _ => Taken::plain(word),
            }
        }
        0b0101 if word & 0xffff_0000 == 0xea4f_0000 && word & 0xf0 != 0x30 => {
            let places = word >> 10 & 0x1c | word >> 6 & 3;
            match (places, word >> 4 & 3) {
                (0, 0) => addition(result, word, 0),
                (places, kind) => shift(kind, result, word, places),
            }
        }
        0b0100 if word & 1 << 22 != 0 && word & 0x0120_0000 != 0 => {
            let kind = PAIR | indexing(word) | if word & 1 << 20 == 0 { 0 } else { LOADS };
            let mut taken = access(kind, word >> 12, base, bits::up_or_down(word, (word & 0xff) << 2));
            taken.rest |= u64::from(result) << 32;
            taken
        }
        0b1100 => single(word),
        0b0110 | 0b1110 => coprocessor(word),
        _ => Taken::plain(word),
    }
}

/// Loads and stores of one register.
fn single(word: u32) -> Taken {
    let (base, register) = (word >> 16, word >> 12);
    let is_element = word & 0x0110_0000 == 0x0100_0000;
    let size = word >> 21 & 3;
    if is_element || size == 3 {
        return Taken::plain(word);
    }
    let kind =
        size | if word & 1 << 24 == 0 { 0 } else { SIGNED } | if word & 1 << 20 == 0 { 0 } else { LOADS };
    if word & 1 << 23 != 0 {
        return access(kind, register, base, (word & 0xfff).into());
    }
    // Without bit 11 another register counts; with bits 10 and 9 alone it is an access for less privileged code.
    if word & 0x0800 == 0 || word & 0x0700 == 0x0600 {
        return Taken::plain(word);
    }
    let indexing = match word >> 8 & 5 {
        4 => 0,
        5 => BEFORE,
        _ => BEHIND,
    };
    let offset = i64::from(word & 0xff);
    access(kind | indexing, register, base, if word & 0x200 == 0 { -offset } else { offset })
}
