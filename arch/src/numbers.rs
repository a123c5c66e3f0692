//! The numbers that stand in instructions, apart from what the instructions do with them.

/// An instruction taken apart into what it does and the numbers it does it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Equal exactly if two instructions differ only in `values`, in fields that relocations fill, in the distances
    /// that they hold, and in how many bytes all these take.
    pub shape: Shape,
    /// The numbers in the order of displacement and immediates. No relocation fills them, and they are no distances
    /// from the instruction.
    pub values: [Option<Number>; 3],
    /// Whether it does nothing but put its immediate into a register or memory.
    pub loads_immediate: bool,
}

/// What an instruction does, without its numbers. It can be compared and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shape(pub(crate) [u64; 4]);

/// One number of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Its value, extended with its sign to 64 bits.
    pub value: i64,
    /// What it is for.
    pub role: NumberRole,
}

/// What a number of an instruction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberRole {
    /// Bytes added to an address; 0 where the address is that of a register alone.
    Displacement,
    /// Bytes added to the stack pointer, to reach into the frame or to make it: the compiler chooses them.
    Frame,
    /// A number to calculate with, to store or to hand over.
    Immediate,
}
