//! Vector instructions, in the form that they have in A32.

use super::Registers;
use super::floating::{D, M, N};

/// Arithmetic: words from 0xf2000000 on.
pub(super) fn data_processing(word: u32) -> Option<Registers> {
    if word & 1 << 23 == 0 {
        return same_length(word);
    }
    if word & 0x10 != 0 {
        return immediate(word);
    }
    if word >> 20 & 3 != 3 {
        return different_length(word);
    }
    two_registers(word)
}

/// How many registers of eight bytes an operand has.
fn count(word: u32) -> u32 {
    if word & 0x40 == 0 { 1 } else { 2 }
}

fn same_length(word: u32) -> Option<Registers> {
    let n = count(word);
    let (is_unsigned, form, bit) = (word & 1 << 24 != 0, word >> 8 & 15, word & 0x10 != 0);
    let both = Registers::NONE.reads_run(word, N, n).reads_run(word, M, n);
    // Operations that put something into what is there: vaba, vmla, vmls, vbsl, vbit, vbif, vfma, vfms, vqrdmlah, and the
    // sums of hashes.
    let adds = match (form, bit) {
        (7, true) => true,
        (9, false) => true,
        (1, true) => is_unsigned && word >> 20 & 3 != 0,
        (11, true) => is_unsigned,
        (12, _) => true,
        (13, true) => !is_unsigned,
        _ => false,
    };
    // Sums of 16 bits are newer, and have other rooms.
    if form == 14 && bit && !is_unsigned {
        return None;
    }
    let found = both.writes_run(word, D, n);
    Some(if adds { found.reads_run(word, D, n) } else { found })
}

/// Numbers, and shifts by numbers.
fn immediate(word: u32) -> Option<Registers> {
    let n = count(word);
    let none = Registers::NONE;
    if word & 0x0038_0080 == 0 {
        // vmov and vmvn; vorr and vbic change what is there.
        let form = word >> 8 & 15;
        let found = none.writes_run(word, D, n);
        return Some(if form < 12 && form & 1 != 0 { found.reads_run(word, D, n) } else { found });
    }
    let (is_unsigned, form) = (word & 1 << 24 != 0, word >> 8 & 15);
    Some(match form {
        // vsra, vrsra, vsri, vsli
        1 | 3 | 4 => none.reads_run(word, M, n).writes_run(word, D, n).reads_run(word, D, n),
        5 if is_unsigned => none.reads_run(word, M, n).writes_run(word, D, n).reads_run(word, D, n),
        0 | 2 | 5 | 6 | 7 | 12..=15 => none.reads_run(word, M, n).writes_run(word, D, n),
        // To half the length, and from half the length.
        8 | 9 => none.reads_run(word, M, 2).writes_run(word, D, 1),
        10 => none.reads_run(word, M, 1).writes_run(word, D, 2),
        _ => return None,
    })
}

fn different_length(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    let form = word >> 8 & 15;
    if word & 0x40 != 0 {
        return by_scalar(word);
    }
    Some(match form {
        0 | 2 | 7 | 12 | 13 | 14 => none.reads_run(word, N, 1).reads_run(word, M, 1).writes_run(word, D, 2),
        1 | 3 => none.reads_run(word, N, 2).reads_run(word, M, 1).writes_run(word, D, 2),
        4 | 6 => none.reads_run(word, N, 2).reads_run(word, M, 2).writes_run(word, D, 1),
        5 | 8..=11 => {
            let both = none.reads_run(word, N, 1).reads_run(word, M, 1);
            both.writes_run(word, D, 2).reads_run(word, D, 2)
        }
        _ => return None,
    })
}

fn by_scalar(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    // The register of the part: its highest bits say which part.
    let part = match word >> 20 & 3 {
        1 => word & 7,
        2 => word & 15,
        _ => return None,
    };
    let mut found = none;
    found.reads |= 1 << (16 + part);
    let n = if word & 1 << 24 == 0 { 1 } else { 2 };
    Some(match word >> 8 & 15 {
        // vmla, vmls, vqrdmlah, vqrdmlsh
        0 | 1 | 4 | 5 | 14 | 15 => found.reads_run(word, N, n).writes_run(word, D, n).reads_run(word, D, n),
        8 | 9 | 12 | 13 => found.reads_run(word, N, n).writes_run(word, D, n), // vmul, vqdmulh, vqrdmulh
        2 | 3 | 6 | 7 => found.reads_run(word, N, 1).writes_run(word, D, 2).reads_run(word, D, 2),
        10 | 11 => found.reads_run(word, N, 1).writes_run(word, D, 2),
        _ => return None,
    })
}

