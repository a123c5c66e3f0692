//! Tables that `tbb` and `tbh` jump through.

use super::bits::t32;
use crate::{Code, Insn, InsnKind};

/// A table behind the instruction that jumps through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Table {
    /// Offset in bytes from the start of the code.
    pub start: u32,
    /// Size of an entry in bytes.
    pub entry: u8,
    /// Number of entries.
    pub count: u32,
}

/// So many instructions before the jump the comparison is looked for.
const NEAR: usize = 6;

/// The table behind the last of `insns`, `word`, if that jumps through one and a comparison in front of it says how long
/// it is. To take all data behind it for the table was the alternative; a literal there would be taken for a distance.
pub(super) fn of_jump(code: &Code<'_>, insns: &[Insn], word: u32) -> Option<Table> {
    if word & 0xffff_ffe0 != 0xe8df_f000 {
        return None;
    }
    let jump = insns.last()?;
    let count = bound(code, &insns[..insns.len() - 1], word & 0xf)?;
    Some(Table { start: jump.end(), entry: if word & 0x10 == 0 { 1 } else { 2 }, count })
}

/// How many values the register may have: `cmp r, #n` and a branch to elsewhere above it stand in front.
fn bound(code: &Code<'_>, insns: &[Insn], register: u32) -> Option<u32> {
    let mut inclusive = None;
    for insn in insns.iter().rev().take(NEAR) {
        let bytes = code.bytes_of(insn);
        let half = bytes.get(..2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes).map(u32::from)?;
        let wide = bytes.try_into().map(u32::from_le_bytes).map(t32).ok();
        match (insn.kind, wide) {
            (InsnKind::ConditionalJump, _) => {
                // Higher, and higher or same; anything else leaves the number open.
                inclusive = match (insn.opcode & 0xff).checked_sub(1) {
                    Some(8) => Some(true),
                    Some(2) => Some(false),
                    _ => return None,
                };
            }
            (InsnKind::Plain, None) if half & 0xff00 == 0x2800 | register << 8 => {
                return inclusive.map(|inclusive| (half & 0xff) + u32::from(inclusive));
            }
            // cmp.w of a number without rotation
            (InsnKind::Plain, Some(wide)) if wide & 0xffff_ff00 == 0xf1b0_0f00 | register << 16 => {
                return inclusive.map(|inclusive| (wide & 0xff) + u32::from(inclusive));
            }
            // What may set the register, or the flags that the branch asks, ends the search.
            (InsnKind::Plain, None) if inclusive.is_none() && is_harmless(half, register) => {}
            (InsnKind::Nop, _) => {}
            _ => return None,
        }
    }
    None
}

/// Whether an instruction of one halfword is a plain `mov` to another register, or a store.
fn is_harmless(half: u32, register: u32) -> bool {
    let is_move = half & 0xff00 == 0x4600 && (half >> 4 & 8 | half & 7) != register;
    let loads_number = half & 0xf800 == 0x2000 && half >> 8 & 7 != register;
    let is_store = half & 0xf800 == 0x6000 || half & 0xf800 == 0x9000;
    is_move || loads_number || is_store
}
