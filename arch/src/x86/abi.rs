//! Calling conventions (System V ABI, AMD64 supplement, 3.2; Intel386 supplement, 2.2), and those of functions that the
//! kernel calls from inline assembly, which leave more registers alone than C functions do. Sources for the latter: Linux
//! 6.1, below `arch/x86`, the file named at each.
//!
//! Thunks (`__x86_indirect_thunk_rax`, `__x86_return_thunk`) have no convention: calling one is an indirect call, by the
//! convention of what is called.

use super::Width;
use super::effects::{FLAGS, MASKS, VECTORS, X87};
use crate::{Convention, RegSet};

/// Registers from `first` on.
const fn run(set: u128, first: u8, count: u8) -> u128 {
    set | ((1 << count) - 1) << first
}

/// The conventions of functions of this width, that of C functions first.
pub(super) fn conventions(width: Width) -> &'static [Convention] {
    match width {
        Width::Bits32 => I386,
        Width::Bits64 => X86_64,
    }
}

/// rax, rcx, rdx, rsi, rdi and r8 to r11, all vector and mask registers, the flags.
const CALLER_SAVED: RegSet =
    RegSet::from_bits(run(run(run(run(0b1111_1100_0111, VECTORS, 32), MASKS, 8), FLAGS, 1), X87, 1));

/// rbx, rsp, rbp and r12 to r15.
const CALLEE_SAVED: RegSet = RegSet::from_bits(0b1111_0000_0011_1000);

/// What is called from inline assembly: everything but the registers in `changed` and the flags stays.
const fn special(
    name: &'static str,
    arguments: &'static [u8],
    results: &'static [u8],
    changed: u128,
) -> Convention {
    let changed = RegSet::from_bits(run(changed, FLAGS, 1));
    let callee_saved = CALLER_SAVED.union(CALLEE_SAVED).without(changed);
    Convention { name, arguments, vector_arguments: &[], results, caller_saved: changed, callee_saved }
}

const C_64: Convention = Convention {
    name: "c",
    // rdi, rsi, rdx, rcx, r8 and r9.
    arguments: &[7, 6, 2, 1, 8, 9],
    vector_arguments: &[16, 17, 18, 19, 20, 21, 22, 23],
    // rax and rdx, xmm0 and xmm1; `long double` comes back on the x87 stack.
    results: &[0, 2, 16, 17, X87],
    caller_saved: CALLER_SAVED,
    callee_saved: CALLEE_SAVED,
};

static X86_64: &[Convention] = &[
    C_64,
    // C functions of the kernel, which is compiled without vector and x87 registers.
    Convention { name: "kernel", vector_arguments: &[], results: &[0, 2], ..C_64 },
    // `__fentry__`: stands in front of all that a function does. kernel/ftrace_64.S saves rax, rcx, rdx, rsi, rdi, r8 and
    // r9; r10 and r11 it may use.
    special("tracer", &[], &[], 1 << 10 | 1 << 11),
    // `PV_CALLEE_SAVE` in include/asm/paravirt_types.h: rax alone is overwritten.
    special("paravirt_callee_save", &[7, 6, 2, 1], &[0], 1),
    // `__sw_hweight32` and `__sw_hweight64`, in place of which popcnt may stand (lib/hweight.S).
    special("hweight", &[7], &[0], 1),
    // `__get_user_1` to `__get_user_8` and `__get_user_nocheck_*` (lib/getuser.S): the address in rax; the error in rax and
    // the value in rdx.
    special("get_user", &[0], &[0, 2], 0b101),
    // `__put_user_1` to `__put_user_8` and `__put_user_nocheck_*` (lib/putuser.S): the value in rax and the address in
    // rcx; the error in rcx. rbx is used up.
    special("put_user", &[0, 1], &[1], 0b1010),
    // `preempt_schedule_thunk` and the like, which save all that a C function may change (entry/thunk_64.S).
    special("thunk", &[], &[], 0),
];

/// eax, ecx, edx, xmm0 to xmm7, the mask registers, the flags and the x87 stack.
const CALLER_SAVED_32: RegSet =
    RegSet::from_bits(run(run(run(run(0b0111, VECTORS, 8), MASKS, 8), FLAGS, 1), X87, 1));

/// ebx, esp, ebp, esi and edi.
const CALLEE_SAVED_32: RegSet = RegSet::from_bits(0b1111_1000);

/// Arguments are on the stack, but vectors.
const C_32: Convention = Convention {
    name: "c",
    arguments: &[],
    vector_arguments: &[16, 17, 18],
    // eax and edx, the x87 stack for floating-point numbers, xmm0 for vectors.
    results: &[0, 2, X87, 16],
    caller_saved: CALLER_SAVED_32,
    callee_saved: CALLEE_SAVED_32,
};

static I386: &[Convention] = &[
    C_32,
    // `-mregparm=3`, as the kernel has it (`arch/x86/Makefile`): eax, edx and ecx.
    Convention { name: "regparm3", arguments: &[0, 2, 1], ..C_32 },
    // GCC's attribute `fastcall`: ecx and edx.
    Convention { name: "fastcall", arguments: &[1, 2], ..C_32 },
    // GCC's attribute `thiscall`: ecx.
    Convention { name: "thiscall", arguments: &[1], ..C_32 },
    // As in 64-bit code, by the same files of the kernel.
    special_32("paravirt_callee_save", &[0, 2, 1], &[0, 2], 0b101),
    special_32("hweight", &[0], &[0], 1),
    special_32("get_user", &[0], &[0, 2, 1], 0b111),
    special_32("put_user", &[0, 2, 1], &[1], 0b1010),
];

/// As [`special`], of the registers that there are.
const fn special_32(
    name: &'static str,
    arguments: &'static [u8],
    results: &'static [u8],
    changed: u128,
) -> Convention {
    let changed = RegSet::from_bits(run(changed, FLAGS, 1));
    let callee_saved = CALLER_SAVED_32.union(CALLEE_SAVED_32).without(changed);
    Convention { name, arguments, vector_arguments: &[], results, caller_saved: changed, callee_saved }
}
