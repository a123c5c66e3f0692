//! Code as text: one record for each statement, one behind the other.
//!
//! A record is its length in one byte, itself included, a class in one byte, and the statement's text with single
//! blanks, no comment and no local label's name. Where a symbol stands in the text the record has
//! [`REFERENCE`], which a relocation fills; a direct branch has [`BRANCH`] and four bytes, which hold the distance
//! from the record's start to the target's in little-endian order, unless a relocation fills them. So records whose
//! bytes are the same outside of what is filled are the same statement, wherever they stand.
//!
//! Where code reaches data objects by their distance from an anchor, a number that may be such a distance is not text: it
//! is [`NUMBER`] and four bytes, so that two statements that differ in it alone differ in a field.
//!
//! [`DATA`] records hold the bytes that a directive among the code writes, and [`SPACE`] ones the text of a directive
//! that fills space by a number that only assembling gives.

/// Stands for a symbol.
pub const REFERENCE: u8 = 1;
/// Stands, with the four bytes behind it, for the target of a direct branch.
pub const BRANCH: u8 = 2;
/// Stands, with the eight bytes behind it, for a number that follows from distances between labels.
pub const DISTANCE: u8 = 3;

/// Stands, with the four bytes behind it, for a number that may count from a section anchor.
pub const NUMBER: u8 = 4;

/// Class of an instruction that only goes on behind itself. Other instructions have the place of their mnemonic in
/// [`crate::Syntax::mnemonics`], counted from 1.
pub const PLAIN: u8 = 0;
/// Class of bytes among the code.
pub const DATA: u8 = 255;
/// Class of space among the code.
pub const SPACE: u8 = 254;

/// Bytes in front of a record's text.
pub const HEADER: usize = 2;
/// The longest text of a record.
pub const LONGEST: usize = 255 - HEADER;

/// Bits of a number that each byte behind [`NUMBER`] holds, lowest first. The highest bit is set, so that no such byte is
/// taken for text.
const PER_BYTE: u32 = 7;
/// What is added to the number, so that there is no sign.
const BIAS: i64 = 1 << (4 * PER_BYTE - 1);

/// What stands for a number in a record; `None` for one that is too large for any instruction.
pub fn number(value: i64) -> Option<[u8; 5]> {
    let biased = u32::try_from(value.checked_add(BIAS)?).ok().filter(|b| *b < 1 << (4 * PER_BYTE))?;
    let byte = |i: u32| 0x80 | (biased >> (i * PER_BYTE) & 0x7f) as u8;
    Some([NUMBER, byte(0), byte(1), byte(2), byte(3)])
}

/// The number that the four bytes behind [`NUMBER`] hold; `None` when there are less.
pub(super) fn number_of(bytes: &[u8]) -> Option<i64> {
    let bytes: &[u8; 4] = bytes.first_chunk()?;
    let biased = bytes.iter().rev().fold(0i64, |value, b| value << PER_BYTE | i64::from(b & 0x7f));
    Some(biased - BIAS)
}

/// The class and the text of the record that begins `bytes`; `None` when there is none.
pub(super) fn first(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    let length = usize::from(length);
    let text = rest.get(1..length.checked_sub(1)?)?;
    Some((*rest.first()?, text))
}
