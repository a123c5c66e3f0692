//! Relocation types of code as text. They are our own: what an ELF type says beside form and size depends on how an
//! instruction is encoded, which text leaves open.

use crate::RelocKind;
use crate::code::{REACH_LOST, REACH_MADE, Via};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Form {
    /// The address of the symbol plus addend.
    Address = 0,
    /// The distance from the field to the symbol plus addend; only in data.
    Distance = 1,
    /// The distance to this symbol from that of the [`Form::From`] at the same place. Of what lies behind that, the
    /// addend leads to the last byte in front of the symbol.
    To = 2,
    /// The symbol that a distance is counted from.
    From = 3,
    /// A symbol in an instruction's operand.
    Operand = 4,
    /// The target of a direct branch.
    Branch = 5,
    /// As [`Form::Distance`], among code, where bytes are not what will run and so cannot be counted.
    DistanceInCode = 6,
}

/// In place of a modifier: the number is a distance in units of a power of two. Its exponent stands in the two lowest
/// bits, and in the next two a fourth of what is taken away before.
pub const SCALED: u8 = 0xf0;

/// The type of a field of `size` bytes. `modifier` is the place of what stands behind `@` in
/// [`crate::Syntax::modifiers`].
pub fn r_type(form: Form, size: u8, modifier: Option<u8>) -> u32 {
    modifier.map_or(0, |m| u32::from(m) + 1) << 8 | (form as u32) << 4 | u32::from(size & 15)
}

/// Whether a type is of this form.
pub fn is(r_type: u32, form: Form) -> bool {
    r_type >> 4 & 15 == form as u32
}

/// Which bits of its field a relocation of this type fills.
pub(super) fn relocated_bits(r_type: u32) -> u64 {
    if r_type == REACH_LOST || r_type == REACH_MADE { 0 } else { u64::MAX }
}

/// What a relocation of this type puts where.
pub(super) fn relocation(r_type: u32) -> RelocKind {
    // At the start of a record, of which they fill nothing.
    if r_type == REACH_LOST || r_type == REACH_MADE {
        return RelocKind::Absolute { size: 1 };
    }
    let size = (r_type & 15) as u8;
    if is(r_type, Form::Distance) {
        return RelocKind::Relative { size, via: Via::Direct };
    }
    RelocKind::Absolute { size }
}