fn two_registers(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    let n = count(word);
    if word & 1 << 24 == 0 {
        // vext
        return Some(none.reads_run(word, N, n).reads_run(word, M, n).writes_run(word, D, n));
    }
    if word & 0x0800 == 0 {
        return miscellaneous(word);
    }
    if word & 0x0c00 == 0x0800 {
        // vtbl, and vtbx, which keeps what is out of the table
        let found = none.reads_run(word, N, (word >> 8 & 3) + 1).reads_run(word, M, 1).writes_run(word, D, 1);
        return Some(if word & 0x40 == 0 { found } else { found.reads_run(word, D, 1) });
    }
    (word & 0x0f80 == 0x0c00).then(|| none.reads_run(word, M, 1).writes_run(word, D, n)) // vdup
}

fn miscellaneous(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    let n = count(word);
    let plain = none.reads_run(word, M, n).writes_run(word, D, n);
    let (room, form) = (word >> 16 & 3, word >> 7 & 15);
    Some(match (room, form) {
        // vpadal adds to what is there.
        (0, 12 | 13) => plain.reads_run(word, D, n),
        (0, 0..=5 | 8..=11 | 14 | 15) => plain,
        (1, 0..=4 | 6 | 7 | 8..=12 | 14 | 15) => plain,
        // vswp, vtrn, vuzp and vzip exchange both.
        (2, 0..=3) => plain.reads_run(word, D, n).writes_run(word, M, n),
        (2, 4 | 5) => none.reads_run(word, M, 2).writes_run(word, D, 1), // vmovn, vqmovn
        (2, 6) if word & 0x40 == 0 => none.reads_run(word, M, 1).writes_run(word, D, 2), // vshll
        (2, 12) if word & 0x40 == 0 => none.reads_run(word, M, 2).writes_run(word, D, 1), // vcvt to half
        (2, 14) if word & 0x40 == 0 => none.reads_run(word, M, 1).writes_run(word, D, 2), // vcvt from half
        (2, 8..=11 | 13 | 15) => plain,                                  // vrint
        (3, _) => plain,                                                 // vrecpe, vcvt
        _ => return None,
    })
}

/// Loads and stores of elements and structures: words from 0xf4000000 on.
pub(super) fn element_load(word: u32) -> Option<Registers> {
    let (base, index) = (word >> 16, word & 15);
    let mut found = Registers::NONE.reads(base).writes_if(index != 15, base);
    found = found.reads_if(index != 13 && index != 15, index);
    let loads = word & 1 << 21 != 0;
    let (form, size) = (word >> 8 & 15, word >> 10 & 3);
    let structure = (form & 3) + 1;
    if word & 1 << 23 == 0 {
        // Whole structures, in registers side by side or every other one.
        let (count, step) = match form {
            0 | 1 => (4, 1),
            2 | 6 | 7 | 10 | 3 | 4 | 8 => (
                match form {
                    2 | 3 => 4,
                    4 | 6 => 3,
                    7 => 1,
                    _ => 2,
                },
                1,
            ),
            5 => (3, 2),
            9 => (2, 2),
            _ => return None,
        };
        // Four registers of vld2 are two pairs, and those of vld4 with a step every other one.
        let (count, step) = if form == 1 { (4, 2) } else { (count, step) };
        return Some(moves_every(found, word, loads, count, step));
    }
    if size == 3 {
        // One element to all parts.
        if !loads {
            return None;
        }
        let wide = word & 0x20 != 0;
        let (count, step) =
            if form & 3 == 0 { (if wide { 2 } else { 1 }, 1) } else { (structure, if wide { 2 } else { 1 }) };
        return Some(moves_every(found, word, true, count, step));
    }
    // One element of each register; the others are kept.
    let step = match size {
        1 if word & 0x20 != 0 => 2,
        2 if word & 0x40 != 0 => 2,
        _ => 1,
    };
    let found = moves_every(found, word, loads, structure, step);
    Some(if loads { moves_every(found, word, false, structure, step) } else { found })
}

fn moves_every(found: Registers, word: u32, loads: bool, count: u32, step: u32) -> Registers {
    let first = word >> 18 & 16 | word >> 12 & 15;
    (0..count).map(|i| first + i * step).filter(|&register| register < 32).fold(
        found,
        |mut found, register| {
            let bit = 1 << (16 + register);
            if loads {
                found.writes |= bit;
            } else {
                found.reads |= bit;
            }
            found
        },
    )
}
