//! Displacements and immediates.

use crate::numbers::Numbers;
use crate::{Code, Insn};

/// Takes one instruction apart; `None` for what is not known, and for direct branches.
pub(super) fn numbers(_code: &Code<'_>, _insn: &Insn) -> Option<Numbers> {
    None
}
