//! Registers that instructions read and write, told from the words' bits (Arm Architecture Reference Manual, C4.1).
//!
//! What is not in these tables reads and writes everything: SVE and SME, memory tags, and whatever is newer. The rounding
//! mode that floating-point instructions read and the exception bits that they gather are left out, as compilers do.

mod memory;
mod vector;

use super::decode::word_of;
use crate::{Code, Effects, Insn, RegSet};

const NAMES: [&str; 84] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
    "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
    "sp", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
    "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",
    "v30", "v31", "nzcv", "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12",
    "p13", "p14", "p15", "ffr", "fpstatus", "system",
];
/// The stack pointer.
pub(super) const SP: u8 = 31;
/// The first of the vector registers, which are the low parts of SVE's.
pub(super) const VECTORS: u8 = 32;
/// The flags.
pub(super) const FLAGS: u8 = 64;
/// The first of SVE's predicates; behind them its first-fault register.
pub(super) const PREDICATES: u8 = 65;

/// The name of one of our register numbers.
pub(super) fn register_name(register: u8) -> &'static str {
    NAMES.get(usize::from(register)).copied().unwrap_or("?")
}

/// The status of floating-point instructions.
const FP_STATUS: u8 = 82;
/// Any other system register.
const SYSTEM: u8 = 83;
/// The link register.
const LINK: u8 = 30;

/// Registers that `insn` reads and writes.
pub(super) fn effects(code: &Code<'_>, insn: &Insn) -> Effects {
    word_of(code, insn).and_then(of_word).unwrap_or(Effects { reads: RegSet::ALL, writes: RegSet::ALL })
}

/// Registers that an instruction reads and writes; `None` when that is not known.
pub(super) fn of_word(word: u32) -> Option<Effects> {
    match word >> 25 & 15 {
        0b0000 if word >> 16 == 0 => Some(Effects::default()), // udf
        0b1000 | 0b1001 => immediate(word),
        0b1010 | 0b1011 => branch_or_system(word),
        op if op & 0b0101 == 0b0100 => memory::effects(word),
        0b0101 | 0b1101 => registers(word),
        0b0111 | 0b1111 => vector::effects(word),
        _ => None,
    }
}

/// Whether the bits of `mask` in a word are `value`.
fn is(word: u32, mask: u32, value: u32) -> bool {
    word & mask == value
}

/// The number in five bits from `low` on.
fn five(word: u32, low: u32) -> u8 {
    (word >> low & 31) as u8
}

/// Effects while they are put together.
#[derive(Default)]
struct Building(Effects);

impl Building {
    fn new() -> Building {
        Building::default()
    }

    /// A general register, of which 31 is the one that is always zero.
    fn reads(mut self, number: u8) -> Self {
        if number != 31 {
            self.0.reads.insert(number);
        }
        self
    }

    fn writes(mut self, number: u8) -> Self {
        if number != 31 {
            self.0.writes.insert(number);
        }
        self
    }

    /// A general register, of which 31 is the stack pointer, or any register that is no general one.
    fn reads_plain(mut self, number: u8) -> Self {
        self.0.reads.insert(number);
        self
    }

    fn writes_plain(mut self, number: u8) -> Self {
        self.0.writes.insert(number);
        self
    }

    fn reads_vector(self, number: u8) -> Self {
        self.reads_plain(VECTORS + number % 32)
    }

    fn writes_vector(self, number: u8) -> Self {
        self.writes_plain(VECTORS + number % 32)
    }

    fn when(self, condition: bool, then: impl FnOnce(Self) -> Self) -> Self {
        if condition { then(self) } else { self }
    }

    fn done(self) -> Option<Effects> {
        Some(self.0)
    }
}

