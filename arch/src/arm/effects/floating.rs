//! Floating-point instructions and moves of their registers, which both instruction sets have with the same lower 28 bits.
//!
//! Registers of four bytes are halves of those of eight; setting one keeps the other half.

use super::{FLAGS, FP_STATUS, Registers, VECTORS};

/// Whether the coprocessor is that of floating-point and vector instructions (9, 10 or 11; 8 is reserved for them).
pub(super) fn is_floating(word: u32) -> bool {
    matches!(word >> 8 & 15, 8..=11)
}

/// A register in an instruction, by the four bits from `at` on and the one at `extra`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub at: u32,
    pub extra: u32,
}

pub(super) const D: Place = Place { at: 12, extra: 22 };
pub(super) const N: Place = Place { at: 16, extra: 7 };
pub(super) const M: Place = Place { at: 0, extra: 5 };

impl Place {
    fn double(self, word: u32) -> u32 {
        (word >> self.extra & 1) << 4 | word >> self.at & 15
    }

    /// The register of eight bytes that holds a register of this width.
    fn of(self, word: u32, is_double: bool) -> u32 {
        if is_double { self.double(word) } else { word >> self.at & 15 }
    }
}

impl Registers {
    fn reads_vectors(mut self, first: u32, count: u32) -> Self {
        let run = (1u128 << count.min(32)) - 1;
        self.reads |= (run.checked_shl(first).unwrap_or(0) & 0xffff_ffff) << VECTORS;
        self
    }

    fn writes_vectors(mut self, first: u32, count: u32) -> Self {
        let run = (1u128 << count.min(32)) - 1;
        self.writes |= (run.checked_shl(first).unwrap_or(0) & 0xffff_ffff) << VECTORS;
        self
    }

    pub(super) fn reads_place(self, word: u32, place: Place, is_double: bool) -> Self {
        self.reads_vectors(place.of(word, is_double), 1)
    }

    pub(super) fn writes_place(self, word: u32, place: Place, is_double: bool) -> Self {
        let found = self.writes_vectors(place.of(word, is_double), 1);
        if is_double { found } else { found.reads_place(word, place, is_double) }
    }

    /// Reads `count` registers of eight bytes from a place on.
    pub(super) fn reads_run(self, word: u32, place: Place, count: u32) -> Self {
        self.reads_vectors(place.double(word), count)
    }

    pub(super) fn writes_run(self, word: u32, place: Place, count: u32) -> Self {
        self.writes_vectors(place.double(word), count)
    }

    fn moves_vectors(self, loads: bool, first: u32, count: u32) -> Self {
        if loads { self.writes_vectors(first, count) } else { self.reads_vectors(first, count) }
    }
}

/// Loads, stores and moves of two general registers.
pub(super) fn load(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    let (loads, is_double, base) = (word & 1 << 20 != 0, word >> 8 & 1 != 0, word >> 16);
    match word >> 8 & 15 {
        9 if word & 0x0120_0000 != 0x0100_0000 => return None,
        8 => return None,
        _ => {}
    }
    if word & 0x0fe0_00d0 == 0x0c40_0010 {
        // vmov between two general registers and one or two of ours.
        let general = none.moves(loads, base).moves(loads, word >> 12);
        let count = if is_double || word & 0x20 == 0 { 1 } else { 2 };
        let first = M.of(word, is_double);
        let found = general.moves_vectors(!loads, first, count);
        // The other half of the first and of the last is kept where they are single.
        return Some(if is_double || loads { found } else { found.reads_vectors(first, count) });
    }
    let mode = word >> 21 & 0b1101; // P, U and W
    let count = word & 0xff;
    if mode & 0b1001 == 0b1000 {
        let address = none.reads(base);
        return Some(match loads {
            true => address.writes_place(word, D, is_double),
            false => address.reads_place(word, D, is_double),
        });
    }
    if !matches!(mode, 0b0100 | 0b0101 | 0b1001) || count == 0 {
        return None;
    }
    let found = none.reads(base).writes_if(word & 1 << 21 != 0, base);
    if is_double {
        return Some(found.moves_vectors(loads, D.double(word), count / 2));
    }
    let start = (word >> 12 & 15) << 1 | word >> 22 & 1;
    let (first, behind) = (start / 2, (start + count).div_ceil(2));
    let found = found.moves_vectors(loads, first, behind - first);
    // A half at either end is kept.
    let keeps =
        |at: u32, found: Registers| if loads && at % 2 == 1 { found.reads_vectors(at / 2, 1) } else { found };
    Some(keeps(start + count, keeps(start, found)))
}

