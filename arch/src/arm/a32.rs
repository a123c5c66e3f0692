//! What one A32 instruction does to the flow of control, and which of its bits hold a distance, by its bits.

use super::bits;
use super::decode::{CALL, Word};
use crate::InsnKind;

/// Condition codes: always, and the room of instructions that have no condition.
const ALWAYS: u32 = 0xe;
const NONE: u32 = 0xf;

/// Looks at one word. `address` is its offset from the start of the section.
pub(super) fn look(word: u32, address: u64) -> Word {
    let found = if_executed(word, address);
    if word >> 28 >= ALWAYS { found } else { found.conditional() }
}

/// Whether the instruction returns or jumps away through a register or memory, when it is executed.
pub(super) fn leaves(word: u32) -> bool {
    matches!(if_executed(word, 0).kind, InsnKind::Return | InsnKind::IndirectJump)
}

fn if_executed(word: u32, address: u64) -> Word {
    // The program counter reads as the address of the instruction after the next one.
    let pc = address.wrapping_add(8);
    if word >> 28 == NONE {
        return unconditional(word, pc);
    }
    match word >> 25 & 7 {
        0b101 => branch(word, pc),
        0b000 | 0b001 => data_processing(word, pc),
        0b010 => load(word, pc),
        // Bit 4 tells media instructions from loads whose offset is a register.
        0b011 if word & 1 << 4 == 0 => load(word, pc),
        0b011 if word & 0xfff0_00f0 == 0xe7f0_00f0 => Word::of(InsnKind::Trap),
        0b100 if word & 0x0010_8000 == 0x0010_8000 => Word::of(match base(word) {
            // `pop`, and what takes a frame down by its frame pointer.
            13 | 11 => InsnKind::Return,
            _ => InsnKind::IndirectJump,
        }),
        0b110 => coprocessor_load(word, pc),
        _ => Word::PLAIN,
    }
}

fn base(word: u32) -> u32 {
    word >> 16 & 0xf
}

fn unconditional(word: u32, pc: u64) -> Word {
    if word >> 25 & 7 == 0b101 {
        let target = pc.wrapping_add_signed(bits::a32_blx(word));
        return Word { opcode: CALL, ..Word::to(InsnKind::Call, bits::A32_BLX, target) };
    }
    if word & 0xfe50_0000 == 0xf810_0000 {
        return Word::of(InsnKind::Return); // rfe
    }
    // Hints for data and instructions that will be read: pldw, pld and pli.
    if word & 0xff3f_f000 == 0xf51f_f000 || word & 0xff7f_f000 == 0xf45f_f000 {
        return literal(bits::A32_OFFSET12, pc, bits::up_or_down(word, word & 0xfff));
    }
    match word >> 25 & 7 {
        0b110 => coprocessor_load(word, pc),
        _ => Word::PLAIN,
    }
}

fn branch(word: u32, pc: u64) -> Word {
    let target = pc.wrapping_add_signed(bits::a32_branch(word));
    let is_call = word & 1 << 24 != 0;
    let kind = if is_call { InsnKind::Call } else { InsnKind::Jump };
    let found = Word::to(kind, bits::A32_BRANCH, target);
    // Linkers make `bl` and `blx` of each other, as the target wants it. There is no `blx` with a condition.
    let exchanged = is_call && word >> 28 == ALWAYS;
    Word { opcode: if exchanged { CALL } else { 0 }, ..found }
}

