//! Instruction sets as fixscope sees them: everything that knows machine code, and nothing that knows a file, a
//! section or a symbol's name.
//!
//! An architecture is one implementation of [`Arch`], found by ELF machine through [`by_elf_machine`]. The
//! callers hand it [`Code`]: bytes, the offset they start at, the places inside them that relocations will overwrite,
//! and what the file says about where code ends and data begins. They get back [`Insn`]s that cover those bytes
//! without gap or overlap.
//!
//! # Adding an architecture
//!
//! A machine without an implementation is compared already, by [`generic`]: by bytes, relocations and references. Where
//! all that is missing there is known as data (how long instructions are, what relocation types fill, which
//! instructions hold distances), a table in `generic` is enough. An implementation of its own adds what takes
//! decoding: another encoding of the same branch, numbers for lines and members that moved, registers, readable
//! instructions. Write it in this order; each step is of use without the ones behind it, and what is not written has
//! a default that says that nothing is known.
//!
//! 1. [`Arch::name`], [`Arch::relocation`], [`Arch::relocated_bits`], [`Arch::origin`] from the ABI's table of
//!    relocations; [`Arch::addend_in_field`] and [`Arch::low_half`] if its tables are SHT_REL. These take addresses
//!    out of bytes and find what references lead to. A bit too many hides a change; one too few shows one that is
//!    none.
//! 2. [`Arch::decode`]: lengths first, then direct branches with their targets, because an assembler resolves those
//!    inside of a section by itself, and equal bytes may lead to different functions. So must be every other
//!    instruction that holds a distance from itself; where its target cannot be told, [`Arch::may_hold_distance`].
//! 3. [`Arch::is_padding`], and [`InsnKind::Nop`] for what compilers and assemblers align code with: else every
//!    function that moves is another one. An instruction that is sometimes meant is not among them.
//! 4. One line in [`by_elf_machine`]. From here on objects are compared: let the cases of `testdata/cases` tell
//!    what is missing.
//! 5. [`Arch::format`], in the syntax of the GNU assembler. It decides nothing.
//! 6. [`Arch::reaches`], where compilers form one address for several variables, and [`Arch::jump_tables`].
//! 7. [`Arch::numbers`], [`Arch::conventions`], [`Arch::effects`]: which numbers are lines or offsets of members,
//!    and what callers may rely on. What is not sure is left out; registers that are not sure are all of them.
//! 8. [`Arch::reads_linked_code`], [`Arch::addresses`], [`Arch::dynamic`] and [`Arch::relocation_type`], for linked
//!    files.
//! 9. [`Syntax`] with one line in [`SYNTAXES`], for assembly text.
//!
//! `tests/own_architecture.rs` does the first five steps for a toy machine, from outside of this crate;
//! `ARCHITECTURE.md` explains it. [`conformance`] tries an implementation; run it over arbitrary bytes.
//!
//! # The contract
//!
//! An implementer may assume that `Code::sites` and `Code::modes` are ordered and lie inside `Code::bytes`. The bytes
//! are untrusted: they may be no code at all, stop in the middle of an instruction, or be larger than any
//! function. So are decoders: what one of them makes of some bytes may be wrong in everything but the length, and it
//! may panic.
//!
//! An implementer promises that [`Arch::decode`]
//!
//! * never panics, and covers every byte exactly once, in order: what is not covered would not be compared;
//! * turns bytes it cannot decode into instructions of kind [`InsnKind::Unknown`], so that callers compare
//!   them as bytes, show them as data, and say that they are not sure of them;
//! * names as [`Insn::field`] only bits that hold nothing but a distance or an address: two instructions whose
//!   bytes agree outside the named bits, and whose targets correspond, do the same. This is what *unchanged* rests on;
//! * gives direct branches the same [`Insn::opcode`], other than 0, only if they differ in nothing but the length of
//!   their encoding and their target: their bytes are not looked at then. Where branches have one encoding, 0 and the
//!   field say all there is;
//!
//! and that [`Arch::relocated_bits`] holds no bit that the relocation leaves as the assembler wrote it. Everything else
//! in the trait serves causes, views and the search for broken contracts between functions, never the question whether
//! two functions are the same: what is not known is left out there (`None`, nothing appended), and
//! [`Arch::effects`] of what is not known are all registers.

pub mod aarch64;
pub mod abi;
pub mod arm;
pub mod code;
pub mod conformance;
pub mod generic;
pub mod numbers;
pub mod regs;
pub mod syntax;
pub mod text;
pub mod x86;

