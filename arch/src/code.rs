//! Bytes with relocation sites, and the instructions found in them.

/// A run of code, usually one function.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Offset of the first byte from the start of its section.
    pub address: u64,
    /// Places that relocations fill, ordered by offset.
    pub sites: &'a [Site],
    /// Where what kind of code or data begins, ordered by offset. Empty for architectures whose object files do not
    /// say it; else the first one is at 0.
    pub modes: &'a [ModeChange],
}

/// From here on the bytes are of this kind: what the mapping symbols `$a`, `$t`, `$x` and `$d` say (ELF for the Arm
/// Architecture, 5.5.5; ELF for the Arm 64-bit Architecture, 5.5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeChange {
    /// Offset in bytes from the start of the code.
    pub offset: u32,
    /// What begins there.
    pub mode: Mode,
}

/// What a run of bytes among code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Instructions of the architecture's only or first instruction set: A64, A32.
    Code,
    /// T32 instructions.
    Thumb,
    /// Literals, tables and other data.
    Data,
}

impl Code<'_> {
    /// The bytes of `insn`, which must come from decoding this code.
    pub fn bytes_of(&self, insn: &Insn) -> &[u8] {
        let start = insn.offset as usize;
        self.bytes.get(start..start + usize::from(insn.len)).unwrap_or_default()
    }
}

/// A place that a relocation fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// Offset in bytes from the start of the code.
    pub offset: u32,
    /// What the relocation puts there.
    pub kind: RelocKind,
}

/// What a relocation computes, as far as comparing needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelocKind {
    /// The address of the symbol plus addend, in `size` bytes.
    Absolute {
        /// Field size in bytes.
        size: u8,
    },
    /// The distance from the field to the symbol plus addend. `via` tells what stands between.
    Relative {
        /// Field size in bytes.
        size: u8,
        /// Through which table the symbol is reached.
        via: Via,
    },
    /// The distance from the global offset table to the symbol plus addend, or to what stands between: what
    /// position-independent code adds to a register that holds the table's address.
    FromTable {
        /// Field size in bytes.
        size: u8,
        /// Through which table the symbol is reached.
        via: Via,
    },
    /// Something else with a field of known size: thread-local offsets, sizes.
    Other {
        /// Field size in bytes; 0 for a marker that changes nothing.
        size: u8,
    },
    /// Not known.
    Unknown,
}

/// What stands between a reference and its symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// Nothing: a plain distance.
    Direct,
    /// A procedure linkage table entry, if the linker thinks it needs one.
    Plt,
    /// A global offset table entry.
    Got,
}

impl RelocKind {
    /// Size of the field in bytes; `None` when it is not known.
    pub fn size(self) -> Option<u8> {
        match self {
            RelocKind::Absolute { size }
            | RelocKind::Relative { size, .. }
            | RelocKind::FromTable { size, .. }
            | RelocKind::Other { size } => Some(size),
            RelocKind::Unknown => None,
        }
    }

    /// Whether the field holds a distance from itself, so that the bytes of the instruction behind the field
    /// count into the addend.
    pub fn is_relative(self) -> bool {
        matches!(self, RelocKind::Relative { .. })
    }
}

/// One instruction, or a run of bytes that could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insn {
    /// Offset in bytes from the start of the code.
    pub offset: u32,
    /// Length in bytes, at least 1.
    pub len: u8,
    /// What it does to the flow of control.
    pub kind: InsnKind,
    /// For direct branches: equal exactly if two differ only in encoding length and target. 0 otherwise.
    pub opcode: u32,
    /// The field that holds a distance inside the section and that no relocation fills.
    pub field: Option<Field>,
    /// Offset from the start of the section that `field` leads to.
    pub target: Option<u64>,
}

impl Insn {
    /// Offset in bytes, from the start of the code, of the byte behind the instruction.
    pub fn end(&self) -> u32 {
        self.offset + u32::from(self.len)
    }
}

/// Some bits of a run of bytes inside an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Offset in bytes from the start of the instruction.
    pub offset: u8,
    /// Size in bytes, at most 4.
    pub size: u8,
    /// Which bits: byte `i` of the field, as it lies in the file, has bits `8 * i` to `8 * i + 7` of it, whatever
    /// the byte order.
    pub bits: u32,
}

impl Field {
    /// All bits of `size` bytes.
    pub fn whole(offset: u8, size: u8) -> Field {
        Field { offset, size, bits: u32::MAX }
    }

    /// Which bits of the instruction's byte `at`, counted from its start, belong to the field.
    pub fn bits_at(self, at: usize) -> u8 {
        match at.checked_sub(usize::from(self.offset)) {
            Some(i) if i < usize::from(self.size.min(4)) => (self.bits >> (8 * i)) as u8,
            _ => 0,
        }
    }
}

/// Where the distance counts from that a relocated field holds. The addend is counted in already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From the start of the field.
    Field,
    /// In code from the end of the instruction, in data from the start of the field: x86.
    InstructionEnd,
    /// From so many bytes behind the start of the field, in code and in data: what the processor adds by itself when
    /// it executes the instruction, such as 8 in A32, 4 in T32 and -2 on s390.
    Ahead(i8),
    /// From a place in the code that took its own address: the addend is how many bytes before the start of the field
    /// it is, and says nothing else. Data has no such places.
    Label,
    /// In data among code from what the program counter reads as where it is added to what the field holds, as far as
    /// [`crate::Arch::readers`] tells; elsewhere from the start of the field.
    Reader,
}

