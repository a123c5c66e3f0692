//! Where the two instruction sets put distances and other immediates (Arm Architecture Reference Manual for
//! A-profile, F5: the instructions in alphabetical order).
//!
//! A T32 instruction of four bytes is two halfwords, and the manual writes the first one in front. Here it is the word
//! that the file has in little-endian order, so that the first halfword is its lower half: a bit of such a word is the
//! same bit of [`crate::Field::bits`] and of [`crate::Arch::relocated_bits`].

/// U: an offset is added, and not taken away.
pub(super) const UP: u32 = 1 << 23;
/// Distances in A32 branches: imm24.
pub(super) const A32_BRANCH: u32 = 0x00ff_ffff;
/// In A32 `blx`: H and imm24.
pub(super) const A32_BLX: u32 = 0x01ff_ffff;
/// In `ldr`, `str` and their like: U and imm12.
pub(super) const A32_OFFSET12: u32 = 0x0080_0fff;
/// In `ldrh`, `ldrd` and their like: U, imm4H and imm4L.
pub(super) const A32_OFFSET8: u32 = 0x0080_0f0f;
/// In loads and stores of coprocessors, `vldr` among them, in both instruction sets: U and imm8.
pub(super) const A32_COPROCESSOR: u32 = 0x0080_00ff;
/// In `movw` and `movt`: imm4 and imm12.
pub(super) const A32_MOVE: u32 = 0x000f_0fff;
/// In T32 `b.w`, `bl` and `blx`: S, imm10, J1, J2 and imm11.
pub(super) const T32_BRANCH: u32 = t32(0x07ff_2fff);
/// In T32 `b<c>.w`: S, imm6, J1, J2 and imm11.
pub(super) const T32_CONDITIONAL: u32 = t32(0x043f_2fff);
/// In `ldr.w` of a literal and its like: U and imm12.
pub(super) const T32_OFFSET12: u32 = t32(0x0080_0fff);
/// In T32 `ldrd`, and in T32 loads and stores of coprocessors: U and imm8.
pub(super) const T32_OFFSET8: u32 = t32(0x0080_00ff);
/// In `adr.w`: i, imm3 and imm8.
pub(super) const T32_ADDRESS: u32 = t32(0x0400_70ff);
/// In T32 `movw` and `movt`: i, imm4, imm3 and imm8.
pub(super) const T32_MOVE: u32 = t32(0x040f_70ff);
/// In `cbz` and `cbnz`: i and imm5.
pub(super) const T32_COMPARE: u32 = 0x02f8;

/// A word as the manual writes it, first halfword in front, in the order of the file; and back.
pub(super) const fn t32(word: u32) -> u32 {
    word.rotate_left(16)
}

/// The lowest `bits` bits of `value` as a number with sign.
pub(super) const fn signed(value: u32, bits: u32) -> i64 {
    ((value << (32 - bits)) as i32 >> (32 - bits)) as i64
}

/// What U and the lowest bits of a load say: the offset is added, or taken away.
pub(super) const fn up_or_down(word: u32, offset: u32) -> i64 {
    if word & 1 << 23 != 0 { offset as i64 } else { -(offset as i64) }
}

/// The distance in an A32 `b` or `bl`.
pub(super) const fn a32_branch(word: u32) -> i64 {
    signed(word, 24) << 2
}

/// The distance in an A32 `blx`, which reaches halfwords.
pub(super) const fn a32_blx(word: u32) -> i64 {
    a32_branch(word) | ((word >> 24 & 1) << 1) as i64
}

/// The offset in an A32 `ldrh`, `ldrd` and their like.
pub(super) const fn a32_offset8(word: u32) -> i64 {
    up_or_down(word, word >> 4 & 0xf0 | word & 0xf)
}

/// The number in an A32 `movw` or `movt`.
pub(super) const fn a32_move(word: u32) -> u32 {
    word >> 4 & 0xf000 | word & 0xfff
}

/// An A32 modified immediate: imm12.
pub(super) const fn a32_immediate(word: u32) -> u32 {
    (word & 0xff).rotate_right(2 * (word >> 8 & 0xf))
}

/// The distance in a T32 `b.w`, `bl` or `blx`. The word is as the manual writes it, as in all that follow.
pub(super) const fn t32_branch(word: u32) -> i64 {
    let sign = word >> 26 & 1;
    let (i1, i2) = (!(word >> 13 ^ sign) & 1, !(word >> 11 ^ sign) & 1);
    signed((sign << 23 | i1 << 22 | i2 << 21 | (word >> 16 & 0x3ff) << 11 | word & 0x7ff) << 1, 25)
}

/// The distance in a T32 `b<c>.w`.
pub(super) const fn t32_conditional(word: u32) -> i64 {
    let (sign, j1, j2) = (word >> 26 & 1, word >> 13 & 1, word >> 11 & 1);
    signed((sign << 19 | j2 << 18 | j1 << 17 | (word >> 16 & 0x3f) << 11 | word & 0x7ff) << 1, 21)
}

/// The number of an `adr.w` and other plain immediates: i, imm3 and imm8.
pub(super) const fn t32_plain(word: u32) -> u32 {
    word >> 15 & 0x800 | word >> 4 & 0x700 | word & 0xff
}

/// The number in a T32 `movw` or `movt`.
pub(super) const fn t32_move(word: u32) -> u32 {
    word >> 4 & 0xf000 | t32_plain(word)
}

/// The distance in a `cbz` or `cbnz`.
pub(super) const fn t32_compare(halfword: u32) -> i64 {
    (halfword >> 3 & 0x40 | halfword >> 2 & 0x3e) as i64
}