pub use abi::Convention;
pub use code::{
    Address, AddressForm, Base, Code, DynamicKind, Field, Insn, InsnKind, JumpTable, Mode, ModeChange,
    Operand, Origin, REACH_LOST, REACH_MADE, Reach, ReachHow, Reader, RelocKind, Site, TablePlace,
};
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

    /// Which bits of its field a relocation of ELF type `r_type` fills: byte `i` of the field, as it lies in the file,
    /// has bits `8 * i` to `8 * i + 7`. Bits behind the field's size mean nothing.
    fn relocated_bits(&self, r_type: u32) -> u64 {
        let _ = r_type;
        u64::MAX
    }

    /// The addend that the field of a relocation without one (SHT_REL) holds, in bytes; `None` where the field holds
    /// nothing but the addend, as a number with sign in the file's byte order.
    fn addend_in_field(&self, r_type: u32, field: &[u8]) -> Option<i64> {
        let _ = (r_type, field);
        None
    }

    /// Where a distance counts from that a relocation of ELF type `r_type` makes.
    fn origin(&self, r_type: u32) -> Origin {
        let _ = r_type;
        Origin::Field
    }

    /// Appends to `out`, ordered by site, where distances with [`Origin::Reader`] count from. What is not certain is left
    /// out.
    fn readers(&self, code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reader>) {
        let _ = (code, insns, out);
    }

    /// Whether the symbol of a relocation of ELF type `r_type` names an instruction, and what is meant is where the
    /// relocation of that instruction leads (RISC-V's PCREL_LO12: both halves of a distance count from one place).
    fn follows_relocation(&self, r_type: u32) -> bool {
        let _ = r_type;
        false
    }

    /// The type of the relocation that fills the low half of a number of which `r_type` fills the high half, where a
    /// relocation without an addend (SHT_REL) holds only its own half of it: a carry out of the low half counts.
    /// High halves go with the next low one for the same symbol, low ones with the last high one before.
    fn low_half(&self, r_type: u32) -> Option<u32> {
        let _ = r_type;
        None
    }

    /// How many bytes from its place on a relocation of ELF type `r_type` says to be instructions that do nothing, of
    /// which the linker leaves as many as the address needs.
    fn filler(&self, r_type: u32, addend: i64) -> u64 {
        let _ = (r_type, addend);
        0
    }

    /// Whether compilers reach several data objects of a section from one address (GCC's section anchors), so that a
    /// reference need not lead to the data object that the code means.
    fn has_section_anchors(&self) -> bool {
        false
    }

    /// Appends to `out`, ordered by instruction, what becomes of the addresses that relocations make. Of an address
    /// that no entry tells of, nothing but the place that its relocation names is meant.
    fn reaches(&self, code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reach>) {
        let _ = (code, insns, out);
    }

    /// The type of a relocation that fills `field`, for [`Arch::relocation`] and [`Arch::relocated_bits`] to know.
    fn reach_type(&self, field: Field) -> Option<u32> {
        let _ = field;
        None
    }

    /// Appends to `out` the tables that indirect jumps of the code go through, where that can be told from the code.
    fn jump_tables(&self, code: &Code<'_>, insns: &[Insn], out: &mut Vec<JumpTable>) {
        let _ = (code, insns, out);
    }

    /// The relocation type that fills a field so: the plainest, where there are several.
    fn relocation_type(&self, kind: RelocKind) -> Option<u32> {
        let _ = kind;
        None
    }

    /// What a relocation of ELF type `r_type` makes the dynamic linker write.
    fn dynamic(&self, r_type: u32) -> DynamicKind {
        let _ = r_type;
        DynamicKind::Unknown
    }

    /// Appends to `out`, in the order of the fields, all that may be addresses in `code`, which comes from a linked
    /// file: `Code::address` is the address in the running program. Fields that a site fills are left out.
    fn addresses(&self, code: &Code<'_>, out: &mut Vec<Address>) {
        let _ = (code, out);
    }

    /// Whether [`Arch::addresses`] finds what code of linked files refers to. Where it does not, two programs could
    /// have the same bytes and do something else, and linked files are refused.
    fn reads_linked_code(&self) -> bool {
        false
    }

    /// Whether `bytes`, which lie between two functions, do nothing but fill space.
    fn is_padding(&self, bytes: &[u8]) -> bool;

    /// Whether functions and loops are moved to round addresses by instructions that do nothing. Text has directives
    /// for that, and every such instruction in it is meant.
    fn aligns_by_instructions(&self) -> bool {
        true
    }

    /// Whether instructions that do nothing, `len` bytes of them up to the offset `end` from the start of the section,
    /// may stand there to move what follows to a round address.
    fn may_align(&self, len: u32, end: u64) -> bool {
        len < 64 && end.is_multiple_of(8)
    }

    /// The instruction's text in the GNU assembler's syntax. `resolve` gives the text for a place that a
    /// relocation fills or for the target of a branch.
    fn format(&self, code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String;

    /// Whether instructions are understood. Where they are not, [`Arch::format`] gives words of digits with references,
    /// and views say so.
    fn is_decoded(&self) -> bool {
        true
    }

    /// Whether bits of the instruction that no field names may hold a distance which an assembler resolved, so that
    /// other bits need not mean another place, nor the same bits the same one.
    fn may_hold_distance(&self, code: &Code<'_>, insn: &Insn) -> bool {
        let _ = code;
        insn.kind == InsnKind::Unknown
    }

    /// The numbers in the instruction, and the rest of it without them. `None` for direct branches, which hold
    /// nothing but a distance, and for what is not known.
    fn numbers(&self, code: &Code<'_>, insn: &Insn) -> Option<Numbers> {
        let _ = (code, insn);
        None
    }

    /// Whether a number goes into memory without passing through a register. Where it does not, a number that is put into
    /// an argument's register need not be an argument.
    fn stores_immediates(&self) -> bool {
        true
    }

    /// The calling conventions, that of C functions on Linux first. Empty where registers are not known.
    fn conventions(&self) -> &'static [Convention] {
        &[]
    }

    /// The register that points at the stack; a number above 127 where registers are not known.
    fn stack_register(&self) -> u8 {
        u8::MAX
    }

    /// The registers of flags that instructions set beside their result, where those that load numbers do.
    fn flags(&self) -> RegSet {
        RegSet::EMPTY
    }

    /// Registers the instruction reads and writes. What is not known reads and writes all of them.
    fn effects(&self, code: &Code<'_>, insn: &Insn) -> Effects {
        let _ = (code, insn);
        Effects { reads: RegSet::ALL, writes: RegSet::ALL }
    }

    /// Registers of which the instruction reads nothing but the lowest byte (`reads`), and those of which it writes nothing
    /// but that, leaves the rest, and reads no more (`writes`): [`Arch::effects`] has both of the latter among what is
    /// read and written, because the rest is seen behind it. Where nothing of this is told, they are read.
    fn low_parts(&self, code: &Code<'_>, insn: &Insn) -> Effects {
        let _ = (code, insn);
        Effects::default()
    }

    /// Name of a register number of [`RegSet`], such as `rax`.
    fn register_name(&self, register: u8) -> &'static str {
        let _ = register;
        "?"
    }
}

