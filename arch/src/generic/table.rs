//! What is known of a machine whose instructions are not decoded, as data.

use super::anchors::Registers;
use crate::code::Via;
use crate::{InsnKind, Origin, RelocKind};

/// A machine.
#[derive(Debug)]
pub(super) struct Table {
    /// Name as reports show it.
    pub name: &'static str,
    /// Whether the words of instructions are big-endian. That of data may be another one.
    pub is_big_endian: bool,
    /// How long an instruction is.
    pub lengths: Lengths,
    /// What relocation types do, by type; those that lie behind the end are unknown.
    pub relocations: &'static [Fill; TYPES],
    /// Whether an entry of a relocation table has up to three types in its four lowest bytes (64-bit MIPS).
    pub packs_types: bool,
    /// Relocation types that fill the high half, and the type that fills the low half of the same number, for
    /// tables without addends (SHT_REL).
    pub halves: &'static [(u32, u32)],
    /// Instructions that say something by themselves. Of several that fit the first one counts.
    pub patterns: &'static [Pattern],
    /// Those that come before, and that another machine of the family does not have.
    pub own_patterns: &'static [Pattern],
    /// Instructions that hold a part of a distance that the assembler may have resolved, so that nothing can be said
    /// about where they lead.
    pub suspects: &'static [Pattern],
    /// How addresses go through registers.
    pub registers: Registers,
    /// Where the distance of such an address counts from.
    pub reach_origin: Origin,
    /// Instructions that do nothing: length in bytes and word.
    pub nops: &'static [(u8, u64)],
    /// What linkers fill the room between functions with, beside these: instructions that stop, of four bytes.
    pub traps: &'static [u64],
    /// Which of the former only move what follows to a round address.
    pub alignment: Alignment,
}

/// Number of relocation types that tables tell of. No machine has larger ones.
pub(super) const TYPES: usize = 256;

/// How long an instruction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lengths {
    /// Four bytes.
    Word,
    /// Four bytes, and eight where the first six bits are 1 (Power ISA 3.1, book I, 1.6.3).
    Prefixed,
    /// Two, four or six bytes by the two highest bits (z/Architecture Principles of Operation, chapter 5,
    /// "Instruction Formats").
    HighBits,
    /// Two bytes, or four where the two lowest bits are set (RISC-V, volume I, 1.5).
    LowBits,
    /// Nobody knows. Bytes are taken by four, since relocations and functions begin at such places mostly.
    Unknown,
}

/// Which instructions that do nothing are alignment, inside of a function. Between functions all of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    /// All.
    All,
    /// Those that do not stand behind a branch, where the linker puts an instruction instead.
    NotBehindBranches,
    /// None: they fill the places behind branches, which are executed.
    None,
}

/// What a relocation type does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fill {
    /// What it puts where.
    pub kind: RelocKind,
    /// Which bits of the field, read as a number in the byte order of instructions.
    pub bits: u64,
    /// Where a distance counts from.
    pub origin: Origin,
    /// Whether its symbol names an instruction whose relocation leads where this one does.
    pub follows: bool,
    /// Whether it marks bytes that only fill up to a round address.
    pub aligns: bool,
}

impl Fill {
    /// A type that is not known.
    pub const UNKNOWN: Fill = Fill::new(RelocKind::Unknown);

    const fn new(kind: RelocKind) -> Fill {
        Fill { kind, bits: u64::MAX, origin: Origin::Field, follows: false, aligns: false }
    }

    /// Only these bits of the field.
    pub const fn bits(self, bits: u64) -> Fill {
        Fill { bits, ..self }
    }

    /// The distance counts from so many bytes behind the field.
    pub const fn ahead(self, bytes: i8) -> Fill {
        Fill { origin: Origin::Ahead(bytes), ..self }
    }

    /// The symbol names the instruction with the other part of the address.
    pub const fn follows(self) -> Fill {
        Fill { follows: true, ..self }
    }

    /// The bytes from here on are filler.
    pub const fn aligns(self) -> Fill {
        Fill { aligns: true, ..self }
    }
}

/// An address of `size` bytes.
pub(super) const fn address(size: u8) -> Fill {
    Fill::new(RelocKind::Absolute { size })
}

/// A distance in `size` bytes.
pub(super) const fn distance(size: u8) -> Fill {
    Fill::new(RelocKind::Relative { size, via: Via::Direct })
}

