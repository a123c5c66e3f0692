//! Displacements and immediates.

use super::decode::{distance, word_of};
use super::effects::SP;
use crate::numbers::{Number, NumberRole, Numbers, Shape};
use crate::{Code, Insn};

/// What an instruction is without its numbers: bits that tell it from others of its class, and the class.
struct Taken {
    class: u64,
    rest: u32,
    values: [Option<Number>; 3],
    loads_immediate: bool,
}

impl Taken {
    fn new(class: u64, rest: u32, value: i64, role: NumberRole) -> Taken {
        let values = [Some(Number { value, role }), None, None];
        Taken { class, rest, values, loads_immediate: false }
    }
}

/// Takes one instruction apart; `None` for data, and for direct branches.
pub(super) fn numbers(code: &Code<'_>, insn: &Insn) -> Option<Numbers> {
    let word = word_of(code, insn)?;
    if insn.kind.is_direct_branch() {
        return None;
    }
    let mut taken = take(word);
    let is_filled = code
        .sites
        .iter()
        .any(|s| s.kind.size() != Some(0) && s.offset >= insn.offset && s.offset < insn.end());
    if is_filled {
        taken.values = [None; 3];
        taken.loads_immediate = false;
    }
    let shape = Shape([taken.class, u64::from(taken.rest), u64::from(is_filled), 0]);
    Some(Numbers { shape, values: taken.values, loads_immediate: taken.loads_immediate })
}

/// The number that an instruction puts into a general register, and which register.
pub(super) fn constant(word: u32) -> Option<(u8, i64)> {
    let taken = take(word);
    let value = taken.values[0].filter(|_| taken.loads_immediate)?;
    Some(((word & 31) as u8, value.value))
}

/// Classes whose members have encodings of their own for some numbers.
const ADDITION: u64 = 1;
const COMPARISON: u64 = 2;
const MOVE: u64 = 3;
const ACCESS: u64 = 4;
const OTHER: u64 = 5;

fn take(word: u32) -> Taken {
    let (d, n) = (word & 31, word >> 5 & 31);
    let is_64 = word & 0x8000_0000;
    let role = |other| if n == u32::from(SP) || d == u32::from(SP) { NumberRole::Frame } else { other };
    if let Some((bits, _)) = distance(word) {
        return Taken { class: OTHER, rest: word & !bits, values: [None; 3], loads_immediate: false };
    }
    // mov of registers does what add with 0 does, for the member at offset 0.
    if word & 0xffe0_ffe0 == 0xaa00_03e0 {
        let rest = is_64 | (word >> 16 & 31) << 5 | d;
        return Taken::new(ADDITION, rest, 0, NumberRole::Displacement);
    }
    match word >> 23 & 0x3f {
        // add, adds, sub, subs
        0b10_0010 => {
            let number = i64::from(word >> 10 & 0xfff) << (12 * (word >> 22 & 1));
            let number = if word >> 30 & 1 == 1 { -number } else { number };
            let rest = is_64 | word & 0x3ff;
            match word >> 29 & 1 {
                0 if is_64 != 0 => Taken::new(ADDITION, rest, number, role(NumberRole::Displacement)),
                0 => Taken::new(ADDITION, rest, number, role(NumberRole::Immediate)),
                // cmp and cmn
                _ if d == 31 => Taken::new(COMPARISON, rest, -number, NumberRole::Immediate),
                _ => Taken::new(OTHER, word & !0x007f_fc00, number, NumberRole::Immediate),
            }
        }
        0b10_0100 => logical(word, is_64 != 0),
        0b10_0101 => wide(word, is_64 != 0),
        // sbfm, bfm, ubfm: where a field lies, and how wide it is.
        0b10_0110 => {
            let mut taken =
                Taken::new(OTHER, word & !0x003f_fc00, i64::from(word >> 16 & 63), NumberRole::Immediate);
            let value = i64::from(word >> 10 & 63);
            taken.values[1] = Some(Number { value, role: NumberRole::Immediate });
            taken
        }
        _ => access(word, role(NumberRole::Displacement)).unwrap_or_else(|| {
            // ccmn and ccmp with a number
            if word & 0x3fe0_0c10 == 0x3a40_0800 {
                let value = i64::from(word >> 16 & 31);
                return Taken::new(OTHER, word & !0x001f_0000, value, NumberRole::Immediate);
            }
            Taken { class: OTHER, rest: word, values: [None; 3], loads_immediate: false }
        }),
    }
}

