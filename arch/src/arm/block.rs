//! The conditions that an `it` gives to the instructions behind it.

use crate::{Code, Insn, Mode};

/// Which instructions an `it` in front of them gives a condition.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// How many are left.
    left: u32,
}

impl Block {
    /// Whether the next instruction is one.
    pub(super) fn is_inside(&self) -> bool {
        self.left > 0
    }

    /// Goes on behind an instruction that begins with this halfword.
    pub(super) fn step(&mut self, half: u16) {
        self.left = self.left.saturating_sub(1);
        if half & 0xff00 == 0xbf00 && half & 0xf != 0 {
            self.left = length(half);
        }
    }
}

/// The lowest bit that is set ends the mask.
fn length(it: u16) -> u32 {
    4 - u32::from(it & 0xf).trailing_zeros()
}

/// The condition that an `it` gives to a T32 instruction, if one does.
///
/// The `it` is at most three instructions away. Whether a halfword begins an instruction is told by the halfwords in
/// front of it: behind one that cannot be the first of two, one begins.
pub(super) fn condition(code: &Code<'_>, insn: &Insn) -> Option<u32> {
    let behind = code.modes.partition_point(|m| m.offset <= insn.offset);
    let region = behind.checked_sub(1).map(|i| &code.modes[i]).filter(|m| m.mode == Mode::Thumb)?;
    let halves = code.bytes.get(region.offset as usize..insn.offset as usize)?.as_chunks::<2>().0;
    let half = |i: usize| u16::from_le_bytes(halves[i]);
    // Four instructions of four bytes, less one.
    for start in (halves.len().saturating_sub(7)..halves.len()).rev() {
        let it = half(start);
        if it & 0xff00 != 0xbf00 || it & 0xf == 0 || !begins(halves, start) {
            continue;
        }
        let mut at = start + 1;
        let mut place = 0;
        while at < halves.len() {
            at += if half(at) >> 11 >= 0b11101 { 2 } else { 1 };
            place += 1;
        }
        if at != halves.len() || place >= length(it) {
            return None;
        }
        let first = u32::from(it >> 4 & 0xf);
        // The mask has the lowest bit of each condition behind the first.
        let lowest = if place == 0 { first & 1 } else { u32::from(it) >> (4 - place) & 1 };
        return Some(first & !1 | lowest);
    }
    None
}

/// Whether an instruction begins at this halfword.
fn begins(halves: &[[u8; 2]], at: usize) -> bool {
    let run = halves[..at].iter().rev().take_while(|h| u16::from_le_bytes(**h) >> 11 >= 0b11101).count();
    run.is_multiple_of(2)
}
