//! T32 instructions.

use super::{FLAGS, LINK, Registers, SP, SYSTEM, a32, floating, system_call, vector};

const STACK: u32 = SP as u32;

/// Registers that an instruction of one halfword reads and writes; `None` when that is not known. Arithmetic sets the
/// flags, but not in the block of an `it`.
pub(super) fn of_half(half: u32, in_block: bool) -> Option<Registers> {
    let none = Registers::NONE;
    let (low, middle, high) = (half & 7, half >> 3 & 7, half >> 6 & 7);
    let (target, sets_flags) = (half >> 8 & 7, !in_block);
    let loads = half & 1 << 11 != 0;
    Some(match half >> 11 {
        0..=2 => none.writes(low).reads(middle).sets_flags_if(sets_flags),
        3 => {
            let found = none.writes(low).reads(middle).sets_flags_if(sets_flags);
            found.reads_if(half & 1 << 10 == 0, high)
        }
        4 => none.writes(target).sets_flags_if(sets_flags),
        5 => none.reads(target).sets_flags_if(true),
        6 | 7 => none.changes(target).sets_flags_if(sets_flags),
        8 if half & 1 << 10 == 0 => arithmetic(half, sets_flags),
        8 => high_registers(half),
        9 => none.writes(target),
        10 | 11 => none.reads(middle).reads(high).moves(half >> 9 & 7 >= 3, low),
        12..=17 => none.reads(middle).moves(loads, low),
        18 | 19 => none.reads(STACK).moves(loads, target),
        20 => none.writes(target),
        21 => none.writes(target).reads(STACK),
        22 | 23 => return miscellaneous(half),
        24 => none.changes(target).moves_list(false, half & 0xff),
        25 => none.reads(target).writes_if(half >> target & 1 == 0, target).moves_list(true, half & 0xff),
        26 | 27 => match half >> 8 & 15 {
            14 => none,
            15 => system_call(),
            _ => none.reads_other(FLAGS),
        },
        28 => none,
        _ => return None,
    })
}

fn arithmetic(half: u32, sets_flags: bool) -> Registers {
    let none = Registers::NONE;
    let (low, middle) = (half & 7, half >> 3 & 7);
    match half >> 6 & 15 {
        8 | 10 | 11 => none.reads(low).reads(middle).sets_flags_if(true), // tst, cmp, cmn
        9 | 15 => none.reads(middle).writes(low).sets_flags_if(sets_flags), // rsb, mvn
        op @ (5 | 6) => {
            none.changes(low).reads(middle).reads_flags_if(op > 0).sets_flags_if(sets_flags) // adc, sbc
        }
        _ => none.changes(low).reads(middle).sets_flags_if(sets_flags),
    }
}

fn high_registers(half: u32) -> Registers {
    let none = Registers::NONE;
    let (target, source) = (half >> 4 & 8 | half & 7, half >> 3 & 15);
    match half >> 8 & 3 {
        0 => none.changes(target).reads(source),
        1 => none.reads(target).reads(source).sets_flags_if(true),
        2 => none.writes(target).reads(source),
        _ => none.reads(source).writes_if(half & 0x80 != 0, u32::from(LINK)),
    }
}

fn miscellaneous(half: u32) -> Option<Registers> {
    let none = Registers::NONE;
    let (low, middle) = (half & 7, half >> 3 & 7);
    let stack = none.changes(STACK);
    Some(match half >> 8 & 15 {
        0 => stack,
        1 | 3 | 9 | 11 => none.reads(low), // cbz, cbnz
        2 => none.writes(low).reads(middle),
        4 | 5 => stack.moves_list(false, half & 0xff | (half & 0x100) << 6),
        12 | 13 => stack.moves_list(true, half & 0xff),
        10 if half & 0xc0 != 0x80 => none.writes(low).reads(middle), // rev and its kind
        15 => none,                                                  // it and hints
        _ => return None,
    })
}

/// Registers that an instruction of two halfwords reads and writes; `None` when that is not known. `word` has the first
/// halfword in front.
pub(super) fn of_word(word: u32) -> Option<Registers> {
    match word >> 25 & 15 {
        0b0100 if word & 1 << 22 == 0 => multiple(word),
        0b0100 => dual_or_exclusive(word),
        0b0101 => shifted(word),
        0b0110 | 0b0111 | 0b1110 | 0b1111 => coprocessor(word),
        0b1000..=0b1011 if word & 0x8000 != 0 => branch_or_system(word),
        0b1000 | 0b1010 => data_processing(word),
        0b1001 | 0b1011 => plain_immediate(word),
        0b1100 => single(word),
        0b1101 => registers(word),
        _ => None,
    }
}

