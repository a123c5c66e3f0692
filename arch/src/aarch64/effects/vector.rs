//! SIMD and floating point.

use super::{Building, FLAGS, five, is};
use crate::Effects;

/// Registers that a vector or floating-point instruction reads and writes; `None` when that is not known.
pub(super) fn effects(word: u32) -> Option<Effects> {
    if is(word, 0x7e00_0000, 0x1e00_0000) {
        return floating(word);
    }
    if word >> 24 == 0xce {
        // The three- and four-register instructions for SHA-3, SHA-512, SM3 and SM4; some of them use less.
        let b = Building::new().reads_vector(five(word, 0)).reads_vector(five(word, 5));
        return b
            .reads_vector(five(word, 16))
            .reads_vector(five(word, 10))
            .writes_vector(five(word, 0))
            .done();
    }
    // Bit 31 is 0 in all others. Scalar forms have bits 28 and 30.
    if word >> 31 == 1 || word >> 28 & 1 == 1 && word >> 30 & 1 == 0 {
        return None;
    }
    let is_scalar = word >> 28 & 1 == 1;
    let is_high = !is_scalar && word >> 30 & 1 == 1;
    let is_unsigned = word >> 29 & 1 == 1;
    let class = Class { word, is_scalar, is_high, is_unsigned };
    if word >> 24 & 1 == 1 { class.with_immediate() } else { class.of_registers() }
}

/// A SIMD instruction, and what tells its forms apart.
struct Class {
    word: u32,
    is_scalar: bool,
    /// Whether a narrowing instruction keeps the low half of its result.
    is_high: bool,
    is_unsigned: bool,
}

impl Class {
    fn is(&self, mask: u32, value: u32) -> bool {
        is(self.word, mask, value)
    }

    /// From one register and, with `keeps`, from the result as it was.
    fn one(&self, keeps: bool) -> Option<Effects> {
        let b = Building::new().reads_vector(five(self.word, 5)).writes_vector(five(self.word, 0));
        b.when(keeps, |b| b.reads_vector(five(self.word, 0))).done()
    }

    /// From two registers and, with `keeps`, from the result as it was.
    fn two(&self, keeps: bool) -> Option<Effects> {
        let b = Building::new().reads_vector(five(self.word, 5)).reads_vector(five(self.word, 16));
        b.writes_vector(five(self.word, 0)).when(keeps, |b| b.reads_vector(five(self.word, 0))).done()
    }

    /// Bit 24 is 1: by element, shifts by an immediate, and constants.
    fn with_immediate(&self) -> Option<Effects> {
        let word = self.word;
        if word >> 10 & 1 == 0 {
            return self.by_element();
        }
        if word >> 23 & 1 == 1 {
            return None;
        }
        let (d, operation) = (five(word, 0), word >> 11 & 31);
        if word >> 19 & 15 == 0 {
            // movi, mvni, fmov; orr and bic keep what was there.
            let keeps = self.is(0x0000_9000, 0x0000_1000) || self.is(0x0000_d000, 0x0000_9000);
            let b = Building::new().writes_vector(d).when(keeps, |b| b.reads_vector(d));
            return if self.is_scalar { None } else { b.done() };
        }
        // ssra, srsra; sri, sli; narrowing ones
        self.one(match operation {
            0b00010 | 0b00110 => true,
            0b01000 | 0b01010 => self.is_unsigned,
            0b10000..=0b10011 => self.is_high,
            _ => false,
        })
    }

