//! Calling conventions of x86-64 (System V ABI, AMD64 supplement, 3.2).

use super::effects::{FLAGS, MASKS, VECTORS};
use crate::{Convention, RegSet};

/// Registers from `first` on.
const fn run(set: u128, first: u8, count: u8) -> u128 {
    set | ((1 << count) - 1) << first
}

/// rax, rcx, rdx, rsi, rdi and r8 to r11, all vector and mask registers, the flags.
const CALLER_SAVED: RegSet =
    RegSet::from_bits(run(run(run(0b1111_1100_0111, VECTORS, 32), MASKS, 8), FLAGS, 1));

/// rbx, rsp, rbp and r12 to r15.
const CALLEE_SAVED: RegSet = RegSet::from_bits(0b1111_0000_0011_1000);

/// That of C functions.
pub(super) static CONVENTIONS: &[Convention] = &[Convention {
    name: "c",
    // rdi, rsi, rdx, rcx, r8 and r9.
    arguments: &[7, 6, 2, 1, 8, 9],
    vector_arguments: &[16, 17, 18, 19, 20, 21, 22, 23],
    // rax and rdx, xmm0 and xmm1.
    results: &[0, 2, 16, 17],
    caller_saved: CALLER_SAVED,
    callee_saved: CALLEE_SAVED,
}];
