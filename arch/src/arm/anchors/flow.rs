//! Where control goes inside of a function.

use crate::{Code, Insn, InsnKind};

/// Instructions that are done one after the other, and where to go on.
pub(super) struct Block {
    /// Index of the first instruction.
    pub first: usize,
    /// Index behind the last one.
    pub end: usize,
    /// Indices of blocks.
    pub next: Vec<usize>,
}

/// The blocks of a function in order.
pub(super) fn blocks(code: &Code<'_>, insns: &[Insn]) -> Vec<Block> {
    let index_of = |target: u64| {
        let at = u32::try_from(target.checked_sub(code.address)?).ok()?;
        insns.binary_search_by_key(&at, |i| i.offset).ok()
    };
    let mut starts = vec![false; insns.len() + 1];
    starts[0] = true;
    for (i, insn) in insns.iter().enumerate() {
        // Entries of tables lead somewhere too.
        let is_jump = matches!(insn.kind, InsnKind::Jump | InsnKind::ConditionalJump);
        if (is_jump || insn.kind == InsnKind::Data)
            && let Some(to) = insn.target.and_then(index_of)
        {
            starts[to] = true;
        }
        if is_jump || insn.kind.ends_flow() || insn.kind == InsnKind::Data {
            starts[i + 1] = true;
        }
    }
    starts[insns.len()] = true;
    let firsts: Vec<usize> = (0..=insns.len()).filter(|&i| starts[i]).collect();
    let block_at = |i: usize| firsts[..firsts.len() - 1].binary_search(&i).ok();
    firsts
        .windows(2)
        .map(|pair| {
            let last = &insns[pair[1] - 1];
            let mut next = Vec::new();
            if matches!(last.kind, InsnKind::Jump | InsnKind::ConditionalJump) {
                next.extend(last.target.and_then(index_of).and_then(block_at));
            }
            // What raises an exception may go on behind itself, as the kernel's warnings do. Nothing goes on behind data.
            let goes_on = !last.kind.ends_flow() || last.kind == InsnKind::Trap;
            if goes_on && last.kind != InsnKind::Data {
                next.extend(block_at(pair[1]));
            }
            Block { first: pair[0], end: pair[1], next }
        })
        .collect()
}
