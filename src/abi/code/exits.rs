//! Where a function is left, and which registers it gives back as it found them.

use fixscope_arch::{Convention, RegSet};

use super::contract::Exit;
use super::graph::{Body, Leaves};
use crate::normalize::Normalized;

/// The exits of a function.
///
/// A register that calls keep has its old value back once it was loaded from the stack, if it was put there before: that
/// is how compilers do it, and which slot it is need not be followed for it. Code that loads another value last, and so
/// from the stack, is taken to give the register back only if it also saved the register.
pub(super) fn exits(n: &Normalized<'_, '_>, c: &Convention, body: &Body) -> Vec<Exit> {
    let stack = n.arch.stack_register();
    let kept = c.callee_saved.without(RegSet::from_iter([stack]));
    let touches_stack = |reads: RegSet| {
        reads.contains(stack) || c.callee_saved.intersection(reads).iter().any(|r| is_frame(n, r))
    };
    let mut saved = RegSet::EMPTY;
    for step in &body.steps {
        let e = step.effects;
        if touches_stack(e.reads) {
            saved = saved.union(e.reads.without(e.writes));
        }
    }
    // By block: registers with another value at its start. It only grows.
    let mut changed = vec![RegSet::EMPTY; body.blocks.len()];
    let mut waiting: Vec<usize> = (0..body.blocks.len()).rev().collect();
    let mut exits = vec![None; body.blocks.len()];
    while let Some(i) = waiting.pop() {
        let block = &body.blocks[i];
        let mut now = changed[i];
        for step in &body.steps[block.steps.clone()] {
            let e = step.effects;
            let written = e.writes.intersection(kept);
            let back = match touches_stack(e.reads) && step.call.is_none() {
                true => written.without(e.reads.without(frames(n))).intersection(saved),
                false => RegSet::EMPTY,
            };
            now = now.union(written).without(back);
        }
        exits[i] = Some(now);
        for &next in &block.next {
            let next = next as usize;
            let more = changed[next].union(now);
            if more != changed[next] {
                changed[next] = more;
                waiting.push(next);
            }
        }
    }
    let mut found = Vec::new();
    for (block, changed) in body.blocks.iter().zip(exits) {
        let (Some(leaves), Some(changed)) = (block.leaves, changed) else { continue };
        let step = &body.steps[block.steps.end - 1];
        found.push(Exit {
            piece: body.pieces[step.piece as usize],
            at: step.offset.into(),
            is_tail_call: matches!(leaves, Leaves::Tail(_)),
            changed,
        });
    }
    found
}

/// Registers that may point at the frame: what was saved is loaded from there too.
fn frames(n: &Normalized<'_, '_>) -> RegSet {
    (0..128u8).filter(|&r| is_frame(n, r)).collect()
}

fn is_frame(n: &Normalized<'_, '_>, register: u8) -> bool {
    matches!(n.arch.register_name(register), "rbp" | "ebp" | "x29" | "r7" | "r11")
}
