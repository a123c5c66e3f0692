//! x86-64 and i386, by way of `iced-x86`.
//!
//! Both are one implementation with a [`Width`]: they differ in how wide addresses are, in relocation types and in
//! calling conventions, and in nothing else that is asked here. Registers have the same numbers in both.

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
#[cfg(test)]
mod tests_32;

pub use syntax::{I386_ATT, X86_64_ATT};

use iced_x86::{Decoder, DecoderOptions, Register};

use crate::{
    Address, Arch, Code, Convention, DynamicKind, Effects, Insn, Numbers, Operand, Origin, RelocKind,
};

/// How wide addresses and the stack are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    Bits32,
    Bits64,
}

impl Width {
    /// A decoder for `bytes`, of which the first one is at `address`.
    fn decoder(self, bytes: &[u8], address: u64) -> Decoder<'_> {
        let bits = match self {
            Width::Bits32 => 32,
            Width::Bits64 => 64,
        };
        Decoder::with_ip(bits, bytes, address, DecoderOptions::NONE)
    }

    fn stack_pointer(self) -> Register {
        match self {
            Width::Bits32 => Register::ESP,
            Width::Bits64 => Register::RSP,
        }
    }
}

/// x86 in one of its widths.
#[derive(Debug, Clone, Copy)]
pub struct X86 {
    width: Width,
}

/// 64-bit x86.
pub static X86_64: X86 = X86 { width: Width::Bits64 };

/// 32-bit x86.
pub static I386: X86 = X86 { width: Width::Bits32 };

impl Arch for X86 {
    fn name(&self) -> &'static str {
        match self.width {
            Width::Bits32 => "i386",
            Width::Bits64 => "x86_64",
        }
    }

    fn decode(&self, code: &Code<'_>, out: &mut Vec<Insn>) {
        decode::decode(self.width, code, out);
    }

    fn relocation(&self, r_type: u32) -> RelocKind {
        relocs::relocation(self.width, r_type)
    }

    fn origin(&self, r_type: u32) -> Origin {
        relocs::origin(self.width, r_type)
    }

    fn relocation_type(&self, kind: RelocKind) -> Option<u32> {
        relocs::relocation_type(self.width, kind)
    }

    fn dynamic(&self, r_type: u32) -> DynamicKind {
        relocs::dynamic(self.width, r_type)
    }

    fn addresses(&self, code: &Code<'_>, out: &mut Vec<Address>) {
        addresses::addresses(self.width, code, out);
    }

    // Position-independent code of i386 adds distances from the global offset table to a register; which number is
    // one, and from where, is not found out.
    fn reads_linked_code(&self) -> bool {
        self.width == Width::Bits64
    }

    fn is_padding(&self, bytes: &[u8]) -> bool {
        decode::is_padding(self.width, bytes)
    }

    fn format(&self, code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
        format::format(self.width, code, insn, resolve)
    }

    fn numbers(&self, code: &Code<'_>, insn: &Insn) -> Option<Numbers> {
        numbers::numbers(self.width, code, insn)
    }

    fn conventions(&self) -> &'static [Convention] {
        abi::conventions(self.width)
    }

    fn stack_register(&self) -> u8 {
        4
    }

    fn effects(&self, code: &Code<'_>, insn: &Insn) -> Effects {
        effects::effects(self.width, code, insn)
    }

    fn low_parts(&self, code: &Code<'_>, insn: &Insn) -> Effects {
        effects::low_parts(self.width, code, insn)
    }

    fn register_name(&self, register: u8) -> &'static str {
        effects::register_name(self.width, register)
    }
}