    fn by_element(&self) -> Option<Effects> {
        let word = self.word;
        let (operation, size) = (word >> 12 & 15, word >> 22 & 3);
        // mul, smull, sqdmull, sqdmulh, sqrdmulh, fmul and fmulx make something new; all others add to what was there.
        let is_new = match operation {
            0b1001..=0b1011 => true,
            0b1000 | 0b1100 | 0b1101 => !self.is_unsigned,
            _ => false,
        };
        // Elements of 16 bits lie in the lower 16 registers, and the fifth bit is of the index. Which have such
        // elements, the size alone does not tell.
        let low = five(word, 16) & 15;
        let b = Building::new().reads_vector(five(word, 5)).writes_vector(five(word, 0));
        let is_halves = match operation {
            0b0010 | 0b0110 | 0b1010 => true,
            0b0000 | 0b0100 | 0b1111 => self.is_unsigned,
            0b0011 | 0b0111 | 0b1000 | 0b1011 | 0b1100 => !self.is_unsigned,
            _ => operation == 0b1101,
        };
        let is_floating = matches!(operation, 0b0001 | 0b0101 | 0b1001);
        let b = match size {
            1 if is_halves => b.reads_vector(low),
            2 if is_halves => b.reads_vector(five(word, 16)),
            2 | 3 if is_floating => b.reads_vector(five(word, 16)),
            _ => b.reads_vector(low).reads_vector(five(word, 16)),
        };
        b.when(!is_new, |b| b.reads_vector(five(word, 0))).done()
    }

    /// Bit 24 is 0.
    fn of_registers(&self) -> Option<Effects> {
        let word = self.word;
        match (word >> 21 & 1, word >> 10 & 3) {
            (1, 1 | 3) => self.three_same(),
            (1, 2) => self.two_misc(),
            (1, 0) => self.three_different(),
            (0, 1 | 3) if self.is(0x00e0_8400, 0x0000_0400) => self.copy(),
            // Half precision.
            (0, 1 | 3) if self.is(0x0060_c400, 0x0040_0400) => {
                self.two(!self.is_unsigned && word >> 11 & 7 == 1)
            }
            // sdot, sqrdmlah, fcmla, smmla and the like; fcadd makes something new.
            (0, 1 | 3) if word >> 15 & 1 == 1 => {
                self.two(!(self.is_unsigned && matches!(word >> 11 & 15, 0b1100 | 0b1110)))
            }
            // sha1c to sha256su1
            (0, 0) if self.is_scalar => self.two(true),
            // ext
            (0, _) if self.is_unsigned && self.is(0x00c0_8400, 0) => self.two(false),
            (0, 0) if !self.is_unsigned && self.is(0x00c0_8000, 0) => self.table(),
            // zip, uzp, trn
            (0, 2) if !self.is_unsigned && !self.is_scalar && self.is(0x8000, 0) => self.two(false),
            _ => None,
        }
    }

    fn table(&self) -> Option<Effects> {
        let (d, n, m) = (five(self.word, 0), five(self.word, 5), five(self.word, 16));
        let count = (self.word >> 13 & 3) as u8 + 1;
        let b = (0..count).fold(Building::new().reads_vector(m), |b, i| b.reads_vector(n + i));
        // tbx leaves what has no entry.
        b.writes_vector(d).when(self.word >> 12 & 1 == 1, |b| b.reads_vector(d)).done()
    }

    /// dup, ins, smov, umov.
    fn copy(&self) -> Option<Effects> {
        let (d, n) = (five(self.word, 0), five(self.word, 5));
        let b = Building::new();
        match (self.is_scalar, self.is_unsigned, self.word >> 11 & 15) {
            (_, false, 0) => self.one(false),
            (true, ..) => None,
            (_, true, _) => self.one(true),
            (_, _, 1) => b.reads(n).writes_vector(d).done(),
            (_, _, 3) => b.reads(n).reads_vector(d).writes_vector(d).done(),
            (_, _, 5 | 7) => b.reads_vector(n).writes(d).done(),
            _ => None,
        }
    }

    fn three_same(&self) -> Option<Effects> {
        let size = self.word >> 22 & 3;
        self.two(match self.word >> 11 & 31 {
            // bsl, bit, bif
            0b00011 => self.is_unsigned && size != 0,
            // saba, uaba, mla, mls, fmla, fmls, fmlal2, fmlsl2
            0b01111 | 0b10010 | 0b11001 => true,
            // fmlal, fmlsl
            0b11101 => !self.is_unsigned,
            _ => false,
        })
    }

