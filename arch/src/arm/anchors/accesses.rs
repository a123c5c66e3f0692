//! What loads, stores and additions do with addresses.

use super::NONE;
use crate::arm::bits::{self, t32};
use crate::{Field, Mode};

/// A load or store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    pub base: u32,
    /// The number in the instruction, and how many bytes behind the base it is; `None` where it is not one place.
    pub place: Option<(Field, i64)>,
    /// The register that is added.
    pub index: Option<u32>,
    /// By how many bits that register is shifted to the left, where it is that and is added.
    pub shift: Option<u32>,
    /// What is added stays in the base.
    pub writes_back: bool,
    /// The base itself is stored.
    pub stores_base: bool,
}

/// The result of an addition of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sum {
    pub result: u32,
    pub base: u32,
    pub number: i64,
    pub field: Field,
}

const fn word(bits: u32) -> Field {
    Field { offset: 0, size: 4, bits }
}

const fn half(bits: u32) -> Field {
    Field { offset: 0, size: 2, bits }
}

const A32_NUMBER: Field = word(0xfff);
const A32_OFFSET12: Field = word(bits::A32_OFFSET12);
const A32_OFFSET8: Field = word(bits::A32_OFFSET8);
const COPROCESSOR: Field = word(bits::A32_COPROCESSOR);
const T32_COPROCESSOR: Field = word(bits::T32_OFFSET8);
const T32_NUMBER: Field = word(bits::T32_ADDRESS);
const T32_OFFSET12: Field = word(t32(0x0fff));
const T32_OFFSET8: Field = word(t32(0x02ff));
const T32_EXCLUSIVE: Field = word(t32(0x00ff));
const HALF_IMM5: Field = half(0x07c0);
const HALF_IMM3: Field = half(0x01c0);
const HALF_IMM8: Field = half(0x00ff);
const HALF_NONE: Field = half(0);

/// All fields that numbers stand in which lead on from an address.
pub(in crate::arm) const FIELDS: [Field; 14] = [
    NONE,
    HALF_NONE,
    A32_NUMBER,
    A32_OFFSET12,
    A32_OFFSET8,
    COPROCESSOR,
    T32_COPROCESSOR,
    T32_NUMBER,
    T32_OFFSET12,
    T32_OFFSET8,
    T32_EXCLUSIVE,
    HALF_IMM5,
    HALF_IMM3,
    HALF_IMM8,
];

impl Access {
    fn at(base: u32, field: Field, plus: i64) -> Access {
        Access {
            base: base & 15,
            place: Some((field, plus)),
            index: None,
            shift: None,
            writes_back: false,
            stores_base: false,
        }
    }

    /// At the base itself and behind it.
    fn from(base: u32) -> Access {
        Access { place: None, ..Access::at(base, NONE, 0) }
    }

    fn by(base: u32, index: u32, shift: Option<u32>) -> Access {
        Access { place: None, index: Some(index & 15), shift, ..Access::at(base, NONE, 0) }
    }

    fn storing(self, stores: bool, register: u32) -> Access {
        Access { stores_base: stores && register & 15 == self.base, ..self }
    }

    /// In front of the access the number is added, and stays; or behind it.
    fn indexed(self, before: bool, writes_back: bool) -> Access {
        let writes_back = writes_back || !before;
        let shift = self.shift.filter(|_| !writes_back);
        Access { writes_back, place: self.place.filter(|_| !writes_back), shift, ..self }
    }

    /// What the instruction is, if it is one. Those of the stack are among them.
    pub(super) fn of(mode: Mode, word: u32, len: u8) -> Option<Access> {
        match (mode, len) {
            (Mode::Code, _) => a32(word),
            (_, 2) => narrow(word),
            _ => wide(word),
        }
    }
}