/// Data processing with an immediate.
fn immediate(word: u32) -> Option<Effects> {
    let (d, n, m) = (five(word, 0), five(word, 5), five(word, 16));
    let b = Building::new();
    let operation = word >> 29 & 3;
    match word >> 23 & 7 {
        // adr, adrp
        0 | 1 => b.writes(d).done(),
        // add, adds, sub, subs
        2 if operation & 1 == 0 => b.reads_plain(n).writes_plain(d).done(),
        2 => b.reads_plain(n).writes(d).writes_plain(FLAGS).done(),
        // and, orr, eor, ands; 32 bits have no N.
        4 if word >> 31 == 0 && word >> 22 & 1 == 1 => None,
        4 if operation == 3 => b.reads(n).writes(d).writes_plain(FLAGS).done(),
        4 => b.reads(n).writes_plain(d).done(),
        // movn, movz, movk
        5 if operation != 1 => b.when(operation == 3, |b| b.reads(d)).writes(d).done(),
        // sbfm, bfm, ubfm
        6 if operation != 3 => b.reads(n).when(operation == 1, |b| b.reads(d)).writes(d).done(),
        // extr
        7 if operation == 0 => b.reads(n).reads(m).writes(d).done(),
        _ => None,
    }
}

fn branch_or_system(word: u32) -> Option<Effects> {
    let b = Building::new();
    match word >> 24 {
        0x14..=0x17 => b.done(),
        0x94..=0x97 => b.writes(LINK).done(),
        0x54 => b.reads_plain(FLAGS).done(),
        0x34..=0x37 | 0xb4..=0xb7 => b.reads(five(word, 0)).done(),
        0xd4 => exception(word),
        0xd5 => system(word),
        0xd6 | 0xd7 => through_register(word),
        _ => None,
    }
}

fn exception(word: u32) -> Option<Effects> {
    let b = Building::new();
    match (word >> 21 & 7, word & 31) {
        // svc: Linux takes the number from x8 and arguments from x0 to x5, and gives x0 back.
        (0, 1) => (0..6).fold(b, Building::reads).reads(8).writes(0).done(),
        // brk, hlt
        (1 | 2, 0) => b.done(),
        // What a hypervisor or firmware does, nobody knows.
        _ => None,
    }
}

fn through_register(word: u32) -> Option<Effects> {
    let n = five(word, 5);
    let authenticated = word >> 11 & 1 == 1;
    // The modifier is the last field, or zero, or for returns the stack pointer.
    let modifier = |b: Building| match word >> 24 & 1 {
        1 => b.reads_plain(five(word, 0)),
        _ => b,
    };
    match word >> 21 & 7 {
        0 => modifier(Building::new().reads(n)).done(),
        1 => modifier(Building::new().reads(n)).writes(LINK).done(),
        2 if authenticated => Building::new().reads(LINK).reads_plain(SP).done(),
        2 => Building::new().reads(n).done(),
        _ => None,
    }
}

/// Hints, barriers, and moves from and to system registers.
fn system(word: u32) -> Option<Effects> {
    let t = five(word, 0);
    let b = Building::new();
    if is(word, 0xffff_f01f, 0xd503_201f) {
        return hint(word >> 5 & 127);
    }
    // clrex, dsb, dmb, isb, sb
    if is(word, 0xffff_f000, 0xd503_3000) {
        return b.done();
    }
    if is(word, 0xfff8_f01f, 0xd500_401f) {
        // cfinv, xaflag and axflag change the flags; others are msr with an immediate.
        let changes_flags = is(word, 0x0007_0000, 0) && word >> 5 & 7 < 3;
        let b = b.when(changes_flags, |b| b.reads_plain(FLAGS).writes_plain(FLAGS));
        return b.when(!changes_flags, |b| b.writes_plain(SYSTEM)).done();
    }
    let is_read = word >> 21 & 1 == 1;
    match word >> 19 & 3 {
        // sys, sysl
        1 if is_read => b.reads_plain(SYSTEM).writes(t).done(),
        1 => b.reads(t).writes_plain(SYSTEM).done(),
        // mrs, msr
        2 | 3 => {
            let source = match word >> 5 & 0xffff {
                0xda10 => FLAGS,              // nzcv
                0xda20 | 0xda21 => FP_STATUS, // fpcr, fpsr
                _ => SYSTEM,
            };
            // rndr and rndrrs tell in the flags whether there was a number.
            let is_random = matches!(word >> 5 & 0xffff, 0xd920 | 0xd921);
            match is_read {
                true => b.reads_plain(source).writes(t).when(is_random, |b| b.writes_plain(FLAGS)).done(),
                false => b.reads(t).writes_plain(source).done(),
            }
        }
        _ => None,
    }
}

