//! A32 instructions.

use super::{FLAGS, LINK, Registers, SYSTEM, floating, system_call, vector};

/// Registers that an instruction reads and writes, without its condition; `None` when that is not known.
pub(super) fn of_word(word: u32) -> Option<Registers> {
    if word >> 28 == 0xf {
        return unconditional(word);
    }
    match word >> 25 & 7 {
        0b000 if word & 0x90 == 0x90 && word & 0x60 == 0 => multiply_or_exclusive(word),
        0b000 if word & 0x90 == 0x90 => extra_load(word),
        0b000 if word & 0x0190_0000 == 0x0100_0000 => miscellaneous(word),
        0b001 if word & 0x0190_0000 == 0x0100_0000 => moves(word),
        0b000 | 0b001 => data_processing(word),
        0b010 => load(word),
        0b011 if word & 0x10 == 0 => load(word),
        0b011 => media(word),
        0b100 => multiple(word),
        0b101 => Some(call(word & 1 << 24 != 0)),
        0b110 => coprocessor_load(word),
        _ if word & 1 << 24 != 0 => Some(system_call()),
        _ => coprocessor(word),
    }
}

pub(super) fn call(links: bool) -> Registers {
    Registers::NONE.writes_if(links, u32::from(LINK))
}

fn unconditional(word: u32) -> Option<Registers> {
    match word >> 25 & 7 {
        0b001 => vector::data_processing(word),
        0b010 if word & 0x0110_0000 == 0 => vector::element_load(word),
        // pli, pld and pldw
        0b010 if word & 0x0070_f000 == 0x0050_f000 || word & 0x0130_f000 == 0x0110_f000 => {
            Some(Registers::NONE.reads(word >> 16))
        }
        0b011 if word & 0x0070_f010 == 0x0050_f000 || word & 0x0130_f010 == 0x0110_f000 => {
            Some(Registers::NONE.reads(word >> 16).reads(word))
        }
        // clrex and barriers
        0b010 if word & 0xffff_f000 == 0xf57f_f000 => Some(Registers::NONE),
        0b101 => Some(call(true)),
        0b110 if !floating::is_floating(word) => coprocessor_load(word),
        0b111 if word & 1 << 24 != 0 => None,
        0b111 if floating::is_floating(word) => floating::unconditional(word),
        0b111 => coprocessor(word),
        _ => None,
    }
}

fn multiply_or_exclusive(word: u32) -> Option<Registers> {
    let (top, second, third, low) = (word >> 16, word >> 12, word >> 8, word);
    if word & 1 << 24 != 0 {
        return exclusive(word);
    }
    let both = Registers::NONE.reads(low).reads(third);
    Some(match word >> 20 & 15 {
        op @ (0 | 1) => both.writes(top).sets_flags_if(op == 1), // mul
        op @ (2 | 3) => both.writes(top).reads(second).sets_flags_if(op == 3), // mla
        4 => both.changes(top).changes(second),                  // umaal
        6 => both.writes(top).reads(second),                     // mls
        5 | 7 => return None,
        op => {
            let long = both.writes(top).writes(second).sets_flags_if(op & 1 != 0);
            // smlal and umlal add to what is there.
            if op & 2 == 0 { long } else { long.reads(top).reads(second) }
        }
    })
}

fn exclusive(word: u32) -> Option<Registers> {
    let base = Registers::NONE.reads(word >> 16);
    let (result, low) = (word >> 12, word);
    Some(match word >> 20 & 15 {
        0 | 4 => base.reads(low).writes(result),             // swp
        8 | 12 | 14 => base.reads(low).writes(result),       // strex, stl and their kind
        10 => base.reads(low).reads(low + 1).writes(result), // strexd
        9 | 13 | 15 => base.writes(result),                  // ldrex, lda and their kind
        11 => base.writes(result).writes(result + 1),        // ldrexd
        _ => return None,
    })
}