/// ELF `e_machine` of i386 (System V ABI, Intel386 supplement, 4.1).
pub const EM_386: u16 = 3;

/// ELF `e_machine` of x86-64 (System V ABI, AMD64 supplement, 4.1).
pub const EM_X86_64: u16 = 62;

/// ELF `e_machine` of AArch64 (ELF for the Arm 64-bit Architecture, 5.2).
pub const EM_AARCH64: u16 = 183;

/// ELF `e_machine` of 32-bit Arm (ELF for the Arm Architecture, 5.2).
pub const EM_ARM: u16 = 40;

/// What the header of an ELF file says about the machine that its code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Machine {
    /// ELF `e_machine`.
    pub elf: u16,
    /// Whether it is ELFCLASS64.
    pub is_64: bool,
    /// Whether its data is ELFDATA2MSB.
    pub is_big_endian: bool,
    /// ELF `e_flags`: what it means depends on the machine.
    pub flags: u32,
}

/// The instruction set of a machine, when there is one. Code for 64-bit processors in 32-bit files (x32, which is
/// EM_X86_64, and ILP32, which is EM_AARCH64) is not supported.
pub fn by_elf_machine(machine: Machine) -> Option<&'static dyn Arch> {
    match (machine.elf, machine.is_64, machine.is_big_endian) {
        (EM_386, false, false) => Some(&x86::I386),
        (EM_X86_64, true, false) => Some(&x86::X86_64),
        (EM_ARM, false, false) => Some(&arm::Arm),
        (EM_AARCH64, true, _) => Some(&aarch64::AArch64),
        // Narrow addresses on wide registers (x32, ILP32).
        (EM_386 | EM_X86_64 | EM_AARCH64, _, _) => None,
        _ => Some(generic::by_elf_machine(machine)),
    }
}

/// How assembly text is written, for every architecture that is read as text. What could be of several is of the first.
pub static SYNTAXES: &[&Syntax] = &[&x86::X86_64_ATT, &x86::I386_ATT, &aarch64::A64, &arm::UNIFIED];
