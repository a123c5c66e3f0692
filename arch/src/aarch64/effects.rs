//! Registers that instructions read and write.

use crate::{Code, Effects, Insn, RegSet};

const NAMES: [&str; 84] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
    "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
    "sp", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
    "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",
    "v30", "v31", "nzcv", "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12",
    "p13", "p14", "p15", "ffr", "fpstatus", "system",
];
/// The stack pointer.
pub(super) const SP: u8 = 31;
/// The first of the vector registers, which are the low parts of SVE's.
pub(super) const VECTORS: u8 = 32;
/// The flags.
pub(super) const FLAGS: u8 = 64;
/// The first of SVE's predicates; behind them its first-fault register.
pub(super) const PREDICATES: u8 = 65;

/// The name of one of our register numbers.
pub(super) fn register_name(register: u8) -> &'static str {
    NAMES.get(usize::from(register)).copied().unwrap_or("?")
}

/// Registers that `insn` reads and writes.
pub(super) fn effects(_code: &Code<'_>, _insn: &Insn) -> Effects {
    Effects { reads: RegSet::ALL, writes: RegSet::ALL }
}
