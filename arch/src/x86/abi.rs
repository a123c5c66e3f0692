//! Calling conventions (System V ABI, AMD64 supplement, 3.2; Intel386 supplement, 2.2).

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

static X86_64: &[Convention] = &[Convention {
    name: "c",
    // rdi, rsi, rdx, rcx, r8 and r9.
    arguments: &[7, 6, 2, 1, 8, 9],
    vector_arguments: &[16, 17, 18, 19, 20, 21, 22, 23],
    // rax and rdx, xmm0 and xmm1; `long double` comes back on the x87 stack.
    results: &[0, 2, 16, 17, X87],
    caller_saved: CALLER_SAVED,
    callee_saved: CALLEE_SAVED,
}];

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
];
