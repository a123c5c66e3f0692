//! Calling conventions: what caller and callee may rely on when nothing but a function's type is known.

use crate::RegSet;

/// One calling convention, in register numbers of [`RegSet`].
#[derive(Debug, Clone, Copy)]
pub struct Convention {
    /// What it is called: `c` for that of C functions; for others what makes a function have it.
    pub name: &'static str,
    /// Registers of integer and pointer arguments, in order.
    pub arguments: &'static [u8],
    /// Registers of floating-point and vector arguments, in order. Empty where kernels do without.
    pub vector_arguments: &'static [u8],
    /// Registers of results, in order.
    pub results: &'static [u8],
    /// Registers that a call may leave with another value. Results and flags are among them.
    pub caller_saved: RegSet,
    /// Registers whose value a call leaves as it was. The stack pointer is among them.
    pub callee_saved: RegSet,
}