fn multiple(word: u32) -> Option<Registers> {
    if !matches!(word >> 23 & 3, 1 | 2) {
        return None; // srs, rfe
    }
    let base = word >> 16;
    let found = Registers::NONE.reads(base).writes_if(word & 1 << 21 != 0, base);
    Some(found.moves_list(word & 1 << 20 != 0, word))
}

fn dual_or_exclusive(word: u32) -> Option<Registers> {
    let (base, first, second, low) = (word >> 16, word >> 12, word >> 8, word);
    let address = Registers::NONE.reads(base);
    let loads = word & 1 << 20 != 0;
    if word & 0x0120_0000 != 0 {
        let found = address.writes_if(word & 1 << 21 != 0, base);
        return Some(found.moves(loads, first).moves(loads, second));
    }
    if word & 1 << 23 == 0 {
        return Some(if loads { address.writes(first) } else { address.reads(first).writes(second) });
    }
    Some(match (loads, word >> 4 & 15) {
        (true, 0 | 1) => address.reads(low), // tbb, tbh
        (true, 4 | 5 | 8..=10 | 12..=14) => address.writes(first),
        (true, 7 | 15) => address.writes(first).writes(second),
        (false, 4 | 5 | 12..=14) => address.reads(first).writes(low),
        (false, 8..=10) => address.reads(first),
        (false, 7 | 15) => address.reads(first).reads(second).writes(low),
        _ => return None,
    })
}

/// What an operation of data processing does, without its last operand. The program counter stands for no register:
/// no result for comparisons, no operand for moves.
fn operation(word: u32) -> Option<Registers> {
    let operation = word >> 21 & 15;
    if matches!(operation, 5 | 7 | 9 | 12 | 15) {
        return None;
    }
    let found = Registers::NONE.writes(word >> 8).reads(word >> 16);
    Some(found.reads_flags_if(matches!(operation, 10 | 11)).sets_flags_if(word & 1 << 20 != 0))
}

fn shifted(word: u32) -> Option<Registers> {
    // A rotation through the carry; `pkh` has none.
    let rotates = word & 0x70f0 == 0x0030 && word >> 21 & 15 != 6;
    Some(operation(word)?.reads(word).reads_flags_if(rotates))
}

fn data_processing(word: u32) -> Option<Registers> {
    if word >> 21 & 15 == 6 { None } else { operation(word) }
}

fn plain_immediate(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    let (base, result) = (word >> 16, word >> 8);
    Some(match word >> 20 & 0x1f {
        0 | 10 => none.writes(result).reads(base), // addw, subw
        4 => none.writes(result),                  // movw
        12 => none.changes(result),                // movt
        16 | 18 | 24 | 26 => none.writes(result).reads(base).marks(), // ssat, usat
        20 | 28 => none.writes(result).reads(base), // sbfx, ubfx
        22 => none.changes(result).reads(base),    // bfi
        _ => return None,
    })
}

fn branch_or_system(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    match (word >> 14 & 1, word >> 12 & 1) {
        (0, 0) if word >> 23 & 7 == 7 => system(word),
        (0, 0) => Some(none.reads_other(FLAGS)),
        (0, _) => Some(none),
        (_, 0) if word & 1 != 0 => None,
        _ => Some(a32::call(true)),
    }
}

fn system(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    Some(match word >> 20 & 0x7f {
        // msr of nothing but the flags
        0x38 if word & 0x0320 == 0 => none.reads(word >> 16).marks(),
        0x3a if word & 0x0700 == 0 => none,                  // hints
        0x3b if matches!(word >> 4 & 15, 2 | 4..=6) => none, // clrex and barriers
        0x3e | 0x3f if word & 0x20 == 0 => none.writes(word >> 8).reads_other(FLAGS).reads_other(SYSTEM), // mrs
        0x7f if word & 0x2000 != 0 => none, // udf
        _ => return None,
    })
}

