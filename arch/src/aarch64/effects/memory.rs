//! Loads and stores.

use super::{Building, five, is};
use crate::Effects;

/// What the registers of a load or store are used for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Load,
    Store,
    /// A prefetch: the register's field is a number.
    Neither,
}

/// Registers that a load or store reads and writes; `None` when that is not known.
pub(super) fn effects(word: u32) -> Option<Effects> {
    if is(word, 0x3f00_0000, 0x0800_0000) {
        return exclusive(word);
    }
    if is(word, 0x3b00_0000, 0x1800_0000) {
        return literal(word);
    }
    if is(word, 0x3f20_0c00, 0x1900_0000) {
        // ldapur*, stlur*
        return plain(word, Building::new());
    }
    if is(word, 0x3a00_0000, 0x2800_0000) {
        return pair(word);
    }
    if is(word, 0x3b00_0000, 0x3900_0000) {
        return plain(word, Building::new());
    }
    if is(word, 0x3b20_0000, 0x3800_0000) {
        let writes_back = word >> 10 & 1 == 1;
        return plain(word, Building::new().when(writes_back, |b| b.writes_plain(five(word, 5))));
    }
    if is(word, 0x3b20_0c00, 0x3820_0800) {
        return plain(word, Building::new().reads(five(word, 16)));
    }
    if is(word, 0x3f20_0c00, 0x3820_0000) {
        return atomic(word);
    }
    if is(word, 0xff20_0400, 0xf820_0400) {
        // ldraa, ldrab
        let b = Building::new().reads_plain(five(word, 5)).writes(five(word, 0));
        return b.when(word >> 11 & 1 == 1, |b| b.writes_plain(five(word, 5))).done();
    }
    if is(word, 0xbfbf_0000, 0x0c00_0000) || is(word, 0xbfa0_0000, 0x0c80_0000) {
        return structures(word);
    }
    if is(word, 0xbf9f_0000, 0x0d00_0000) || is(word, 0xbf80_0000, 0x0d80_0000) {
        return structure(word);
    }
    None
}

/// Moves one register, a general or a vector one.
fn plain(word: u32, b: Building) -> Option<Effects> {
    let (size, operation, is_vector) = (word >> 30, word >> 22 & 3, word >> 26 & 1 == 1);
    let way = match (is_vector, operation, size) {
        (false, 2, 3) => Way::Neither,
        (false, 3, 2 | 3) => return None,
        (true, 2 | 3, 1..) => return None,
        (_, 0, _) | (true, 2, _) => Way::Store,
        _ => Way::Load,
    };
    moved(b.reads_plain(five(word, 5)), way, is_vector, five(word, 0)).done()
}

fn moved(b: Building, way: Way, is_vector: bool, register: u8) -> Building {
    match (way, is_vector) {
        (Way::Load, true) => b.writes_vector(register),
        (Way::Load, false) => b.writes(register),
        (Way::Store, true) => b.reads_vector(register),
        (Way::Store, false) => b.reads(register),
        (Way::Neither, _) => b,
    }
}

fn literal(word: u32) -> Option<Effects> {
    let t = five(word, 0);
    match (word >> 26 & 1, word >> 30) {
        (1, 3) => None,
        (1, _) => Building::new().writes_vector(t).done(),
        // prfm
        (_, 3) => Building::new().done(),
        _ => Building::new().writes(t).done(),
    }
}

fn pair(word: u32) -> Option<Effects> {
    let (operation, is_vector) = (word >> 30, word >> 26 & 1 == 1);
    let way = if word >> 22 & 1 == 1 { Way::Load } else { Way::Store };
    // Neither ldpsw nor stgp is non-temporal.
    if operation == 3 || operation == 1 && !is_vector && word >> 23 & 3 == 0 {
        return None;
    }
    let n = five(word, 5);
    let b = Building::new().reads_plain(n).when(word >> 23 & 1 == 1, |b| b.writes_plain(n));
    moved(moved(b, way, is_vector, five(word, 0)), way, is_vector, five(word, 10)).done()
}

/// Exclusive and ordered loads and stores, and compare and swap.
fn exclusive(word: u32) -> Option<Effects> {
    let (t, n, t2, s) = (five(word, 0), five(word, 5), five(word, 10), five(word, 16));
    let is_load = word >> 22 & 1 == 1;
    let way = if is_load { Way::Load } else { Way::Store };
    let b = Building::new().reads_plain(n);
    match (word >> 23 & 1, word >> 21 & 1) {
        // ldxr, stxr
        (0, 0) => moved(b, way, false, t).when(!is_load, |b| b.writes(s)).done(),
        // ldxp, stxp
        (0, _) if word >> 31 == 1 => {
            moved(moved(b, way, false, t), way, false, t2).when(!is_load, |b| b.writes(s)).done()
        }
        // casp, of even registers and those behind them
        (0, _) if (s | t) & 1 == 0 => {
            b.reads(s).reads(s + 1).reads(t).reads(t + 1).writes(s).writes(s + 1).done()
        }
        (0, _) => None,
        // ldar, stlr, ldlar, stllr
        (_, 0) => moved(b, way, false, t).done(),
        // cas
        _ => b.reads(s).reads(t).writes(s).done(),
    }
}

/// ldadd and the like, swp, ldapr.
fn atomic(word: u32) -> Option<Effects> {
    let (t, n, s) = (five(word, 0), five(word, 5), five(word, 16));
    let b = Building::new().reads_plain(n);
    match (word >> 15 & 1, word >> 12 & 7) {
        (0, _) | (1, 0) => b.reads(s).writes(t).done(),
        (1, 4) if word >> 22 & 3 == 2 => b.writes(t).done(),
        _ => None,
    }
}

/// ld1 to ld4 and st1 to st4 of whole vectors.
fn structures(word: u32) -> Option<Effects> {
    let count = match word >> 12 & 15 {
        0 | 2 => 4,
        4 | 6 => 3,
        7 => 1,
        8 | 10 => 2,
        _ => return None,
    };
    several(word, count, false)
}

/// ld1 to ld4 and st1 to st4 of one element, and ld1r to ld4r.
fn structure(word: u32) -> Option<Effects> {
    let count = (word >> 13 & 1) << 1 | (word >> 21 & 1);
    let repeats = word >> 14 & 3 == 3;
    if repeats && word >> 22 & 1 == 0 {
        return None;
    }
    several(word, count as u8 + 1, !repeats)
}

/// `keeps` tells that what is loaded is only a part of the registers.
fn several(word: u32, count: u8, keeps: bool) -> Option<Effects> {
    let (t, n, m) = (five(word, 0), five(word, 5), five(word, 16));
    let is_load = word >> 22 & 1 == 1;
    let b = Building::new().reads_plain(n);
    let b = b.when(word >> 23 & 1 == 1, |b| b.reads(m).writes_plain(n));
    let each = |b: Building, i| match is_load {
        true => b.writes_vector(t + i).when(keeps, |b| b.reads_vector(t + i)),
        false => b.reads_vector(t + i),
    };
    (0..count).fold(b, each).done()
}
