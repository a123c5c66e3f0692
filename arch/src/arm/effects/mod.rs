//! Registers that instructions read and write, told from the bits (Arm Architecture Reference Manual for A-profile, F3 to
//! F6).
//!
//! What is not in these tables reads and writes everything. An instruction that sets some of the flags counts as setting
//! them, and those that may leave what they set as it was (a condition, half of a vector register) count as reading it.
//! Rounding mode and exception bits of floating-point instructions are left out, as compilers do.

mod a32;
mod floating;
mod t32;
mod vector;

use super::format::mode_at;
use super::{block, t32 as thumb};
use crate::{Code, Effects, Insn, InsnKind, Mode, RegSet};

const NAMES: [&str; 51] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc", "d0",
    "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15", "d16",
    "d17", "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25", "d26", "d27", "d28", "d29", "d30", "d31",
    "cpsr", "fpscr", "system",
];
/// The stack pointer.
pub(super) const SP: u8 = 13;
/// The link register.
pub(super) const LINK: u8 = 14;
/// The first of the registers of eight bytes, of which the others are halves and pairs.
pub(super) const VECTORS: u8 = 16;
/// The flags.
pub(super) const FLAGS: u8 = 48;
/// The status of floating-point instructions.
pub(super) const FP_STATUS: u8 = 49;
/// Any other system register.
const SYSTEM: u8 = 50;

const EVERYTHING: Effects = Effects { reads: RegSet::ALL, writes: RegSet::ALL };

/// The name of one of our register numbers.
pub(super) fn register_name(register: u8) -> &'static str {
    NAMES.get(usize::from(register)).copied().unwrap_or("?")
}

/// Registers that `insn` reads and writes.
pub(super) fn effects(code: &Code<'_>, insn: &Insn) -> Effects {
    if matches!(insn.kind, InsnKind::Data | InsnKind::Unknown) {
        return EVERYTHING;
    }
    match (code.bytes_of(insn), mode_at(code, insn.offset)) {
        (&[a, b, c, d], Mode::Code) => a32(u32::from_le_bytes([a, b, c, d])),
        (&[a, b], Mode::Thumb) => {
            let half = u32::from(u16::from_le_bytes([a, b]));
            narrow(half, block::condition(code, insn).is_some())
        }
        (&[a, b, c, d], Mode::Thumb) => {
            let word = u32::from_le_bytes([a, b, c, d]).rotate_left(16);
            wide(word, block::condition(code, insn).is_some())
        }
        _ => EVERYTHING,
    }
}

/// Registers that an A32 instruction reads and writes.
pub(super) fn a32(word: u32) -> Effects {
    let Some(found) = a32::of_word(word) else { return EVERYTHING };
    let leaves = super::a32::leaves(word);
    finish(found, word >> 28 < 0xe, leaves)
}

/// Registers that a T32 instruction of one halfword reads and writes; `in_block` when an `it` gives its condition.
pub(super) fn narrow(half: u32, in_block: bool) -> Effects {
    let Some(found) = t32::of_half(half, in_block) else { return EVERYTHING };
    let leaves = leaves(thumb::look_narrow(half as u16, 0).kind);
    finish(found, in_block, leaves)
}

/// Registers that a T32 instruction of two halfwords reads and writes. `word` has the first halfword in front.
pub(super) fn wide(word: u32, in_block: bool) -> Effects {
    let Some(found) = t32::of_word(word) else { return EVERYTHING };
    let leaves = leaves(thumb::look_wide(word.rotate_left(16), 0).kind);
    finish(found, in_block, leaves)
}

fn leaves(kind: InsnKind) -> bool {
    matches!(kind, InsnKind::Return | InsnKind::IndirectJump)
}

/// `leaves` when the instruction returns or jumps away. Where that may not happen nothing else tells it, so that all
/// registers count as read: whoever is returned to may read them.
fn finish(found: Registers, is_conditional: bool, leaves: bool) -> Effects {
    let (mut reads, writes) = (RegSet::from_bits(found.reads), RegSet::from_bits(found.writes));
    if is_conditional {
        reads = reads.union(writes);
        reads.insert(FLAGS);
        if leaves {
            reads = RegSet::ALL;
        }
    }
    Effects { reads, writes }
}

/// Registers of one instruction while its bits are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Registers {
    reads: u128,
    writes: u128,
}

impl Registers {
    const NONE: Registers = Registers { reads: 0, writes: 0 };

    /// Reads the general register whose number the lowest four bits of `number` are. The program counter is left out.
    fn reads(mut self, number: u32) -> Self {
        self.reads |= 1 << (number & 15) & 0x7fff;
        self
    }

    fn writes(mut self, number: u32) -> Self {
        self.writes |= 1 << (number & 15) & 0x7fff;
        self
    }

    fn changes(self, number: u32) -> Self {
        self.reads(number).writes(number)
    }

    fn reads_if(self, condition: bool, number: u32) -> Self {
        if condition { self.reads(number) } else { self }
    }

    fn writes_if(self, condition: bool, number: u32) -> Self {
        if condition { self.writes(number) } else { self }
    }

    /// Writes where `loads`, else reads.
    fn moves(self, loads: bool, number: u32) -> Self {
        if loads { self.writes(number) } else { self.reads(number) }
    }

    /// The general registers of a list.
    fn moves_list(mut self, loads: bool, list: u32) -> Self {
        let list = u128::from(list & 0x7fff);
        if loads {
            self.writes |= list;
        } else {
            self.reads |= list;
        }
        self
    }

    /// Reads a register that is not a general one, by its number in [`RegSet`].
    fn reads_other(mut self, number: u8) -> Self {
        self.reads |= 1 << number;
        self
    }

    fn writes_other(mut self, number: u8) -> Self {
        self.writes |= 1 << number;
        self
    }

    fn sets_flags_if(self, condition: bool) -> Self {
        if condition { self.writes_other(FLAGS) } else { self }
    }

    /// Sets flags that no comparison asks for (Q, GE), and leaves the others as they were.
    fn marks(self) -> Self {
        self.reads_other(FLAGS).writes_other(FLAGS)
    }

    fn reads_flags_if(self, condition: bool) -> Self {
        if condition { self.reads_other(FLAGS) } else { self }
    }
}

/// A call of the kernel of Linux (`man 2 syscall`): the number in r7, arguments in r0 to r6, the result in r0.
fn system_call() -> Registers {
    Registers { reads: 0xff, writes: 1 }
}