/// Where the distance in a field counts from that code reads and adds the program counter to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Offset of the field in bytes from the start of the code.
    pub site: u32,
    /// Offset in bytes from the start of the code of the place that the distance counts from.
    pub origin: u32,
}

/// What an instruction has to do with an address that relocations made: compilers reach several data objects from one
/// address (section anchors), so that what a relocation names need not be what the code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Index of the instruction.
    pub insn: u32,
    /// The address that it begins with.
    pub base: Base,
    /// What it does with it.
    pub how: ReachHow,
}

/// An address that relocations made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// That of the relocation at this offset, in bytes from the start of the code.
    Site(u32),
    /// That which the instruction at this offset, in bytes from the start of the code, loads; it is one only if a
    /// literal lies there.
    Literal(u32),
}

/// What an instruction does with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReachHow {
    /// It does nothing but make the address, a part of it, or another one by adding a number; what becomes of that is
    /// told by others of the function, completely.
    Makes,
    /// It does nothing but make a part of the address; the relocations of those that complete it name all of it.
    Begins,
    /// It means the place so many bytes behind the address. The field holds a number that counts into it, or no bit
    /// where the value is used as it is.
    Leads(Field, i64),
    /// What is reached from here on is not known.
    Lost,
}

/// The relocation type that stands for [`ReachHow::Lost`]. It fills nothing. No ABI has such a type.
pub const REACH_LOST: u32 = 0xffff_0000;

/// The relocation type that stands for [`ReachHow::Makes`]: what such an instruction does shows in others.
pub const REACH_MADE: u32 = 0xffff_0001;

/// A table that an indirect jump of this code goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JumpTable {
    /// Index of the instruction that jumps.
    pub jump: u32,
    /// Where the table begins.
    pub table: TablePlace,
    /// Size of an entry in bytes: 1, 2, 4 or 8.
    pub entry: u8,
    /// Whether entries are numbers with sign.
    pub signed: bool,
    /// What an entry is multiplied with, as a power of two's exponent.
    pub shift: u8,
    /// What is added to it to get the target, as an offset from the start of the section; `None` where entries are
    /// addresses that relocations fill.
    pub base: Option<u64>,
    /// Number of entries, where a comparison in front of the jump tells it.
    pub count: Option<u32>,
}

/// Where a table lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TablePlace {
    /// Where the relocation at this offset, in bytes from the start of the code, leads.
    Site(u32),
    /// Among the code, at this offset from the start of the section.
    Here(u64),
}

/// A field of an instruction that holds an address, a distance to one, or a number that may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// Offset of the field in bytes from the start of the code.
    pub field: u32,
    /// Size of the field in bytes.
    pub size: u8,
    /// Offset in bytes, from the start of the code, of the byte behind the instruction.
    pub end: u32,
    /// How the field tells the address.
    pub form: AddressForm,
    /// The address; for [`AddressForm::Thread`] the distance from the thread pointer.
    pub value: u64,
    /// How many bytes the instruction reads or writes there, when it is known to touch exactly these; `None` when
    /// it only takes the address, or when a register counts into it.
    pub access: Option<u32>,
}

/// How a field tells an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressForm {
    /// A direct branch: the distance from the end of the instruction.
    Branch,
    /// The distance of data from the end of the instruction.
    Relative,
    /// The address itself, or a number.
    Absolute,
    /// An offset in the block of the processor (the segment that kernels use for it).
    Processor,
    /// A distance from the thread pointer.
    Thread,
}

/// What a relocation makes the dynamic linker write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DynamicKind {
    /// The address of the symbol plus addend; without a symbol the addend is the address.
    Address,
    /// The address that a function at the addend's address gives back.
    Resolver,
    /// A number that tells the symbol's module, for thread-local variables.
    ThreadModule,
    /// The symbol's offset in its module's thread-local block, or from the thread pointer.
    ThreadOffset,
    /// A copy of the symbol's initial value.
    Copy,
    /// Not known.
    Unknown,
}

/// What an instruction does to the flow of control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InsnKind {
    /// Goes on behind itself.
    Plain,
    /// Does nothing: may be padding.
    Nop,
    /// A landing pad such as `endbr64`: does nothing, and is not padding.
    LandingPad,
    /// Direct unconditional jump.
    Jump,
    /// Direct conditional jump, loops included.
    ConditionalJump,
    /// Direct call.
    Call,
    /// Jump through a register or memory.
    IndirectJump,
    /// Call through a register or memory.
    IndirectCall,
    /// Return, of any kind.
    Return,
    /// Raises an exception or stops: `ud2`, `int3`, `hlt`.
    Trap,
    /// Data among the code: a literal, or an entry of a table. With a target it is a distance or an address.
    Data,
    /// An instruction of which nothing is known but its length, because nothing here decodes this machine's code.
    Raw,
    /// Bytes that could not be decoded.
    Unknown,
}

impl InsnKind {
    /// Whether it is a branch whose target stands in the instruction.
    pub fn is_direct_branch(self) -> bool {
        matches!(self, InsnKind::Jump | InsnKind::ConditionalJump | InsnKind::Call)
    }

    /// Whether control never reaches what stands behind it.
    pub fn ends_flow(self) -> bool {
        matches!(self, InsnKind::Jump | InsnKind::IndirectJump | InsnKind::Return | InsnKind::Trap)
    }
}

/// What [`crate::Arch::format`] asks a name for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// The place that the relocation at this offset, in bytes from the start of the code, fills.
    Site(u32),
    /// An offset from the start of the section, reached without a relocation.
    Target(u64),
}