fn extra_load(word: u32) -> Option<Registers> {
    let (base, register) = (word >> 16, word >> 12);
    let writes_back = word & 1 << 24 == 0 || word & 1 << 21 != 0;
    let address = Registers::NONE.reads(base).writes_if(writes_back, base);
    let address = address.reads_if(word & 1 << 22 == 0, word);
    let (loads, form) = (word & 1 << 20 != 0, word >> 5 & 3);
    Some(match (loads, form) {
        (false, 2) => address.writes(register).writes(register + 1), // ldrd
        (false, 3) => address.reads(register).reads(register + 1),   // strd
        _ => address.moves(loads, register),
    })
}

fn miscellaneous(word: u32) -> Option<Registers> {
    let (operation, low) = (word >> 21 & 3, word);
    let none = Registers::NONE;
    if word & 0x80 != 0 {
        // Multiplications of halfwords.
        let both = none.reads(low).reads(word >> 8);
        return Some(match operation {
            0 => both.writes(word >> 16).reads(word >> 12).marks(), // smlaxy
            1 if word & 0x20 == 0 => both.writes(word >> 16).reads(word >> 12).marks(), // smlawy
            1 => both.writes(word >> 16),                           // smulwy
            2 => both.changes(word >> 16).changes(word >> 12),      // smlalxy
            _ => both.writes(word >> 16),                           // smulxy
        });
    }
    Some(match (word >> 4 & 7, operation) {
        (0, 0 | 2) if word & 0x200 == 0 => none.writes(word >> 12).reads_other(FLAGS).reads_other(SYSTEM), // mrs
        // msr of nothing but the flags
        (0, 1) if word & 0x0003_0200 == 0 => none.reads(low).marks(),
        (1, 1) => none.reads(low),                         // bx
        (1, 3) => none.reads(low).writes(word >> 12),      // clz
        (3, 1) => none.reads(low).writes(u32::from(LINK)), // blx
        (4, _) if operation < 3 => none.reads(low).reads(word >> 16).writes(word >> 12), // crc32
        (5, _) => none.reads(low).reads(word >> 16).writes(word >> 12).marks(), // qadd and its kind
        _ => return None,
    })
}

/// Immediate moves, hints, and moves to the status.
fn moves(word: u32) -> Option<Registers> {
    let none = Registers::NONE;
    Some(match word >> 20 & 0x1f {
        0b10000 => none.writes(word >> 12),
        0b10100 => none.changes(word >> 12),
        0b10010 if word & 0x000f_0000 == 0 => none, // hints
        0b10010 if word & 0x0003_0000 == 0 => none.marks(),
        _ => return None,
    })
}

fn data_processing(word: u32) -> Option<Registers> {
    let operation = word >> 21 & 15;
    let (sets_flags, result) = (word & 1 << 20 != 0, word >> 12 & 15);
    let compares = operation & 12 == 8;
    // It returns from an exception.
    if sets_flags && result == 15 && !compares {
        return None;
    }
    let mut found = Registers::NONE.sets_flags_if(sets_flags).writes_if(!compares, result);
    found = found.reads_if(!matches!(operation, 13 | 15), word >> 16);
    found = found.reads_flags_if((5..=7).contains(&operation));
    if word & 1 << 25 == 0 {
        found = shifted(found, word);
        found = found.reads_if(word & 0x10 != 0, word >> 8);
    }
    Some(found)
}

/// Reads the register of the lowest bits; where it is rotated through the carry, that too.
fn shifted(found: Registers, word: u32) -> Registers {
    found.reads(word).reads_flags_if(word & 0x0ff0 == 0x0060)
}

fn load(word: u32) -> Option<Registers> {
    let (base, loads) = (word >> 16, word & 1 << 20 != 0);
    let writes_back = word & 1 << 24 == 0 || word & 1 << 21 != 0;
    let mut found = Registers::NONE.reads(base).writes_if(writes_back, base);
    if word & 1 << 25 != 0 {
        found = shifted(found, word);
    }
    Some(found.moves(loads, word >> 12))
}

