//! Code as text: one record for each statement, one behind the other.
//!
//! A record is its length in one byte, itself included, a class in one byte, and the statement's text with single
//! blanks, no comment and no local label's name. Where a symbol stands in the text the record has
//! [`REFERENCE`], which a relocation fills; a direct branch has [`BRANCH`] and four bytes, which hold the distance
//! from the record's start to the target's in little-endian order, unless a relocation fills them. So records whose
//! bytes are the same outside of what is filled are the same statement, wherever they stand.
//!
//! [`DATA`] records hold the bytes that a directive among the code writes, and [`SPACE`] ones the text of a directive
//! that fills space by a number that only assembling gives.

/// Stands for a symbol.
pub const REFERENCE: u8 = 1;
/// Stands, with the four bytes behind it, for the target of a direct branch.
pub const BRANCH: u8 = 2;
/// Stands, with the eight bytes behind it, for a number that follows from distances between labels.
pub const DISTANCE: u8 = 3;

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

/// The class and the text of the record that begins `bytes`; `None` when there is none.
pub(super) fn first(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    let length = usize::from(length);
    let text = rest.get(1..length.checked_sub(1)?)?;
    Some((*rest.first()?, text))
}