fn a32(word: u32) -> Option<Access> {
    let (base, register) = (word >> 16, word >> 12);
    let (before, writes_back, loads) = (word >> 24 & 1 == 1, word >> 21 & 1 == 1, word >> 20 & 1 == 1);
    if word >> 28 == 0xf {
        return match word >> 24 & 15 {
            // Elements of vectors
            4 if word & 0x0010_0000 == 0 => Some(vector(word)),
            _ => None,
        };
    }
    match word >> 25 & 7 {
        0 if word & 0x90 == 0x90 && word & 0x60 != 0 => {
            let access = match word >> 22 & 1 {
                1 => Access::at(base, A32_OFFSET8, bits::a32_offset8(word)),
                _ => Access::by(base, word, (word >> 23 & 1 == 1).then_some(0)),
            };
            let stores = word & 0x0010_0060 == 0x20 || word & 0x0010_0060 == 0x60;
            Some(access.storing(stores, register).indexed(before, writes_back))
        }
        0 if word & 0x0f00_00f0 == 0x0100_0090 => Some(Access::at(base, NONE, 0).storing(!loads, word)),
        2 => {
            let access = Access::at(base, A32_OFFSET12, bits::up_or_down(word, word & 0xfff));
            Some(access.storing(!loads, register).indexed(before, writes_back))
        }
        3 if word & 0x10 == 0 => {
            // Added, and shifted to the left.
            let shift = (word & 0x0080_0060 == 0x0080_0000).then_some(word >> 7 & 31);
            Some(Access::by(base, word, shift).storing(!loads, register).indexed(before, writes_back))
        }
        4 => Some(multiple(word)),
        6 => coprocessor(word, COPROCESSOR),
        _ => None,
    }
}

/// Loads and stores of several registers.
fn multiple(word: u32) -> Access {
    let loads = word >> 20 & 1 == 1;
    let base = word >> 16 & 15;
    let access = Access::from(base).storing(!loads && word >> base & 1 == 1, base);
    Access { writes_back: word >> 21 & 1 == 1 && !(loads && word >> base & 1 == 1), ..access }
}

/// Elements of vectors.
fn vector(word: u32) -> Access {
    let index = word & 15;
    Access { writes_back: index != 15, ..Access::from(word >> 16) }
}

/// Those of vectors' registers.
fn coprocessor(word: u32, field: Field) -> Option<Access> {
    if !matches!(word >> 8 & 15, 9..=11) || word & 0x01a0_0000 == 0 {
        return None;
    }
    if word & 0x0120_0000 == 0x0100_0000 {
        let scale = if word >> 8 & 15 == 9 { 1 } else { 2 };
        return Some(Access::at(word >> 16, field, bits::up_or_down(word, (word & 0xff) << scale)));
    }
    Some(Access { writes_back: word >> 21 & 1 == 1, ..Access::from(word >> 16) })
}

fn narrow(half: u32) -> Option<Access> {
    let (low, middle) = (half & 7, half >> 3 & 7);
    let stores = half & 0x0800 == 0;
    let scaled = |scale: u32| i64::from((half >> 6 & 31) << scale);
    Some(match half >> 11 {
        10 | 11 => Access::by(middle, half >> 6 & 7, Some(0)).storing(half >> 9 & 7 < 3, low),
        12 | 13 => Access::at(middle, HALF_IMM5, scaled(2)).storing(stores, low),
        14 | 15 => Access::at(middle, HALF_IMM5, scaled(0)).storing(stores, low),
        16 | 17 => Access::at(middle, HALF_IMM5, scaled(1)).storing(stores, low),
        18 | 19 => Access::at(13, HALF_IMM8, i64::from(half & 0xff) << 2),
        22 | 23 if half & 0xf600 == 0xb400 => Access { writes_back: true, ..Access::from(13) },
        24 | 25 => {
            let base = half >> 8 & 7;
            let listed = half >> base & 1 == 1;
            let access = Access::from(base).storing(stores && listed, base);
            Access { writes_back: stores || !listed, ..access }
        }
        _ => return None,
    })
}

fn wide(word: u32) -> Option<Access> {
    let (base, register) = (word >> 16, word >> 12);
    let loads = word >> 20 & 1 == 1;
    match word >> 25 & 15 {
        0b0100 if word & 1 << 22 == 0 => Some(multiple(word)),
        0b0100 if word & 0x0120_0000 != 0 => {
            let access = Access::at(base, T32_COPROCESSOR, bits::up_or_down(word, (word & 0xff) << 2));
            let stores = !loads && (register & 15 == base & 15 || word >> 8 & 15 == base & 15);
            Some(access.storing(stores, base).indexed(word >> 24 & 1 == 1, word >> 21 & 1 == 1))
        }
        // Exclusive ones; not jumps through tables.
        0b0100 if word & 1 << 23 == 0 => {
            Some(Access::at(base, T32_EXCLUSIVE, i64::from(word & 0xff) << 2).storing(!loads, register))
        }
        0b0100 if word & 0xc0 != 0 => Some(Access::at(base, NONE, 0).storing(!loads, register)),
        0b1100 if word & 0x0110_0000 == 0x0100_0000 => Some(vector(word)),
        0b1100 => {
            if word >> 23 & 1 == 1 {
                return Some(
                    Access::at(base, T32_OFFSET12, i64::from(word & 0xfff)).storing(!loads, register),
                );
            }
            if word & 0x0800 == 0 {
                return Some(Access::by(base, word, Some(word >> 4 & 3)).storing(!loads, register));
            }
            let offset = i64::from(word & 0xff);
            let offset = if word & 0x200 == 0 { -offset } else { offset };
            let access = Access::at(base, T32_OFFSET8, offset).storing(!loads, register);
            Some(access.indexed(word >> 10 & 1 == 1, word >> 8 & 1 == 1))
        }
        0b0110 => coprocessor(word, T32_COPROCESSOR),
        _ => None,
    }
}

