//! Arm with 32 bits: A32 and T32 instructions, little-endian, told by their bits.
//!
//! What an instruction does to the flow of control, which of its bits hold a distance and which registers it touches is
//! read from the bits themselves (Arm Architecture Reference Manual for A-profile, F3 to F6). `yaxpeax-arm` serves nothing
//! here: it decodes different words alike, knows no vector instructions, and panics on some words.

mod a32;
mod abi;
mod anchors;
mod bits;
mod block;
mod decode;
mod effects;
mod format;
mod literals;
mod numbers;
mod relocs;
mod syntax;
mod t32;
mod tables;
#[cfg(test)]
mod tests;

pub use syntax::UNIFIED;

use crate::{
    Arch, Code, Convention, DynamicKind, Effects, Field, Insn, Numbers, Operand, Origin, Reach, Reader,
    RegSet, RelocKind,
};

/// A32 and T32.
#[derive(Debug, Clone, Copy)]
pub struct Arm;

impl Arch for Arm {
    fn name(&self) -> &'static str {
        "arm"
    }

    fn decode(&self, code: &Code<'_>, out: &mut Vec<Insn>) {
        decode::decode(code, out);
    }

    fn relocation(&self, r_type: u32) -> RelocKind {
        relocs::relocation(r_type)
    }

    fn relocated_bits(&self, r_type: u32) -> u64 {
        relocs::relocated_bits(r_type)
    }

    fn addend_in_field(&self, r_type: u32, field: &[u8]) -> Option<i64> {
        relocs::addend_in_field(r_type, field)
    }

    fn origin(&self, r_type: u32) -> Origin {
        relocs::origin(r_type)
    }

    fn readers(&self, code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reader>) {
        literals::readers(code, insns, out);
    }

    fn has_section_anchors(&self) -> bool {
        true
    }

    fn reaches(&self, code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reach>) {
        anchors::reaches(code, insns, out);
    }

    fn reach_type(&self, field: Field) -> Option<u32> {
        relocs::reach_type(field)
    }

    fn relocation_type(&self, kind: RelocKind) -> Option<u32> {
        relocs::relocation_type(kind)
    }

    fn dynamic(&self, r_type: u32) -> DynamicKind {
        relocs::dynamic(r_type)
    }

    fn is_padding(&self, bytes: &[u8]) -> bool {
        decode::is_padding(bytes)
    }

    /// Literals lie at multiples of four, and so T32 code in front of them is filled up with one halfword.
    fn may_align(&self, len: u32, end: u64) -> bool {
        len < 64 && end.is_multiple_of(8) || len == 2 && end.is_multiple_of(4)
    }

    fn format(&self, code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
        format::format(code, insn, resolve)
    }

    fn numbers(&self, code: &Code<'_>, insn: &Insn) -> Option<Numbers> {
        numbers::numbers(code, insn)
    }

    fn conventions(&self) -> &'static [Convention] {
        abi::CONVENTIONS
    }

    fn stack_register(&self) -> u8 {
        effects::SP
    }

    fn stores_immediates(&self) -> bool {
        false
    }

    fn flags(&self) -> RegSet {
        RegSet::from_iter([effects::FLAGS])
    }

    fn effects(&self, code: &Code<'_>, insn: &Insn) -> Effects {
        effects::effects(code, insn)
    }

    fn register_name(&self, register: u8) -> &'static str {
        effects::register_name(register)
    }
}
