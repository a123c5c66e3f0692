//! Displacements and immediates.

use iced_x86::{Instruction, Mnemonic, OpKind, Register};

use super::Width;
use crate::numbers::{Number, NumberRole, Numbers, Shape};
use crate::{Code, Insn};

/// Takes one instruction apart; `None` for bytes that are none, and for direct branches.
pub(super) fn numbers(width: Width, code: &Code<'_>, insn: &Insn) -> Option<Numbers> {
    let bytes = code.bytes_of(insn);
    let address = code.address.wrapping_add(u64::from(insn.offset));
    let mut decoder = width.decoder(bytes, address);
    let instruction = decoder.decode();
    if instruction.is_invalid() || insn.opcode != 0 {
        return None;
    }
    let constants = decoder.get_constant_offsets(&instruction);
    let relocated = |offset: usize, size: usize| {
        let from = u64::from(insn.offset) + offset as u64;
        code.sites.iter().any(|s| {
            let end = u64::from(s.offset) + u64::from(s.kind.size().unwrap_or(8));
            s.kind.size() != Some(0) && u64::from(s.offset) < from + size as u64 && end > from
        })
    };
    let mut values = [None; 3];
    let mut slots = values.iter_mut();
    let mut push = |value: i64, role| {
        if let Some(slot) = slots.next() {
            *slot = Some(Number { value, role });
        }
    };
    let has_memory = (0..instruction.op_count()).any(|i| instruction.op_kind(i) == OpKind::Memory);
    let is_copy = is_copy_of_register(width, &instruction);
    if has_memory || is_copy {
        let filled = constants.has_displacement()
            && relocated(constants.displacement_offset(), constants.displacement_size());
        if !filled && !instruction.is_ip_rel_memory_operand() {
            let frame = instruction.memory_base() == width.stack_pointer();
            let role = if frame { NumberRole::Frame } else { NumberRole::Displacement };
            let value = instruction.memory_displacement64() as i64;
            // The decoder gives displacements of 32-bit code without their sign.
            push(if width == Width::Bits32 { i64::from(value as i32) } else { value }, role);
        }
    }
    let filled =
        constants.has_immediate() && relocated(constants.immediate_offset(), constants.immediate_size());
    let mut has_immediate = false;
    for i in (0..instruction.op_count()).filter(|_| !filled) {
        if is_immediate(instruction.op_kind(i)) {
            has_immediate = true;
            let frame = instruction.op0_register() == width.stack_pointer();
            let role = if frame { NumberRole::Frame } else { NumberRole::Immediate };
            push(signed(&instruction, i), role);
        }
    }
    let moves = matches!(instruction.mnemonic(), Mnemonic::Mov | Mnemonic::Push);
    Some(Numbers { shape: shape(width, &instruction), values, loads_immediate: moves && has_immediate })
}

/// `mov rax, rdi` does what `lea rax, [rdi+8]` does, for the member at offset 0.
fn is_copy_of_register(width: Width, instruction: &Instruction) -> bool {
    instruction.mnemonic() == Mnemonic::Mov
        && instruction.op_count() == 2
        && [instruction.op0_register(), instruction.op1_register()].iter().all(|r| match width {
            Width::Bits32 => r.is_gpr32(),
            Width::Bits64 => r.is_gpr64(),
        })
}

fn is_immediate(kind: OpKind) -> bool {
    matches!(
        kind,
        OpKind::Immediate8
            | OpKind::Immediate8_2nd
            | OpKind::Immediate16
            | OpKind::Immediate32
            | OpKind::Immediate64
            | OpKind::Immediate8to16
            | OpKind::Immediate8to32
            | OpKind::Immediate8to64
            | OpKind::Immediate32to64
    )
}

/// Whether the operand lies in memory, also for string instructions, which name no address.
fn is_memory(kind: OpKind) -> bool {
    !is_immediate(kind)
        && !matches!(
            kind,
            OpKind::Register
                | OpKind::NearBranch16
                | OpKind::NearBranch32
                | OpKind::NearBranch64
                | OpKind::FarBranch16
                | OpKind::FarBranch32
        )
}

fn signed(instruction: &Instruction, operand: u32) -> i64 {
    let value = instruction.try_immediate(operand).unwrap_or(0);
    match instruction.op_kind(operand) {
        OpKind::Immediate16 | OpKind::Immediate8to16 => i64::from(value as i16),
        OpKind::Immediate32 | OpKind::Immediate8to32 => i64::from(value as i32),
        OpKind::Immediate8 | OpKind::Immediate8_2nd => i64::from(value as i8),
        _ => value as i64,
    }
}

/// Everything that the decoder tells of an instruction except numbers and lengths. The encoding itself is left out
/// where the operands say the same: short and long forms of one instruction are two encodings.
fn shape(width: Width, instruction: &Instruction) -> Shape {
    let mut operands = [0u64; 5];
    for i in 0..instruction.op_count().min(5) {
        let kind = instruction.op_kind(i);
        // The size of an immediate follows from the other operand, but for `push`, of which the stack tells it.
        operands[i as usize] = match kind {
            OpKind::Register => 1 << 16 | instruction.op_register(i) as u64,
            _ if is_immediate(kind) => 2 << 16,
            _ => 3 << 16 | kind as u64,
        };
    }
    let mut mnemonic = instruction.mnemonic();
    // For registers alone the decoder gives whatever its tables hold.
    let mut memory = [0; 5];
    if (0..instruction.op_count()).any(|i| is_memory(instruction.op_kind(i))) {
        memory = [
            instruction.memory_base() as u64,
            instruction.memory_index() as u64,
            u64::from(instruction.memory_index_scale()),
            instruction.memory_size() as u64,
            instruction.segment_prefix() as u64,
        ];
    }
    if is_copy_of_register(width, instruction) {
        mnemonic = Mnemonic::Lea;
        operands[1] = 3 << 16 | OpKind::Memory as u64;
        memory = [instruction.op1_register() as u64, Register::None as u64, 1, 0, Register::None as u64];
    } else if mnemonic == Mnemonic::Lea {
        // The size of what `lea` points at is no part of it.
        memory[3] = 0;
    }
    let flags = [
        instruction.has_lock_prefix(),
        instruction.has_rep_prefix(),
        instruction.has_repne_prefix(),
        instruction.has_xacquire_prefix(),
        instruction.has_xrelease_prefix(),
        instruction.zeroing_masking(),
        instruction.is_broadcast(),
        instruction.suppress_all_exceptions(),
    ];
    let flags = flags.iter().fold(0u64, |sum, &flag| sum << 1 | u64::from(flag));
    let masks = (instruction.op_mask() as u64) << 8 | instruction.rounding_control() as u64;
    let stack = instruction.stack_pointer_increment() as u64 & 0xff;
    // Registers and kinds take at most 18 bits, so that three operands fill a word.
    let pack = |items: &[u64]| items.iter().fold(0u64, |sum, item| sum << 20 | item & 0xf_ffff);
    Shape([
        (mnemonic as u64) << 40 | masks << 16 | flags << 8 | stack,
        pack(&operands[..3]),
        pack(&operands[3..]) << 16 | memory[4] & 0xffff,
        memory[0] << 48 | memory[1] << 32 | memory[2] << 16 | memory[3],
    ])
}
