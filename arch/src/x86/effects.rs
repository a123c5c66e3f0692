//! Registers that instructions read and write.

use iced_x86::{
    Code as Opcode, CodeSize, FlowControl, Instruction, InstructionInfoFactory, OpAccess, Register,
    RflagsBits,
};

use super::Width;
use crate::{Code, Effects, Insn, RegSet};

const NAMES: [&str; 68] = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
    "r15", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
    "xmm12", "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22",
    "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2", "k3",
    "k4", "k5", "k6", "k7", "flags", "es", "cs", "ss", "ds", "fs", "gs", "x87", "cr", "dr", "bnd", "other",
];
pub(super) const VECTORS: u8 = 16;
pub(super) const MASKS: u8 = 48;
pub(super) const FLAGS: u8 = 56;
pub(super) const SEGMENTS: u8 = 57;
pub(super) const X87: u8 = 63;
const OTHER: u8 = 67;

/// The names of the general registers in 32-bit code.
const NAMES_32: [&str; 8] = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];

/// The name of one of our register numbers.
pub(super) fn register_name(width: Width, register: u8) -> &'static str {
    if width == Width::Bits32
        && let Some(name) = NAMES_32.get(usize::from(register))
    {
        return name;
    }
    NAMES.get(usize::from(register)).copied().unwrap_or("?")
}

fn number(register: Register) -> Option<u8> {
    let full = register.full_register();
    Some(match full {
        Register::None | Register::RIP | Register::EIP => return None,
        r if r.is_gpr() => r.number() as u8,
        r if r.is_vector_register() => VECTORS + r.number() as u8,
        r if r.is_k() => MASKS + r.number() as u8,
        r if r.is_segment_register() => SEGMENTS + r.number() as u8,
        r if r.is_st() || r.is_mm() => X87,
        r if r.is_cr() => 64,
        r if r.is_dr() => 65,
        r if r.is_bnd() => 66,
        _ => OTHER,
    })
}

/// Registers that `insn` reads and writes.
pub(super) fn effects(width: Width, code: &Code<'_>, insn: &Insn) -> Effects {
    let bytes = code.bytes_of(insn);
    let instruction = width.decoder(bytes, code.address.wrapping_add(u64::from(insn.offset))).decode();
    if instruction.is_invalid() || leaves_to_the_unknown(width, &instruction) {
        return Effects { reads: RegSet::ALL, writes: RegSet::ALL };
    }
    let mut effects = Effects::default();
    if is_zeroing_idiom(&instruction) {
        // `xor eax, eax` gives zero whatever eax held: counting it as a read would show an argument that is none.
        if let Some(n) = number(instruction.op0_register()) {
            effects.writes.insert(n);
        }
        if instruction.rflags_modified() != 0 {
            effects.writes.insert(FLAGS);
        }
        return effects;
    }
    let mut factory = InstructionInfoFactory::new();
    for used in factory.info(&instruction).used_registers() {
        let Some(n) = number(used.register()) else { continue };
        if is_flat(&instruction, used.register()) {
            continue;
        }
        let (reads, writes) = match used.access() {
            OpAccess::Read | OpAccess::CondRead => (true, false),
            OpAccess::Write => (false, true),
            // A write that may not happen leaves the old value visible, and a write to a part of a register
            // keeps the rest of it.
            OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite => (true, true),
            _ => (false, false),
        };
        let partial = writes && is_partial(used.register());
        if reads || partial {
            effects.reads.insert(n);
        }
        if writes {
            effects.writes.insert(n);
        }
    }
    add_floating_point(&instruction, bytes, &mut effects);
    if instruction.rflags_read() & !STATUS_OF_X87 != 0 {
        effects.reads.insert(FLAGS);
    }
    if instruction.rflags_modified() & !STATUS_OF_X87 != 0 {
        effects.writes.insert(FLAGS);
        // A shift by no place at all leaves the flags as they were (Intel SDM volume 2, SAL/SAR/SHL/SHR).
        if is_shift_by_register(&instruction) {
            effects.reads.insert(FLAGS);
        }
    }
    if instruction.code() == Opcode::Syscall {
        // The kernel takes number and arguments from rax, rdi, rsi, rdx, r10, r8 and r9 and gives rax back; the
        // instruction itself overwrites rcx and r11 (System V ABI, AMD64 supplement, A.2.1).
        effects.reads = effects.reads.union(RegSet::from_iter([0, 7, 6, 2, 10, 8, 9]));
        effects.writes = effects.writes.union(RegSet::from_iter([0, 1, 11]));
    }
    effects
}

/// Registers that `insn` reads and writes by their lowest byte alone.
pub(super) fn low_parts(width: Width, code: &Code<'_>, insn: &Insn) -> Effects {
    let mut low = Effects::default();
    let bytes = code.bytes_of(insn);
    let instruction = width.decoder(bytes, code.address.wrapping_add(u64::from(insn.offset))).decode();
    if instruction.is_invalid() || !may_touch_low_bytes(&instruction) {
        return low;
    }
    let mut more = RegSet::EMPTY;
    let mut factory = InstructionInfoFactory::new();
    for used in factory.info(&instruction).used_registers() {
        let Some(n) = number(used.register()) else { continue };
        let is_low = used.register().is_gpr8() && !is_second_byte(used.register());
        match used.access() {
            _ if !is_low => more.insert(n),
            OpAccess::Read | OpAccess::CondRead => low.reads.insert(n),
            OpAccess::Write => low.writes.insert(n),
            _ => {
                low.reads.insert(n);
                low.writes.insert(n);
            }
        }
    }
    Effects { reads: low.reads.without(more), writes: low.writes.without(more) }
}