    fn two_misc(&self) -> Option<Effects> {
        let operation = self.word >> 12 & 31;
        if self.is(0x003e_0000, 0x0028_0000) {
            return match self.is_scalar {
                // sha1h; sha1su1, sha256su0
                true => self.one(operation & 15 != 0),
                // aese, aesd; aesmc, aesimc
                false => self.one(operation & 15 < 6),
            };
        }
        match word_group(self.word) {
            // Across lanes, and pairs of a scalar.
            0b11000 => self.one(false),
            0b10000 | 0b11100 => self.one(match operation {
                // suqadd, sadalp
                0b00011 | 0b00110 => word_group(self.word) == 0b10000,
                // xtn, sqxtn, fcvtn and the like
                0b10010 | 0b10100 | 0b10110 => self.is_high,
                _ => false,
            }),
            _ => None,
        }
    }

    fn three_different(&self) -> Option<Effects> {
        self.two(match self.word >> 12 & 15 {
            // sabal, smlal, sqdmlal, smlsl, sqdmlsl
            0b0101 | 0b1000..=0b1011 => true,
            // addhn, subhn
            0b0100 | 0b0110 => self.is_high,
            _ => false,
        })
    }
}

/// Bits 17 to 21: which kind of instruction with one source it is.
fn word_group(word: u32) -> u32 {
    word >> 17 & 31
}

/// Scalar floating point.
fn floating(word: u32) -> Option<Effects> {
    let (d, n, a, m) = (five(word, 0), five(word, 5), five(word, 10), five(word, 16));
    let b = Building::new();
    if word >> 29 & 1 == 1 {
        return None;
    }
    if word >> 21 & 1 == 0 && word >> 24 & 1 == 0 || is(word, 0x0120_fc00, 0x0020_0000) {
        return converted(word);
    }
    // Only conversions have the bit for the size of general registers.
    if word >> 31 == 1 {
        return None;
    }
    let both = b.reads_vector(n).reads_vector(m);
    if word >> 24 & 1 == 1 {
        return both.reads_vector(a).writes_vector(d).done();
    }
    match word >> 10 & 3 {
        1 => both.reads_plain(FLAGS).writes_plain(FLAGS).done(),
        2 => both.writes_vector(d).done(),
        3 => both.reads_plain(FLAGS).writes_vector(d).done(),
        _ if is(word, 0x7c00, 0x4000) => Building::new().reads_vector(n).writes_vector(d).done(),
        _ if is(word, 0x3c00, 0x2000) => {
            let with_zero = word >> 3 & 1 == 1;
            let b = Building::new().reads_vector(n).when(!with_zero, |b| b.reads_vector(m));
            b.writes_plain(FLAGS).done()
        }
        _ if is(word, 0x1c00, 0x1000) => Building::new().writes_vector(d).done(),
        _ => None,
    }
}

/// Between general and floating-point registers.
fn converted(word: u32) -> Option<Effects> {
    let (d, n) = (five(word, 0), five(word, 5));
    let b = Building::new();
    let is_fixed = word >> 21 & 1 == 0;
    match (word >> 16 & 7, word >> 19 & 3) {
        // scvtf, ucvtf
        (2 | 3, _) => b.reads(n).writes_vector(d).done(),
        // fmov to a vector's upper half
        (7, 1) if !is_fixed => b.reads(n).reads_vector(d).writes_vector(d).done(),
        (7, 0) if !is_fixed => b.reads(n).writes_vector(d).done(),
        (6, 0 | 1) if !is_fixed => b.reads_vector(n).writes(d).done(),
        // fjcvtzs
        (6, 3) if !is_fixed => b.reads_vector(n).writes(d).writes_plain(FLAGS).done(),
        // fcvtns to fcvtzu
        (0 | 1 | 4 | 5, _) => b.reads_vector(n).writes(d).done(),
        _ => None,
    }
}