/// Arithmetic, and moves between one general register and one of ours.
pub(super) fn effects(word: u32) -> Option<Registers> {
    match word >> 8 & 15 {
        8 => None,
        _ if word & 0x10 != 0 => transfer(word),
        9 => half(word),
        _ => arithmetic(word, word & 1 << 8 != 0),
    }
}

fn transfer(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    let (loads, form, register) = (word & 1 << 20 != 0, word >> 21 & 7, word >> 12 & 15);
    let is_double = word >> 8 & 1 != 0;
    Some(match (is_double, form) {
        (false, 0) => match loads {
            true => none.writes(register).reads_place(word, N, false),
            false => none.reads(register).writes_place(word, N, false),
        },
        // vmrs and vmsr
        (false, 7) if loads => {
            let found = none.writes(register).reads_other(FP_STATUS);
            found.sets_flags_if(register == 15)
        }
        (false, 7) => none.reads(register).writes_other(FP_STATUS),
        // vmov of a part, vdup
        (true, _) if loads => none.writes(register).reads_place(word, N, true),
        (true, 0..=3) => none.reads(register).writes_place(word, N, true).reads_place(word, N, true),
        (true, _) if word & 0x40 == 0 => {
            none.reads(register).writes_run(word, N, if word & 1 << 21 == 0 { 1 } else { 2 })
        }
        _ => return None,
    })
}

/// Arithmetic on half precision: only its plain operations are told apart.
fn half(word: u32) -> Option<Registers> {
    if word & 0x00b0_0000 == 0x00b0_0000 {
        return None;
    }
    arithmetic(word, false)
}

fn arithmetic(word: u32, is_double: bool) -> Option<Registers> {
    let none = Registers::NONE;
    let of = |found: Registers| found.reads_place(word, N, is_double).reads_place(word, M, is_double);
    let operation = word >> 21 & 4 | word >> 20 & 3;
    Some(match operation {
        // vmla, vnmla, vfma and their kind add to what is there.
        0 | 1 | 5 | 6 => of(none).reads_place(word, D, is_double).writes_place(word, D, is_double),
        2 | 3 => of(none).writes_place(word, D, is_double),
        4 if word & 0x40 == 0 => of(none).writes_place(word, D, is_double), // vdiv
        7 if word & 0x40 == 0 => none.writes_place(word, D, is_double),     // vmov of a number
        7 => return other(word, is_double),
        _ => return None,
    })
}

fn other(word: u32, is_double: bool) -> Option<Registers> {
    let none = Registers::NONE;
    let (form, upper) = (word >> 16 & 15, word & 0x80 != 0);
    let convert = |to: bool, from: bool| none.writes_place(word, D, to).reads_place(word, M, from);
    Some(match form {
        0 | 1 | 6 => convert(is_double, is_double), // vmov, vabs, vneg, vsqrt, vrint
        // Half precision: what is read or set is a part of the register.
        2 => convert(is_double, false),
        3 => convert(false, is_double),
        4 => none.reads_place(word, D, is_double).reads_place(word, M, is_double).writes_other(FP_STATUS),
        5 => none.reads_place(word, D, is_double).writes_other(FP_STATUS),
        7 if upper => convert(!is_double, is_double), // vcvt of one width to the other
        7 => convert(is_double, is_double),
        8 => convert(is_double, false),
        9 if is_double => convert(false, true).writes_other(FLAGS).writes_other(FP_STATUS), // vjcvt
        12 | 13 => convert(false, is_double),
        // Fixed-point numbers, in place.
        10 | 11 | 14 | 15 => none.writes_place(word, D, is_double).reads_place(word, D, is_double),
        _ => return None,
    })
}

/// What came with version 8 and has no condition: vsel, vmaxnm and roundings.
pub(super) fn unconditional(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    let is_double = match word >> 8 & 15 {
        10 => false,
        11 => true,
        _ => return None,
    };
    if word & 0x10 != 0 || word & 1 << 24 != 0 {
        return None;
    }
    let of = |found: Registers| found.writes_place(word, D, is_double).reads_place(word, M, is_double);
    Some(match (word >> 23 & 1, word >> 20 & 3) {
        (0, _) if word & 0x40 == 0 => of(none).reads_place(word, N, is_double).reads_other(FLAGS), // vsel
        (1, 0) => of(none).reads_place(word, N, is_double), // vmaxnm, vminnm
        (1, 3) if word & 0x000c_0040 == 0x0008_0040 => of(none), // vrint
        (1, 3) if word & 0x000c_0040 == 0x000c_0040 => {
            none.writes_place(word, D, false).reads_place(word, M, is_double) // vcvt to a whole number
        }
        _ => return None,
    })
}