/// Loads and stores of one register, and of elements of vectors.
fn single(word: u32) -> Option<Registers> {
    if word & 0x0110_0000 == 0x0100_0000 {
        return vector::element_load(word);
    }
    let (base, register, loads) = (word >> 16, word >> 12, word & 1 << 20 != 0);
    let size = word >> 21 & 3;
    if size == 3 || size == 2 && word & 1 << 24 != 0 {
        return None;
    }
    let found = Registers::NONE.reads(base).moves(loads, register);
    // A literal, or an offset of twelve bits.
    if loads && base & 15 == 15 || word & 1 << 23 != 0 {
        return Some(found);
    }
    if word & 0x0800 != 0 {
        return Some(found.writes_if(word & 0x100 != 0, base));
    }
    (word & 0x07c0 == 0).then(|| found.reads(word))
}

fn registers(word: u32) -> Option<Registers> {
    if word & 1 << 24 == 0 {
        return if word & 0xf000 == 0xf000 { two_or_three(word) } else { None };
    }
    if word & 1 << 23 == 0 { multiply(word) } else { multiply_long(word) }
}

fn two_or_three(word: u32) -> Option<Registers> {
    let (first, result, last) = (word >> 16, word >> 8, word);
    let both = Registers::NONE.writes(result).reads(first).reads(last);
    if word & 1 << 23 == 0 {
        return match word >> 4 & 15 {
            0 => Some(both.sets_flags_if(word & 1 << 20 != 0)), // shifts by a register
            8..=15 if word >> 20 & 7 < 6 => Some(both),         // sxtab and its kind
            _ => None,
        };
    }
    let (form, kind) = (word >> 20 & 7, word >> 4 & 15);
    Some(match kind {
        // Additions of parts: plain ones, those that saturate, and halves.
        0 | 4 if form != 3 && form != 7 => both.marks(),
        1 | 2 | 5 | 6 if form != 3 && form != 7 => both,
        8..=11 => match form {
            0 => both.marks(),                         // qadd and its kind
            1 => both,                                 // rev and its kind have their operand twice
            2 if kind == 8 => both.reads_other(FLAGS), // sel
            3 if kind == 8 => both,                    // clz
            4 | 5 if kind < 11 => both,                // crc32
            _ => return None,
        },
        _ => return None,
    })
}

fn multiply(word: u32) -> Option<Registers> {
    let found = Registers::NONE.writes(word >> 8).reads(word >> 16).reads(word).reads(word >> 12);
    let (form, kind) = (word >> 20 & 7, word >> 4 & 15);
    Some(match form {
        0 if kind < 2 => found,                          // mla, mul, mls
        1 if kind < 4 && word >> 12 & 15 == 15 => found, // smulxy
        3 if kind < 2 && word >> 12 & 15 == 15 => found, // smulwy
        1 if kind < 4 => found.marks(),
        2..=4 if kind < 2 => found.marks(), // smlad, smlawy, smlsd
        5 | 6 if kind < 2 => found,         // smmla, smmls
        7 if kind == 0 => found,            // usada8
        _ => return None,
    })
}

fn multiply_long(word: u32) -> Option<Registers> {
    let both = Registers::NONE.reads(word >> 16).reads(word);
    let (lower, upper) = (word >> 12, word >> 8);
    Some(match (word >> 20 & 7, word >> 4 & 15) {
        (0 | 2, 0) => both.writes(lower).writes(upper),
        (1 | 3, 15) => both.writes(upper), // sdiv, udiv
        (4, 0 | 8..=13) | (5, 12 | 13) | (6, 0 | 6) => both.changes(lower).changes(upper),
        _ => return None,
    })
}

/// Coprocessors, floating-point and vector instructions: all but the room of vectors has the lower 28 bits of A32.
fn coprocessor(word: u32) -> Option<Registers> {
    let second_room = word & 1 << 28 != 0;
    if word & 0x0f00_0000 == 0x0f00_0000 {
        // Vectors: the bit that A32 has below is above here.
        return vector::data_processing(word & 0x00ff_ffff | 0xf200_0000 | (word >> 28 & 1) << 24);
    }
    match (word >> 24 & 15, floating::is_floating(word)) {
        (12 | 13, false) => a32::coprocessor_load(word),
        (12 | 13, true) if !second_room => floating::load(word),
        (14, false) => a32::coprocessor(word),
        (14, true) if !second_room => floating::effects(word),
        (14, true) => floating::unconditional(word),
        _ => None,
    }
}
