//! x86-64, by way of `iced-x86`.

mod abi;
mod addresses;
mod decode;
mod effects;
mod format;
mod numbers;
mod relocs;
mod syntax;
#[cfg(test)]
mod tests;

pub use syntax::X86_64_ATT;

use crate::{
    Address, Arch, Code, Convention, DynamicKind, Effects, Insn, Numbers, Operand, Origin, RelocKind,
};

/// 64-bit x86.
#[derive(Debug, Clone, Copy)]
pub struct X86_64;

impl Arch for X86_64 {
    fn name(&self) -> &'static str {
        "x86_64"
    }

    fn decode(&self, code: &Code<'_>, out: &mut Vec<Insn>) {
        decode::decode(code, out);
    }

    fn relocation(&self, r_type: u32) -> RelocKind {
        relocs::relocation(r_type)
    }

    fn origin(&self, r_type: u32) -> Origin {
        if relocs::relocation(r_type).is_relative() { Origin::InstructionEnd } else { Origin::Field }
    }

    fn relocation_type(&self, kind: RelocKind) -> Option<u32> {
        relocs::relocation_type(kind)
    }

    fn dynamic(&self, r_type: u32) -> DynamicKind {
        relocs::dynamic(r_type)
    }

    fn addresses(&self, code: &Code<'_>, out: &mut Vec<Address>) {
        addresses::addresses(code, out);
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

    fn conventions(&self) -> &'static [Convention] {
        abi::CONVENTIONS
    }

    fn stack_register(&self) -> u8 {
        4
    }

    fn effects(&self, code: &Code<'_>, insn: &Insn) -> Effects {
        effects::effects(code, insn)
    }

    fn register_name(&self, register: u8) -> &'static str {
        effects::register_name(register)
    }
}