/// Whether an operand is a byte; asking what is used takes far longer.
fn may_touch_low_bytes(instruction: &Instruction) -> bool {
    (0..instruction.op_count()).any(|i| instruction.op_register(i).is_gpr8())
}

/// `ah` and the like.
fn is_second_byte(register: Register) -> bool {
    matches!(register, Register::AH | Register::BH | Register::CH | Register::DH)
}

/// C0 to C3 of the x87 status word, which the decoder counts among the flags.
const STATUS_OF_X87: u32 = RflagsBits::C0 | RflagsBits::C1 | RflagsBits::C2 | RflagsBits::C3;

/// Whether something else goes on with the registers: the kernel or a hypervisor, by rules that are not in the code.
/// What `syscall` means to the kernel is known for 64-bit code alone.
fn leaves_to_the_unknown(width: Width, instruction: &Instruction) -> bool {
    use iced_x86::Mnemonic::{Syscall, Sysenter, Vmcall, Vmfunc, Vmlaunch, Vmmcall, Vmresume, Vmrun};
    match instruction.mnemonic() {
        Syscall => width == Width::Bits32,
        Sysenter | Vmcall | Vmmcall | Vmfunc | Vmlaunch | Vmresume | Vmrun => true,
        _ => instruction.flow_control() == FlowControl::Interrupt,
    }
}

/// What the decoder does not tell: instructions push and pop the x87 stack, which counts as one register here, and
/// save and load many registers at once.
fn add_floating_point(instruction: &Instruction, bytes: &[u8], effects: &mut Effects) {
    use iced_x86::Mnemonic::{
        Fldcw, Fnop, Fnstcw, Fnstenv, Fnstsw, Fxrstor, Fxrstor64, Fxsave, Fxsave64, Xrstor, Xrstor64,
        Xrstors, Xrstors64, Xsave, Xsave64, Xsavec, Xsavec64, Xsaveopt, Xsaveopt64, Xsaves, Xsaves64,
    };
    let is_prefix = |byte: &&u8| {
        matches!(byte, 0x26 | 0x2e | 0x36 | 0x3e | 0x64..=0x67 | 0xf0 | 0xf2 | 0xf3)
            || matches!(byte, 0x40..=0x4f) && instruction.code_size() == CodeSize::Code64
    };
    // All opcodes of these eight bytes are x87 instructions (Intel SDM volume 2, table A-2).
    let is_x87 = bytes.iter().find(|b| !is_prefix(b)).is_some_and(|b| matches!(b, 0xd8..=0xdf));
    let (reads, writes) = match instruction.mnemonic() {
        // The control word is not among the registers.
        Fldcw | Fnstcw | Fnop => return,
        Fnstsw | Fnstenv => (X87_ONLY, RegSet::EMPTY),
        Fxsave | Fxsave64 | Xsave | Xsave64 | Xsavec | Xsavec64 | Xsaveopt | Xsaveopt64 | Xsaves
        | Xsaves64 => (FLOATING_POINT, RegSet::EMPTY),
        // What the saved state leaves out stays as it was.
        Fxrstor | Fxrstor64 | Xrstor | Xrstor64 | Xrstors | Xrstors64 => (FLOATING_POINT, FLOATING_POINT),
        _ if is_x87 => (X87_ONLY, X87_ONLY),
        _ => return,
    };
    effects.reads = effects.reads.union(reads);
    effects.writes = effects.writes.union(writes);
}

const X87_ONLY: RegSet = RegSet::from_bits(1 << X87);

/// Vector and mask registers, and the x87 stack.
const FLOATING_POINT: RegSet = RegSet::from_bits(((1 << FLAGS) - (1 << VECTORS)) | (1 << X87));

/// Whether it is a segment that memory is only addressed through. All of them span the whole memory on Linux, but for
/// those of threads and processors.
fn is_flat(instruction: &Instruction, register: Register) -> bool {
    matches!(register, Register::ES | Register::CS | Register::SS | Register::DS)
        && (0..instruction.op_count()).all(|i| instruction.op_register(i) != register)
}

/// Whether writing this register keeps other bits of the register it belongs to: 8- and 16-bit general
/// registers do, 32-bit ones clear the upper half (Intel SDM volume 1, 3.4.1.1).
fn is_partial(register: Register) -> bool {
    register.is_gpr8() || register.is_gpr16()
}

/// Whether the number of places stands in `cl`.
fn is_shift_by_register(instruction: &Instruction) -> bool {
    use iced_x86::Mnemonic::{Rcl, Rcr, Rol, Ror, Sar, Shl, Shld, Shr, Shrd};
    matches!(instruction.mnemonic(), Shl | Shr | Sar | Rol | Ror | Rcl | Rcr | Shld | Shrd)
        && instruction.op_register(instruction.op_count() - 1) == Register::CL
}

fn is_zeroing_idiom(instruction: &Instruction) -> bool {
    use iced_x86::Mnemonic::{Pxor, Sub, Vpxor, Vxorps, Xor, Xorpd, Xorps};
    let (a, b) = match (instruction.mnemonic(), instruction.op_count()) {
        (Xor | Sub | Pxor | Xorps | Xorpd, 2) => (0, 1),
        (Vpxor | Vxorps, 3) => (1, 2),
        _ => return false,
    };
    instruction.op_register(a) != Register::None
        && instruction.op_register(a) == instruction.op_register(b)
        && !is_partial(instruction.op_register(a))
}
