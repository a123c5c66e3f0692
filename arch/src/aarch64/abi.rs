//! Calling conventions of AArch64 ("Procedure Call Standard for the Arm 64-bit Architecture", 6.1 and 6.4 to 6.9).

use super::effects::{FLAGS, PREDICATES, SP, VECTORS};
use crate::{Convention, RegSet};

/// Registers from `first` on.
const fn run(set: u128, first: u8, count: u8) -> u128 {
    set | ((1 << count) - 1) << first
}

/// x0 to x17, the platform register x18, x30, v0 to v7 and v16 to v31, predicates and flags. Of v8 to v15 the low halves
/// are kept and the high ones are not: they count as kept, because that is what compilers rely on.
const CALLER_SAVED: RegSet = RegSet::from_bits(run(
    run(run(run(run(run(0, 0, 19), 30, 1), VECTORS, 8), VECTORS + 16, 16), FLAGS, 1),
    PREDICATES,
    17,
));

/// x19 to x29, sp, and the low halves of v8 to v15.
const CALLEE_SAVED: RegSet = RegSet::from_bits(run(run(run(0, 19, 11), SP, 1), VECTORS + 8, 8));

/// x0 to x7.
const ARGUMENTS: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7];

/// That of C functions, and that of kernels, which do without vectors and keep x18 for themselves (Linux: the shadow
/// call stack).
pub(super) static CONVENTIONS: &[Convention] = &[
    Convention {
        name: "c",
        arguments: ARGUMENTS,
        vector_arguments: &[32, 33, 34, 35, 36, 37, 38, 39],
        // A result of two words takes x0 and x1, of four floating-point numbers v0 to v3. The address of a larger one
        // comes in x8 and need not be given back.
        results: &[0, 1, 32, 33, 34, 35],
        caller_saved: CALLER_SAVED,
        callee_saved: CALLEE_SAVED,
    },
    Convention {
        name: "kernel",
        arguments: ARGUMENTS,
        vector_arguments: &[],
        results: &[0, 1],
        caller_saved: RegSet::from_bits(run(run(run(0, 0, 18), 30, 1), FLAGS, 1)),
        // x18 to x29 and sp; nobody uses vectors.
        callee_saved: RegSet::from_bits(run(run(0, 18, 12), SP, 1)),
    },
];
