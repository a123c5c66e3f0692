//! AArch64: A64 code, of files of either byte order of data.

mod abi;
mod anchors;
mod decode;
mod effects;
mod format;
mod numbers;
mod relocs;
mod syntax;
#[cfg(test)]
mod tests;

pub use syntax::A64;

use crate::{Arch, Code, Convention, DynamicKind, Effects, Field, Insn, Numbers, Operand, Reach, RelocKind};

/// 64-bit Arm.
#[derive(Debug, Clone, Copy)]
pub struct AArch64;

impl Arch for AArch64 {
    fn name(&self) -> &'static str {
        "aarch64"
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

    fn format(&self, code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
        format::format(code, insn, resolve)
    }

    fn numbers(&self, code: &Code<'_>, insn: &Insn) -> Option<Numbers> {
        numbers::numbers(code, insn)
    }

    fn stores_immediates(&self) -> bool {
        false
    }

    fn conventions(&self) -> &'static [Convention] {
        abi::CONVENTIONS
    }

    fn stack_register(&self) -> u8 {
        effects::SP
    }

    fn effects(&self, code: &Code<'_>, insn: &Insn) -> Effects {
        effects::effects(code, insn)
    }

    fn register_name(&self, register: u8) -> &'static str {
        effects::register_name(register)
    }
}
