//! Bytes to instructions.
//!
//! Two instructions with different bytes count as the same in these cases alone:
//!
//! * direct branches (`jmp`, conditional jumps, `call`, `loop`, `jcxz`, `xbegin`) that differ in the length of their
//!   encoding and in their distance: they have one [`Insn::opcode`], with the prefixes that mean something in it, and
//!   are compared by where they lead;
//! * places relative to the instruction: the displacement is an [`Insn::field`], the rest is compared byte by byte;
//! * fields that relocations fill;
//! * `nop`s of any length, and in 32-bit code `lea` that does nothing, where they move what follows to a round address.
//!
//! Other encodings of one instruction (short and long displacements, immediates or `mov` in both directions) differ.

use iced_x86::{Code as Opcode, FlowControl, Instruction, Mnemonic, OpKind, Register};

use super::Width;
use crate::{Code, Field, Insn, InsnKind};

/// Decodes all of `code`.
pub(super) fn decode(width: Width, code: &Code<'_>, out: &mut Vec<Insn>) {
    // An average x86 instruction takes about four bytes.
    out.reserve(code.bytes.len() / 4 + 1);
    let mut decoder = width.decoder(code.bytes, code.address);
    let mut sites = code.sites.iter().peekable();
    let mut instruction = Instruction::default();
    while decoder.can_decode() {
        let start = decoder.position();
        decoder.decode_out(&mut instruction);
        let offset = start as u32;
        if instruction.is_invalid() {
            // One byte at a time, so that decoding finds back to the instructions behind data in code.
            out.push(unknown(offset));
            let resume = start + 1;
            if decoder.set_position(resume).is_err() {
                break;
            }
            decoder.set_ip(code.address.wrapping_add(resume as u64));
            continue;
        }
        let len = instruction.len() as u8;
        while sites.next_if(|s| s.offset < offset).is_some() {}
        let constants = decoder.get_constant_offsets(&instruction);
        let relocated = |field: Field| {
            sites.clone().take_while(|s| s.offset < offset + u32::from(len)).any(|s| {
                let at = s.offset - offset;
                // A marker fills nothing.
                s.kind.size() != Some(0)
                    && at < u32::from(field.offset + field.size)
                    && u32::from(field.offset) < at + u32::from(s.kind.size().unwrap_or(8))
            })
        };
        let mut kind = kind_of(&instruction);
        if width == Width::Bits32 && is_filler(&instruction) {
            let field =
                Field::whole(constants.displacement_offset() as u8, constants.displacement_size() as u8);
            // What a relocation fills is an address, though nothing but zeros stands there before.
            if !constants.has_displacement() || !relocated(field) {
                kind = InsnKind::Nop;
            }
        }
        let mut insn = Insn { offset, len, kind, opcode: 0, field: None, target: None };
        if is_near_branch(&instruction) {
            insn.opcode = branch_opcode(&instruction, &code.bytes[start..]);
            let field = Field::whole(constants.immediate_offset() as u8, constants.immediate_size() as u8);
            if !relocated(field) {
                insn.field = Some(field);
                insn.target = Some(instruction.near_branch_target());
            }
        } else if instruction.is_ip_rel_memory_operand() && constants.has_displacement() {
            let field =
                Field::whole(constants.displacement_offset() as u8, constants.displacement_size() as u8);
            if !relocated(field) {
                insn.field = Some(field);
                insn.target = Some(instruction.ip_rel_memory_address());
            }
        }
        out.push(insn);
    }
}

fn unknown(offset: u32) -> Insn {
    Insn { offset, len: 1, kind: InsnKind::Unknown, opcode: 0, field: None, target: None }
}

fn is_near_branch(instruction: &Instruction) -> bool {
    instruction.op_count() > 0
        && (0..instruction.op_count()).any(|i| {
            matches!(
                instruction.op_kind(i),
                OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64
            )
        })
}