fn hint(number: u32) -> Option<Effects> {
    let b = Building::new();
    match number {
        // xpaclri; paciaz, pacibz, autiaz, autibz
        7 | 24 | 26 | 28 | 30 => b.reads(LINK).writes(LINK).done(),
        // paciasp, pacibsp, autiasp, autibsp
        25 | 27 | 29 | 31 => b.reads(LINK).reads_plain(SP).writes(LINK).done(),
        // pacia1716, pacib1716, autia1716, autib1716
        8 | 10 | 12 | 14 => b.reads(16).reads(17).writes(17).done(),
        // chkfeat
        40 => b.reads(16).writes(16).done(),
        _ => b.done(),
    }
}

/// Data processing with registers only.
fn registers(word: u32) -> Option<Effects> {
    let (d, n, a, m) = (five(word, 0), five(word, 5), five(word, 10), five(word, 16));
    let sets_flags = word >> 29 & 1 == 1;
    let both = Building::new().reads(n).reads(m);
    let flags = |b: Building| b.when(sets_flags, |b| b.writes_plain(FLAGS));
    if is(word, 0x1f00_0000, 0x0a00_0000) {
        // and, bic, orr, orn, eor, eon; ands, bics
        return both.writes(d).when(word >> 29 & 3 == 3, |b| b.writes_plain(FLAGS)).done();
    }
    if is(word, 0x1f20_0000, 0x0b00_0000) {
        return flags(both.writes(d)).done();
    }
    if is(word, 0x1f20_0000, 0x0b20_0000) {
        let b = Building::new().reads_plain(n).reads(m);
        return flags(if sets_flags { b.writes(d) } else { b.writes_plain(d) }).done();
    }
    match word >> 21 & 15 {
        // adc, adcs, sbc, sbcs
        0 if word >> 10 & 63 == 0 => flags(both.reads_plain(FLAGS).writes(d)).done(),
        // ccmn, ccmp with a register or a number
        2 if is(word, 0x2000_0410, 0x2000_0000) => Building::new()
            .reads(n)
            .when(word >> 11 & 1 == 0, |b| b.reads(m))
            .reads_plain(FLAGS)
            .writes_plain(FLAGS)
            .done(),
        // csel, csinc, csinv, csneg
        4 if is(word, 0x2000_0800, 0) => both.reads_plain(FLAGS).writes(d).done(),
        6 if sets_flags => None,
        6 if word >> 30 & 1 == 1 => one_source(word),
        6 => match word >> 10 & 63 {
            // udiv, sdiv; lslv, lsrv, asrv, rorv; crc32*; smax, umax, smin, umin
            2 | 3 | 8..=11 | 16..=27 => both.writes(d).done(),
            // pacga
            12 => Building::new().reads(n).reads_plain(m).writes(d).done(),
            _ => None,
        },
        8..=15 if word >> 29 & 3 == 0 => match (word >> 21 & 7, word >> 15 & 1) {
            // madd, msub, smaddl, smsubl, umaddl, umsubl
            (0 | 1 | 5, _) => both.reads(a).writes(d).done(),
            // smulh, umulh
            (2 | 6, 0) => both.writes(d).done(),
            _ => None,
        },
        _ => None,
    }
}

fn one_source(word: u32) -> Option<Effects> {
    let (d, n) = (five(word, 0), five(word, 5));
    match (five(word, 16), word >> 10 & 63) {
        // rbit, rev16, rev32, rev, clz, cls, ctz, cnt, abs
        (0, 0..=8) => Building::new().reads(n).writes(d).done(),
        // pacia to autdb, whose modifier may be the stack pointer
        (1, 0..=7) => Building::new().reads(d).reads_plain(n).writes(d).done(),
        // paciza to autdzb, xpaci, xpacd
        (1, 8..=17) => Building::new().reads(d).writes(d).done(),
        _ => None,
    }
}