/// `add` and `sub` of a number.
pub(super) fn addition(mode: Mode, word: u32, len: u8) -> Option<Sum> {
    let sum = |result: u32, base: u32, number: i64, field| {
        let (result, base) = (result & 15, base & 15);
        (result != 15 && base != 15).then_some(Sum { result, base, number, field })
    };
    let sign = |negative: bool, number: u32| if negative { -i64::from(number) } else { i64::from(number) };
    match (mode, len) {
        (Mode::Code, _) => {
            let number = bits::a32_immediate(word);
            match word & 0x0fe0_0000 {
                0x0280_0000 => sum(word >> 12, word >> 16, number.into(), A32_NUMBER),
                0x0240_0000 => sum(word >> 12, word >> 16, -i64::from(number), A32_NUMBER),
                _ => None,
            }
        }
        (_, 2) => match word >> 11 {
            3 if word & 0x400 != 0 => {
                let number = sign(word & 0x200 != 0, word >> 6 & 7);
                // With 0 it is a copy in older assemblers' words.
                sum(word & 7, word >> 3 & 7, number, HALF_IMM3)
            }
            6 => sum(word >> 8 & 7, word >> 8 & 7, (word & 0xff).into(), HALF_IMM8),
            7 => sum(word >> 8 & 7, word >> 8 & 7, -i64::from(word & 0xff), HALF_IMM8),
            _ => None,
        },
        _ => {
            let negative = word & 0x00a0_0000 == 0x00a0_0000;
            match word & 0xfbe0_8000 {
                0xf100_0000 | 0xf1a0_0000 => {
                    let number = super::super::numbers::modified(word);
                    sum(word >> 8, word >> 16, sign(negative, number), T32_NUMBER)
                }
                0xf200_0000 | 0xf2a0_0000 => {
                    sum(word >> 8, word >> 16, sign(negative, bits::t32_plain(word)), T32_NUMBER)
                }
                _ => None,
            }
        }
    }
}

/// `mov` of registers: the result, and where it comes from.
pub(super) fn copy(mode: Mode, word: u32, len: u8) -> Option<(u32, u32)> {
    let (result, from) = match (mode, len) {
        (Mode::Code, _) if word & 0x0fef_0ff0 == 0x01a0_0000 => (word >> 12 & 15, word & 15),
        (Mode::Thumb, 2) if word & 0xff00 == 0x4600 => (word >> 4 & 8 | word & 7, word >> 3 & 15),
        (Mode::Thumb, 2) if word & 0xffc0 == 0 => (word & 7, word >> 3 & 7),
        (Mode::Thumb, 4) if word & 0xffef_f0f0 == 0xea4f_0000 => (word >> 8 & 15, word & 15),
        _ => return None,
    };
    (result != 15 && from != 15).then_some((result, from))
}

/// `add` of registers: the result, what is added, and whether nothing of it is shifted.
pub(super) fn sum(mode: Mode, word: u32, len: u8) -> Option<(u32, u32, u32, bool)> {
    let found = match (mode, len) {
        (Mode::Code, _) if word & 0x0fe0_0010 == 0x0080_0000 => {
            (word >> 12 & 15, word >> 16 & 15, word & 15, word & 0xff0 == 0)
        }
        (Mode::Thumb, 2) if word & 0xff00 == 0x4400 => {
            let result = word >> 4 & 8 | word & 7;
            (result, result, word >> 3 & 15, true)
        }
        (Mode::Thumb, 2) if word & 0xfe00 == 0x1800 => (word & 7, word >> 3 & 7, word >> 6 & 7, true),
        (Mode::Thumb, 4) if word & 0xffe0_8000 == 0xeb00_0000 => {
            (word >> 8 & 15, word >> 16 & 15, word & 15, word & 0x70f0 == 0)
        }
        _ => return None,
    };
    (found.0 != 15 && found.1 != 15 && found.2 != 15).then_some(found)
}