fn kind_of(instruction: &Instruction) -> InsnKind {
    match instruction.mnemonic() {
        Mnemonic::Endbr64 | Mnemonic::Endbr32 => return InsnKind::LandingPad,
        // Nobody fills space with `fnop`, which may raise an exception.
        Mnemonic::Nop => return InsnKind::Nop,
        Mnemonic::Ud0 | Mnemonic::Ud1 | Mnemonic::Ud2 | Mnemonic::Int3 | Mnemonic::Hlt => {
            return InsnKind::Trap;
        }
        _ => {}
    }
    match instruction.flow_control() {
        FlowControl::Next | FlowControl::Interrupt => InsnKind::Plain,
        FlowControl::UnconditionalBranch => InsnKind::Jump,
        FlowControl::ConditionalBranch => InsnKind::ConditionalJump,
        FlowControl::Call if is_near_branch(instruction) => InsnKind::Call,
        FlowControl::Call => InsnKind::Plain, // syscall and friends return behind themselves
        FlowControl::IndirectBranch => InsnKind::IndirectJump,
        FlowControl::IndirectCall => InsnKind::IndirectCall,
        FlowControl::Return => InsnKind::Return,
        FlowControl::XbeginXabortXend if is_near_branch(instruction) => InsnKind::ConditionalJump,
        FlowControl::XbeginXabortXend => InsnKind::Plain,
        FlowControl::Exception => InsnKind::Trap,
    }
}

/// Whether it is `lea 0(%esi),%esi` or `lea 0(%esi,%eiz,1),%esi`, with another register too: what the GNU assembler
/// fills space with in 32-bit code, since the oldest processors know no long `nop`. (In 64-bit code the upper half of
/// the register would be lost.)
fn is_filler(instruction: &Instruction) -> bool {
    instruction.mnemonic() == Mnemonic::Lea
        && instruction.op0_register().is_gpr32()
        && instruction.op0_register() == instruction.memory_base()
        && instruction.memory_index() == Register::None
        && instruction.memory_displacement64() == 0
}

/// A number that is the same for all encoding lengths of one branch: the short form's opcode with the
/// prefixes that mean something (branch hints and `notrack`, `bnd`).
fn branch_opcode(instruction: &Instruction, bytes: &[u8]) -> u32 {
    let code = instruction.code();
    let canonical = match code {
        Opcode::Jmp_rel32_64 => Opcode::Jmp_rel8_64,
        Opcode::Jmp_rel32_32 => Opcode::Jmp_rel8_32,
        Opcode::Jmp_rel16 => Opcode::Jmp_rel8_16,
        _ if instruction.is_jcc_short_or_near() => {
            let mut short = *instruction;
            short.as_short_branch();
            short.code()
        }
        _ => code,
    };
    let mut prefixes = 0;
    for &byte in bytes.iter().take(instruction.len()) {
        prefixes |= match byte {
            0x2e => 1,
            0x3e => 2,
            0xf2 => 4,
            0xf3 => 8,
            0x66 => 16,
            0x67 => 32,
            0x26 | 0x36 | 0x64 | 0x65 | 0xf0 => 64,
            0x40..=0x4f => continue,
            _ => break,
        };
    }
    (canonical as u32) << 8 | prefixes | 1 << 31
}

/// Whether `bytes` between two functions only fill space: zeros, `int3` or NOPs of any length. Where there are many
/// the GNU assembler begins with a jump over them.
pub(super) fn is_padding(width: Width, bytes: &[u8]) -> bool {
    if bytes.iter().all(|&b| b == 0) || bytes.iter().all(|&b| b == 0xcc) || bytes.iter().all(|&b| b == 0x90) {
        return true;
    }
    let mut insns = Vec::new();
    decode(width, &Code { bytes, address: 0, sites: &[], modes: &[] }, &mut insns);
    let leaps = |i: &Insn| i.kind == InsnKind::Jump && i.target == Some(bytes.len() as u64);
    let rest = if insns.first().is_some_and(leaps) { &insns[1..] } else { &insns[..] };
    rest.iter().all(|i| i.kind == InsnKind::Nop || bytes[i.offset as usize] == 0xcc)
}