fn data_processing(word: u32, pc: u64) -> Word {
    match word & 0x0fff_fff0 {
        0x012f_ff10 if word & 0xf == 14 => return Word::of(InsnKind::Return),
        0x012f_ff10 | 0x012f_ff20 => return Word::of(InsnKind::IndirectJump), // bx, bxj
        0x012f_ff30 => return Word::of(InsnKind::IndirectCall),
        _ => {}
    }
    match word {
        // Both do nothing; the second one is what processors without the first have.
        0xe320_f000 | 0xe1a0_0000 => return Word::of(InsnKind::Nop),
        _ if word & 0xfff0_00f0 == 0xe120_0070 || word & 0xfff0_00f0 == 0xe100_0070 => {
            return Word::of(InsnKind::Trap); // bkpt, hlt
        }
        // eret
        _ if word & 0x0fff_ffff == 0x0160_006e => return Word::of(InsnKind::Return),
        _ => {}
    }
    let is_immediate = word & 1 << 25 != 0;
    if !is_immediate && word & 0x90 == 0x90 {
        return extra_load(word, pc);
    }
    let operation = word >> 21 & 0xf;
    let sets_flags = word & 1 << 20 != 0;
    if (8..12).contains(&operation) {
        return Word::PLAIN; // tst, teq, cmp and cmn have no result; without S it is none of them
    }
    if word >> 12 & 0xf == 15 {
        // `mov pc, lr`; with S it returns from an exception.
        let moves_link = word & 0x0fff_ffff == 0x01a0_f00e;
        let kind = if moves_link || sets_flags { InsnKind::Return } else { InsnKind::IndirectJump };
        return Word::of(kind);
    }
    // `adr`, an addition or subtraction. By how much its number is rotated is no part of the field: 0 stays 0.
    if is_immediate && !sets_flags && base(word) == 15 && matches!(operation, 2 | 4) {
        let number = i64::from(bits::a32_immediate(word));
        return literal(0xff, pc, if operation == 4 { number } else { -number });
    }
    Word::PLAIN
}

/// Loads and stores of one word or byte.
fn load(word: u32, pc: u64) -> Word {
    let (is_register, before, writes_back) = (word & 1 << 25 != 0, word & 1 << 24 != 0, word & 1 << 21 != 0);
    let loads_pc = word & 0x0050_0000 == 0x0010_0000 && word >> 12 & 0xf == 15;
    let kind = match () {
        () if !loads_pc => InsnKind::Plain,
        // `ldr pc, [sp], #4`
        () if base(word) == 13 && !before => InsnKind::Return,
        () => InsnKind::IndirectJump,
    };
    if is_register || base(word) != 15 || !before || writes_back {
        return Word::of(kind);
    }
    Word { kind, ..literal(bits::A32_OFFSET12, pc, bits::up_or_down(word, word & 0xfff)) }
}

/// Loads and stores of halfwords, of pairs, and of bytes with sign.
fn extra_load(word: u32, pc: u64) -> Word {
    // Without bits 5 and 6 it is a multiplication, or an access of its own kind.
    let is_literal = word & 0x60 != 0 && word & 0x0160_0000 == 0x0140_0000 && base(word) == 15;
    if is_literal { literal(bits::A32_OFFSET8, pc, bits::a32_offset8(word)) } else { Word::PLAIN }
}

/// Loads and stores of coprocessors: `vldr` among them.
fn coprocessor_load(word: u32, pc: u64) -> Word {
    match coprocessor_offset(word) {
        Some(offset) => literal(bits::A32_COPROCESSOR, pc, offset),
        None => Word::PLAIN,
    }
}

/// The offset of a coprocessor's load or store that reaches from the program counter without changing it. The lower 28
/// bits are the same in both instruction sets.
pub(super) fn coprocessor_offset(word: u32) -> Option<i64> {
    if word & 0x0f20_0000 != 0x0d00_0000 || base(word) != 15 {
        return None;
    }
    // Registers of half the size (coprocessor 9) have their offsets in halfwords.
    let scale = if word >> 8 & 0xf == 9 { 1 } else { 2 };
    Some(bits::up_or_down(word, (word & 0xff) << scale))
}

/// An instruction with the distance of data. Whether it is added or taken away is no part of the field: 0 is the same both
/// ways, and compilers put literals behind the code.
fn literal(field: u32, pc: u64, offset: i64) -> Word {
    Word::to(InsnKind::Plain, field & !bits::UP, (pc & !3).wrapping_add_signed(offset))
}