/// A distance to code that the procedure linkage table may stand for.
pub(super) const fn call(size: u8) -> Fill {
    Fill::new(RelocKind::Relative { size, via: Via::Plt })
}

/// A distance to an entry of the global offset table.
pub(super) const fn entry(size: u8) -> Fill {
    Fill::new(RelocKind::Relative { size, via: Via::Got })
}

/// Something else in `size` bytes: a part of an address, an offset in a table or in a block.
pub(super) const fn other(size: u8) -> Fill {
    Fill::new(RelocKind::Other { size })
}

/// Something else in some bits of an instruction of four bytes.
pub(super) const fn part(bits: u64) -> Fill {
    other(4).bits(bits)
}

/// A marker that fills nothing.
pub(super) const fn marker() -> Fill {
    other(0)
}

/// Puts a list of relocation types, each with what it does, in the order of the types.
pub(super) const fn by_type(lists: &[(&[u32], Fill)]) -> [Fill; TYPES] {
    let mut all = [Fill::UNKNOWN; TYPES];
    let mut i = 0;
    while i < lists.len() {
        let (types, fill) = lists[i];
        let mut j = 0;
        while j < types.len() {
            all[types[j] as usize] = fill;
            j += 1;
        }
        i += 1;
    }
    all
}

/// An instruction that says something by itself: where it leads, or what it does to the flow of control.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern {
    /// Length in bytes.
    pub len: u8,
    /// Bits of the word that tell it, and their value.
    pub mask: u64,
    pub value: u64,
    /// What it does to the flow of control.
    pub kind: InsnKind,
    /// The bits that hold a distance; none where it leads nowhere.
    pub distance: &'static [Piece],
    /// Where the distance counts from.
    pub from: From,
    /// For branches that assemblers encode in several lengths.
    pub alike: Option<Alike>,
}

/// Bits of a word and what they are in a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// The lowest bit of the word.
    pub bit: u8,
    /// How many.
    pub count: u8,
    /// The bit of the number that the lowest one is.
    pub to: u8,
}

/// Where a distance counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// So many bytes behind the start of the instruction.
    Start(u8),
    /// The start of the 256 megabytes that the next instruction lies in.
    Region,
}

/// What an encoding has in common with those of other lengths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alike {
    /// A number that they share.
    pub number: u32,
    /// The bits, at most eight, that tell the rest: a condition or a register.
    pub detail: Piece,
    /// What is added to these to get what the other encodings have there.
    pub plus: u32,
}

impl Pattern {
    /// An instruction of `len` bytes that these bits tell.
    pub const fn new(len: u8, mask: u64, value: u64, kind: InsnKind) -> Pattern {
        Pattern { len, mask, value, kind, distance: &[], from: From::Start(0), alike: None }
    }

    /// It leads to a place so far from its start.
    pub const fn leads(self, distance: &'static [Piece]) -> Pattern {
        Pattern { distance, ..self }
    }

    /// The distance counts from there.
    pub const fn from(self, from: From) -> Pattern {
        Pattern { from, ..self }
    }

    /// Encodings of other lengths have the same number, and the same detail.
    pub const fn alike(self, number: u32, bit: u8, count: u8, plus: u32) -> Pattern {
        Pattern { alike: Some(Alike { number, detail: Piece { bit, count, to: 0 }, plus }), ..self }
    }

    /// Whether an instruction is one of these.
    pub fn fits(&self, len: u8, word: u64) -> bool {
        len == self.len && word & self.mask == self.value
    }

    /// The distance that the word holds, in bytes.
    pub fn distance(&self, word: u64) -> i64 {
        let top = self.distance.iter().map(|p| p.to + p.count).max().unwrap_or(0);
        let number = self.distance.iter().fold(0, |number, p| number | p.of(word) << p.to);
        if self.from == From::Region || top == 0 || top >= 64 {
            return number as i64;
        }
        (number << (64 - top)) as i64 >> (64 - top)
    }

    /// The bits of the word that hold the distance.
    pub fn bits(&self) -> u64 {
        self.distance.iter().fold(0, |bits, p| bits | ((1 << p.count) - 1) << p.bit)
    }
}

impl Piece {
    /// The number in these bits of a word.
    pub fn of(self, word: u64) -> u64 {
        word >> self.bit & ((1 << self.count) - 1)
    }
}

/// `count` bits of a word from `bit` on, which are those of a number from `to` on.
pub(super) const fn piece(bit: u8, count: u8, to: u8) -> Piece {
    Piece { bit, count, to }
}
