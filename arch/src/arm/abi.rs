//! Calling conventions of Arm with 32 bits (Procedure Call Standard for the Arm Architecture, 6.1 and 7.1).

use super::effects::{FLAGS, FP_STATUS, VECTORS};
use crate::{Convention, RegSet};

/// r0 to r3, r12 and lr.
const CORE_CHANGED: u128 = 0b0101_0000_0000_1111;
/// r4 to r11 and sp.
const CORE_KEPT: u128 = 0b0010_1111_1111_0000;
/// d8 to d15.
const VECTORS_KEPT: u128 = 0xff << (VECTORS + 8);
/// d0 to d7 and d16 to d31, the flags and the status.
const OTHERS_CHANGED: u128 = (0xffff_00ff << VECTORS) | (1 << FLAGS) | (1 << FP_STATUS);

const CALLER_SAVED: RegSet = RegSet::from_bits(CORE_CHANGED | OTHERS_CHANGED);
const CALLEE_SAVED: RegSet = RegSet::from_bits(CORE_KEPT | VECTORS_KEPT);

/// That of C functions with floating-point arguments in vector registers (`-mfloat-abi=hard`), and the base standard: that
/// of `-mfloat-abi=softfp` and of variadic functions, of helpers of the compiler, and of the kernel.
pub(super) static CONVENTIONS: &[Convention] = &[
    Convention {
        name: "c",
        arguments: &[0, 1, 2, 3],
        vector_arguments: &[16, 17, 18, 19, 20, 21, 22, 23],
        results: &[0, 1, 2, 3, 16, 17, 18, 19],
        caller_saved: CALLER_SAVED,
        callee_saved: CALLEE_SAVED,
    },
    Convention {
        name: "base",
        arguments: &[0, 1, 2, 3],
        vector_arguments: &[],
        results: &[0, 1, 2, 3],
        caller_saved: CALLER_SAVED,
        callee_saved: CALLEE_SAVED,
    },
];