/// movn, movz and movk.
fn wide(word: u32, is_64: bool) -> Taken {
    let shift = 16 * (word >> 21 & 3);
    let number = u64::from(word >> 5 & 0xffff) << shift;
    let value = match word >> 29 & 3 {
        0 => !number,
        2 => number,
        _ => return Taken::new(OTHER, word & !0x001f_ffe0, number as i64, NumberRole::Immediate),
    };
    moved(word, value, is_64)
}

fn moved(word: u32, value: u64, is_64: bool) -> Taken {
    let value = if is_64 { value as i64 } else { i64::from(value as i32) };
    let rest = word & 0x8000_001f;
    Taken { loads_immediate: true, ..Taken::new(MOVE, rest, value, NumberRole::Immediate) }
}

/// and, orr, eor and ands with a pattern of bits.
fn logical(word: u32, is_64: bool) -> Taken {
    let Some(pattern) = pattern(word, is_64) else {
        return Taken { class: OTHER, rest: word, values: [None; 3], loads_immediate: false };
    };
    // mov
    if word >> 29 & 3 == 1 && word >> 5 & 31 == 31 && word & 31 != 31 {
        return moved(word, pattern, is_64);
    }
    let value = if is_64 { pattern as i64 } else { i64::from(pattern as i32) };
    Taken::new(OTHER, word & !0x007f_fc00, value, NumberRole::Immediate)
}

/// The number that a logical instruction's pattern stands for (Arm Architecture Reference Manual, `DecodeBitMasks`).
fn pattern(word: u32, is_64: bool) -> Option<u64> {
    let (n, immr, imms) = (word >> 22 & 1, word >> 16 & 63, word >> 10 & 63);
    let length = (n << 6 | !imms & 63).checked_ilog2().filter(|&l| l > 0)?;
    let size = 1u32 << length;
    if size == 64 && !is_64 {
        return None;
    }
    let (ones, turn) = (imms & (size - 1), immr & (size - 1));
    if ones == size - 1 {
        return None;
    }
    let mask = if size == 64 { u64::MAX } else { (1 << size) - 1 };
    let element = (1u64 << (ones + 1)) - 1;
    let turned = if turn == 0 { element } else { (element >> turn | element << (size - turn)) & mask };
    Some((0..64 / size).fold(0, |value, i| value | turned << (i * size)))
}

/// Loads and stores with a number of bytes. That it is scaled for some and not for others is only an encoding.
fn access(word: u32, role: NumberRole) -> Option<Taken> {
    let is_vector = word >> 26 & 1 == 1;
    if word & 0x3a00_0000 == 0x2800_0000 {
        let scale = match (is_vector, word >> 30) {
            (true, size) => 2 + size,
            (false, 2) => 3,
            (false, _) => 2,
        };
        let value = i64::from((word << 10) as i32 >> 25) << scale;
        return Some(Taken::new(OTHER, word & !0x003f_8000, value, role));
    }
    if word & 0x3b00_0000 == 0x3900_0000 {
        let scale = if is_vector && word >> 23 & 1 == 1 { 4 } else { word >> 30 };
        let value = i64::from(word >> 10 & 0xfff) << scale;
        return Some(Taken::new(ACCESS, word & 0xfcc0_03ff, value, role));
    }
    if word & 0x3b20_0000 == 0x3800_0000 {
        let value = i64::from((word << 11) as i32 >> 23);
        return Some(match word >> 10 & 3 {
            0 => Taken::new(ACCESS, word & 0xfcc0_03ff, value, role),
            _ => Taken::new(OTHER, word & !0x001f_f000, value, role),
        });
    }
    None
}
