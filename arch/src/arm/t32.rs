//! What one T32 instruction does to the flow of control, and which of its bits hold a distance, by its bits.

use super::bits::{self, t32};
use super::decode::{CALL, Word};
use super::{a32, decode};
use crate::InsnKind;

/// Whether an instruction that begins with this halfword has another one.
pub(super) fn is_wide(first: u16) -> bool {
    first >> 11 >= 0b11101
}

/// Looks at an instruction of one halfword. `address` is its offset from the start of the section.
pub(super) fn look_narrow(half: u16, address: u64) -> Word {
    let pc = address.wrapping_add(4);
    let half = u32::from(half);
    let word = match half >> 12 {
        0b1101 => return conditional_branch(half, pc),
        0b1110 => {
            let target = pc.wrapping_add_signed(bits::signed(half << 1, 12));
            Word { opcode: decode::JUMP, ..Word::to(InsnKind::Jump, 0x07ff, target) }
        }
        0b0100 if half & 0x0800 != 0 => literal(0xff, pc, i64::from(half & 0xff) << 2),
        0b1010 if half & 0x0800 == 0 => literal(0xff, pc, i64::from(half & 0xff) << 2),
        0b0100 => high_registers(half),
        0b1011 => miscellaneous(half, pc),
        _ => Word::PLAIN,
    };
    Word { len: 2, ..word }
}

fn conditional_branch(half: u32, pc: u64) -> Word {
    let condition = half >> 8 & 0xf;
    let word = match condition {
        0xe => Word::of(InsnKind::Trap), // udf
        0xf => Word::PLAIN,              // svc
        _ => {
            let target = pc.wrapping_add_signed(bits::signed(half << 1, 9));
            Word {
                opcode: decode::JUMP | (1 + condition),
                ..Word::to(InsnKind::ConditionalJump, 0x00ff, target)
            }
        }
    };
    Word { len: 2, ..word }
}

/// Instructions that reach all registers, the program counter among them.
fn high_registers(half: u32) -> Word {
    let source = half >> 3 & 0xf;
    match half {
        0x46c0 => Word::of(InsnKind::Nop), // mov r8, r8: what processors without `nop` have
        _ if half & 0xff80 == 0x4780 => Word::of(InsnKind::IndirectCall),
        // bx; mov pc
        _ if half & 0xff80 == 0x4700 || half & 0xff87 == 0x4687 => {
            Word::of(if source == 14 { InsnKind::Return } else { InsnKind::IndirectJump })
        }
        _ if half & 0xff87 == 0x4487 => Word::of(InsnKind::IndirectJump), // add pc
        _ => Word::PLAIN,
    }
}

fn miscellaneous(half: u32, pc: u64) -> Word {
    match half {
        _ if half & 0x0500 == 0x0100 => {
            let target = pc.wrapping_add_signed(bits::t32_compare(half));
            Word::to(InsnKind::ConditionalJump, bits::T32_COMPARE, target)
        }
        _ if half & 0xff00 == 0xbd00 => Word::of(InsnKind::Return), // pop with pc
        _ if half & 0xff00 == 0xbe00 || half & 0xffc0 == 0xba80 => Word::of(InsnKind::Trap), // bkpt, hlt
        0xbf00 => Word::of(InsnKind::Nop),
        _ => Word::PLAIN,
    }
}

/// Looks at an instruction of two halfwords. `file` is the word as the file has it.
pub(super) fn look_wide(file: u32, address: u64) -> Word {
    let word = t32(file);
    let pc = address.wrapping_add(4);
    if word & 0xf800_8000 == 0xf000_8000 {
        return branch_or_system(word, pc);
    }
    if word & 0xfbff_8000 == 0xf20f_0000 || word & 0xfbff_8000 == 0xf2af_0000 {
        let number = i64::from(bits::t32_plain(word)); // adr.w
        return literal(bits::T32_ADDRESS, pc, if word & 0x00a0_0000 == 0 { number } else { -number });
    }
    match word >> 25 & 0x7f {
        0b111_0100 => multiple_or_dual(word, pc),
        0b111_1100 => single(word, pc),
        // Coprocessors' instructions are those of A32 in both of its rooms.
        0b111_0110 | 0b111_1110 => match a32::coprocessor_offset(word) {
            Some(offset) => literal(bits::T32_OFFSET8, pc, offset),
            None => Word::PLAIN,
        },
        _ => Word::PLAIN,
    }
}

