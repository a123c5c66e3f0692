//! Instruction sets as fixscope sees them: everything that knows machine code, and nothing that knows a file, a
//! section or a symbol's name.
//!
//! An architecture is one implementation of [`Arch`], found by ELF machine through [`by_elf_machine`]. The
//! callers hand it [`Code`]: bytes, the offset they start at, and the places inside them that relocations
//! will overwrite. They get back [`Insn`]s that cover those bytes without gap or overlap.
//!
//! # The contract
//!
//! An implementer may assume that `Code::sites` is ordered and lies inside `Code::bytes`. The bytes are
//! untrusted: they may be no code at all, stop in the middle of an instruction, or be larger than any
//! function. An implementer promises that [`Arch::decode`]
//!
//! * never panics, and covers every byte exactly once, in order;
//! * turns bytes it cannot decode into instructions of kind [`InsnKind::Unknown`], so that callers compare
//!   them as bytes;
//! * names as [`Insn::field`] only bits that hold nothing but a distance or an address: two instructions whose
//!   bytes agree outside the named field, and whose targets correspond, do the same;
//! * gives direct branches the same [`Insn::opcode`] if and only if they differ in nothing but the length of
//!   their encoding and their target.

pub mod code;
pub mod numbers;
pub mod regs;
pub mod syntax;
pub mod text;
pub mod x86;

pub use code::{Address, AddressForm, Code, DynamicKind, Field, Insn, InsnKind, Operand, RelocKind, Site};
pub use numbers::{Number, NumberRole, Numbers, Shape};
pub use regs::{Effects, RegSet};
pub use syntax::Syntax;

/// What fixscope needs to know about an instruction set.
pub trait Arch: Sync {
    /// Name as reports show it, such as `x86_64`.
    fn name(&self) -> &'static str;

    /// Decodes all of `code` and appends the instructions to `out`.
    fn decode(&self, code: &Code<'_>, out: &mut Vec<Insn>);

    /// What a relocation of ELF type `r_type` puts where. Types that are not known give
    /// [`RelocKind::Unknown`], which callers compare by type, symbol and addend.
    fn relocation(&self, r_type: u32) -> RelocKind;

    /// The relocation type that fills a field so: the plainest, where there are several.
    fn relocation_type(&self, kind: RelocKind) -> Option<u32>;

    /// What a relocation of ELF type `r_type` makes the dynamic linker write.
    fn dynamic(&self, r_type: u32) -> DynamicKind;

    /// Appends to `out`, in the order of the fields, all that may be addresses in `code`, which comes from a linked
    /// file: `Code::address` is the address in the running program. Fields that a site fills are left out.
    fn addresses(&self, code: &Code<'_>, out: &mut Vec<Address>);

    /// Whether `bytes`, which lie between two functions, do nothing but fill space.
    fn is_padding(&self, bytes: &[u8]) -> bool;

    /// Whether functions and loops are moved to round addresses by instructions that do nothing. Text has directives
    /// for that, and every such instruction in it is meant.
    fn aligns_by_instructions(&self) -> bool {
        true
    }

    /// The instruction's text in the GNU assembler's syntax. `resolve` gives the text for a place that a
    /// relocation fills or for the target of a branch.
    fn format(&self, code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String;

    /// The numbers in the instruction, and the rest of it without them. `None` for direct branches, which hold
    /// nothing but a distance, and for what is not known.
    fn numbers(&self, code: &Code<'_>, insn: &Insn) -> Option<Numbers>;

    /// The registers that hold the first integer arguments of a call, by the numbers of [`RegSet`], as the
    /// platform's ABI has them for C functions.
    fn argument_registers(&self) -> &'static [u8];

    /// The register that points at the stack.
    fn stack_register(&self) -> u8;

    /// Registers the instruction reads and writes. What is not known reads and writes all of them.
    fn effects(&self, code: &Code<'_>, insn: &Insn) -> Effects;

    /// Name of a register number of [`RegSet`], such as `rax`.
    fn register_name(&self, register: u8) -> &'static str;
}

/// ELF `e_machine` of x86-64 (System V ABI, AMD64 supplement, 4.1).
pub const EM_X86_64: u16 = 62;

/// The instruction set for an ELF `e_machine`, when there is one. `is_64` is the ELF class: x32 code is
/// EM_X86_64 with 32-bit files, and is not supported.
pub fn by_elf_machine(machine: u16, is_64: bool) -> Option<&'static dyn Arch> {
    match (machine, is_64) {
        (EM_X86_64, true) => Some(&x86::X86_64),
        _ => None,
    }
}

/// How assembly text is written, for every architecture that is read as text.
pub static SYNTAXES: &[&Syntax] = &[&x86::X86_64_ATT];
