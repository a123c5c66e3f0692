//! What is called, and by which rules.
//!
//! Most functions have the convention of C. What the compiler or the kernel calls from inline assembly leaves more
//! registers alone; which convention of [`fixscope_arch::Arch::conventions`] a function has is told from its name here,
//! because `arch` knows no names.

use fixscope_arch::{Convention, RegSet};

use crate::load::names;
use crate::normalize::{EntityId, Normalized};

/// What a call or jump leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Callee {
    /// A function of the unit.
    Inside(EntityId),
    /// A function elsewhere, by the index of its symbol.
    Outside(u32),
    /// Whatever a register or memory says.
    Unknown,
    /// The resolver of a thread-local variable, which changes its result alone.
    ThreadLocal,
}

/// The name of a symbol without what versions and tables of calls append.
fn name<'n>(n: &'n Normalized<'_, '_>, symbol: u32) -> &'n str {
    let name = n.unit.symbols.get(symbol as usize).map_or("", |s| &s.name);
    name.split('@').next().unwrap_or(name)
}

pub(super) fn is_return_thunk(n: &Normalized<'_, '_>, symbol: u32) -> bool {
    names::is_return_thunk(name(n, symbol))
}

pub(super) fn is_indirect_thunk(n: &Normalized<'_, '_>, symbol: u32) -> bool {
    names::is_indirect_thunk(name(n, symbol))
}

/// The register that a thunk goes through: it has the register's name.
pub(super) fn thunk_register(n: &Normalized<'_, '_>, symbol: u32) -> RegSet {
    let name = name(n, symbol);
    let register = name.rsplit('_').next().unwrap_or("");
    (0..128u8).filter(|&r| n.arch.register_name(r) == register).collect()
}

/// Whether a function only gives its caller's address (i386: `__x86.get_pc_thunk.bx`). Compilers know what it does.
pub(super) fn is_pc_thunk(name: &str) -> bool {
    name.starts_with("__x86.get_pc_thunk.") || name.starts_with("__i686.get_pc_thunk.")
}

/// Calls from the kernel's inline assembly, by the beginning of the name, and the convention they have. The sources stand
/// at the conventions.
const SPECIAL: &[(&str, &str)] = &[
    ("__fentry__", "tracer"),
    ("mcount", "tracer"),
    ("__sw_hweight", "hweight"),
    ("__get_user_", "get_user"),
    ("__put_user_", "put_user"),
    ("preempt_schedule_thunk", "thunk"),
    ("preempt_schedule_notrace_thunk", "thunk"),
    ("__SCT__preempt_schedule", "thunk"),
    ("__raw_callee_save_", "paravirt_callee_save"),
];

/// The convention of a function elsewhere, where its name says that it is not that of C.
fn special(n: &Normalized<'_, '_>, symbol: u32) -> Option<&'static Convention> {
    let name = name(n, symbol);
    let (_, wanted) = SPECIAL.iter().find(|(start, _)| name.starts_with(start))?;
    n.arch.conventions().iter().find(|c| c.name == *wanted)
}

/// What a call does to registers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rules {
    /// Registers that surely have no meaning of before any more.
    pub kills: RegSet,
    /// Registers that it may change.
    pub changes: RegSet,
    /// Arguments that it surely takes.
    pub takes: RegSet,
    /// Registers that have a meaning behind it which it gave them.
    pub gives: RegSet,
    /// Which arguments it takes is not known.
    pub is_open: bool,
}

/// The rules of what lies outside of the unit.
pub(super) fn rules(n: &Normalized<'_, '_>, callee: Callee, flags: RegSet) -> Rules {
    let Some(c) = n.arch.conventions().first() else { return Rules::default() };
    let results: RegSet = c.results.iter().copied().collect();
    let plain = Rules {
        kills: c.caller_saved,
        changes: c.caller_saved,
        takes: RegSet::EMPTY,
        gives: results,
        is_open: true,
    };
    match callee {
        Callee::Outside(symbol) => match special(n, symbol) {
            Some(special) => Rules {
                kills: special.caller_saved,
                changes: special.caller_saved,
                takes: special.arguments.iter().copied().collect(),
                gives: special.results.iter().copied().collect(),
                is_open: false,
            },
            None if name(n, symbol) == "pv_ops" => patched(c, flags),
            None => plain,
        },
        Callee::ThreadLocal => patched(c, flags),
        Callee::Inside(_) | Callee::Unknown => plain,
    }
}

/// What may be a call of C, and may be one that changes nothing but its result (`PV_CALLEE_SAVE` in Linux,
/// `arch/x86/include/asm/paravirt_types.h`).
fn patched(c: &Convention, flags: RegSet) -> Rules {
    let result: RegSet = c.results.iter().copied().take(1).collect();
    Rules {
        kills: result.union(flags),
        changes: c.caller_saved,
        takes: RegSet::EMPTY,
        gives: result,
        is_open: true,
    }
}

/// Functions that do not come back, where debug information does not say it: those that compilers call by themselves, and
/// those of the C library and the kernel that most code calls.
const ENDS: &[&str] = &[
    "__stack_chk_fail",
    "__stack_chk_fail_local",
    "abort",
    "exit",
    "_exit",
    "_Exit",
    "__assert_fail",
    "__assert_perror_fail",
    "__fortify_fail",
    "__chk_fail",
    "longjmp",
    "siglongjmp",
    "_Unwind_Resume",
    "__cxa_throw",
    "__cxa_rethrow",
    "__cxa_bad_cast",
    "__cxa_end_cleanup",
    "panic",
    "do_exit",
    "make_task_dead",
    "fortify_panic",
    "__ubsan_handle_builtin_unreachable",
];

/// Whether a function elsewhere never comes back.
pub(super) fn ends(n: &Normalized<'_, '_>, symbol: u32) -> bool {
    ENDS.contains(&name(n, symbol))
}

/// The name that a prototype is looked for by.
pub(super) fn outside_name<'n>(n: &'n Normalized<'_, '_>, symbol: u32) -> &'n str {
    name(n, symbol)
}