fn branch_or_system(word: u32, pc: u64) -> Word {
    match (word >> 14 & 1, word >> 12 & 1) {
        (0, 0) if word >> 23 & 7 == 7 => system(word),
        (0, 0) => {
            let condition = word >> 22 & 0xf;
            let target = pc.wrapping_add_signed(bits::t32_conditional(word));
            let kind = InsnKind::ConditionalJump;
            Word { opcode: decode::JUMP | (1 + condition), ..Word::to(kind, bits::T32_CONDITIONAL, target) }
        }
        (0, _) => {
            let target = pc.wrapping_add_signed(bits::t32_branch(word));
            Word { opcode: decode::JUMP, ..Word::to(InsnKind::Jump, bits::T32_BRANCH, target) }
        }
        (_, 1) => call(bits::T32_BRANCH, pc.wrapping_add_signed(bits::t32_branch(word))),
        // With the last bit set it begins or ends a loop of the profile for microcontrollers.
        (_, _) if word & 1 != 0 => Word::PLAIN,
        // `blx` reaches words, so that the last bit is no part of the distance.
        (_, _) => call(bits::T32_BRANCH & !t32(1), (pc & !3).wrapping_add_signed(bits::t32_branch(word))),
    }
}

fn call(field: u32, target: u64) -> Word {
    Word { opcode: CALL, ..Word::to(InsnKind::Call, field, target) }
}

fn system(word: u32) -> Word {
    match word {
        0xf3af_8000 => Word::of(InsnKind::Nop),
        _ if word & 0xffff_ff00 == 0xf3de_8f00 => Word::of(InsnKind::Return), // subs pc, lr; eret
        _ if word & 0xfff0_ffff == 0xf3c0_8f00 => Word::of(InsnKind::IndirectJump), // bxj
        _ if word & 0xfff0_f000 == 0xf7f0_a000 => Word::of(InsnKind::Trap),   // udf.w
        _ => Word::PLAIN,
    }
}

/// Loads and stores of several registers, of pairs and of those that are exclusive, and jumps through tables.
fn multiple_or_dual(word: u32, pc: u64) -> Word {
    let base = word >> 16 & 0xf;
    // tbb and tbh
    if word & 0xfff0_ffe0 == 0xe8d0_f000 {
        return Word::of(InsnKind::IndirectJump);
    }
    let is_multiple = word & 1 << 22 == 0;
    let loads = word & 1 << 20 != 0;
    if is_multiple {
        return match word >> 23 & 3 {
            0 | 3 if loads => Word::of(InsnKind::Return), // rfe
            1 | 2 if loads && word & 0x8000 != 0 => {
                Word::of(if base == 13 { InsnKind::Return } else { InsnKind::IndirectJump })
            }
            _ => Word::PLAIN,
        };
    }
    // ldrd of a literal
    if word & 0xff7f_0000 == 0xe95f_0000 {
        return literal(bits::T32_OFFSET8, pc, bits::up_or_down(word, (word & 0xff) << 2));
    }
    Word::PLAIN
}

/// Loads and stores of one register.
fn single(word: u32, pc: u64) -> Word {
    let (loads, extends, size) = (word & 1 << 20 != 0, word & 1 << 24 != 0, word >> 21 & 3);
    // Words have no sign to extend; nothing has the fourth size.
    if !loads || size == 3 || size == 2 && extends {
        return Word::PLAIN;
    }
    let loads_pc = word & 0xff70_f000 == 0xf850_f000;
    let kind = match () {
        () if !loads_pc => InsnKind::Plain,
        () if word & 0xffff_ff00 == 0xf85d_fb00 => InsnKind::Return, // ldr pc, [sp], #4
        () => InsnKind::IndirectJump,
    };
    if word >> 16 & 0xf == 15 {
        return Word { kind, ..literal(bits::T32_OFFSET12, pc, bits::up_or_down(word, word & 0xfff)) };
    }
    Word::of(kind)
}

fn literal(field: u32, pc: u64, offset: i64) -> Word {
    Word::to(InsnKind::Plain, field & !t32(bits::UP), (pc & !3).wrapping_add_signed(offset))
}