fn media(word: u32) -> Option<Registers> {
    let (top, second, third, low) = (word >> 16, word >> 12, word >> 8, word);
    let none = Registers::NONE;
    let form = word >> 5 & 7;
    Some(match word >> 20 & 0x1f {
        // Additions of parts; the plain ones tell in flags how each of them went.
        op @ (1..=3 | 5..=7) => {
            let found = none.writes(second).reads(top).reads(low);
            if op & 3 == 1 { found.marks() } else { found }
        }
        0b01000 if form & 1 == 0 => none.writes(second).reads(top).reads(low), // pkh
        0b01000 if form == 5 => none.writes(second).reads(top).reads(low).reads_other(FLAGS), // sel
        // ssat, usat and their kind
        0b01010 | 0b01011 | 0b01110 | 0b01111 if form & 1 == 0 => none.writes(second).reads(low).marks(),
        0b01010 | 0b01110 if form == 1 => none.writes(second).reads(low).marks(),
        0b01011 | 0b01111 if matches!(form, 1 | 5) => none.writes(second).reads(low), // rev and its kind
        0b01000 | 0b01010 | 0b01011 | 0b01100 | 0b01110 | 0b01111 if form == 3 => {
            none.writes(second).reads(low).reads(top) // sxtab and its kind
        }
        0b10000 if form < 4 => none.writes(top).reads(low).reads(third).reads(second).marks(), // smlad
        0b10001 | 0b10011 if form == 0 => none.writes(top).reads(low).reads(third),            // sdiv, udiv
        0b10100 if form < 4 => none.changes(top).changes(second).reads(low).reads(third),      // smlald
        0b10101 if matches!(form, 0 | 1 | 6 | 7) => none.writes(top).reads(low).reads(third).reads(second), // smmla
        0b11000 if form == 0 => none.writes(top).reads(low).reads(third).reads(second), // usada8
        0b11010 | 0b11011 | 0b11110 | 0b11111 if form & 3 == 2 => none.writes(second).reads(low), // sbfx, ubfx
        0b11100 | 0b11101 if form & 3 == 0 => none.changes(second).reads(low),                    // bfi
        0b11111 if form == 7 => none,                                                             // udf
        _ => return None,
    })
}

fn multiple(word: u32) -> Option<Registers> {
    // Registers of another mode, or a return from an exception.
    if word & 1 << 22 != 0 {
        return None;
    }
    let base = word >> 16;
    let found = Registers::NONE.reads(base).writes_if(word & 1 << 21 != 0, base);
    Some(found.moves_list(word & 1 << 20 != 0, word))
}

/// Loads and stores of coprocessors, and moves of two registers. The lower 28 bits are the same in both instruction
/// sets.
pub(super) fn coprocessor_load(word: u32) -> Option<Registers> {
    if floating::is_floating(word) {
        return floating::load(word);
    }
    let (base, second) = (word >> 16, word >> 12);
    if word & 0x0fa0_0000 == 0x0c00_0000 {
        // mcrr and mrrc; without bit 22 it is nothing.
        let loads = word & 1 << 20 != 0;
        let found =
            if loads { Registers::NONE.reads_other(SYSTEM) } else { Registers::NONE.writes_other(SYSTEM) };
        return (word & 1 << 22 != 0).then(|| found.moves(loads, base).moves(loads, second));
    }
    let loads = word & 1 << 20 != 0;
    let found = Registers::NONE.reads(base).writes_if(word & 1 << 21 != 0, base);
    Some(if loads { found.writes_other(SYSTEM) } else { found.reads_other(SYSTEM) })
}

/// Moves between a register and a coprocessor, and what coprocessors do by themselves.
pub(super) fn coprocessor(word: u32) -> Option<Registers> {
    if floating::is_floating(word) {
        return floating::effects(word);
    }
    let system = Registers::NONE.reads_other(SYSTEM).writes_other(SYSTEM);
    if word & 0x10 == 0 {
        return Some(system); // cdp
    }
    let loads = word & 1 << 20 != 0;
    let register = word >> 12 & 15;
    Some(system.moves(loads, register).sets_flags_if(loads && register == 15))
}
