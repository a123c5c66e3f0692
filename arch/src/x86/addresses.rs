//! Fields of instructions that hold addresses, for code that has no relocations.

use iced_x86::{Instruction, Mnemonic, OpKind, Register};

use super::Width;
use crate::{Address, AddressForm, Code};

/// Appends everything that may be an address.
pub(super) fn addresses(width: Width, code: &Code<'_>, out: &mut Vec<Address>) {
    let mut decoder = width.decoder(code.bytes, code.address);
    let mut instruction = Instruction::default();
    let mut sites = code.sites.iter().peekable();
    while decoder.can_decode() {
        let start = decoder.position();
        decoder.decode_out(&mut instruction);
        if instruction.is_invalid() {
            // As `decode` does: one byte at a time.
            if decoder.set_position(start + 1).is_err() {
                break;
            }
            decoder.set_ip(code.address.wrapping_add(start as u64 + 1));
            continue;
        }
        let constants = decoder.get_constant_offsets(&instruction);
        let end = (start + instruction.len()) as u32;
        while sites.next_if(|s| s.offset < start as u32).is_some() {}
        let filled = |field: u32| sites.clone().take_while(|s| s.offset < end).any(|s| s.offset == field);
        let mut add = |offset: usize, size: usize, form, value, access| {
            let field = (start + offset) as u32;
            if !filled(field) {
                out.push(Address { field, size: size as u8, end, form, value, access });
            }
        };
        if constants.has_displacement()
            && let Some((form, value, access)) = memory(width, &instruction, constants.displacement_size())
        {
            add(constants.displacement_offset(), constants.displacement_size(), form, value, access);
        }
        for operand in 0..instruction.op_count() {
            let (form, value) = match instruction.op_kind(operand) {
                OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64 => {
                    (AddressForm::Branch, instruction.near_branch_target())
                }
                OpKind::Immediate32 | OpKind::Immediate32to64 | OpKind::Immediate64 => {
                    (AddressForm::Absolute, instruction.immediate(operand))
                }
                _ => continue,
            };
            if constants.has_immediate() {
                add(constants.immediate_offset(), constants.immediate_size(), form, value, None);
            }
        }
    }
}

/// What a displacement tells: the form, the address, and how many bytes are touched there.
fn memory(width: Width, instruction: &Instruction, size: usize) -> Option<(AddressForm, u64, Option<u32>)> {
    // An instruction that only computes the address, or only hints at it, touches nothing there.
    let touches = !matches!(instruction.mnemonic(), Mnemonic::Lea | Mnemonic::Nop);
    let bytes = instruction.memory_size().size() as u32;
    let exact = Some(bytes).filter(|&bytes| touches && bytes > 0);
    let segment = instruction.memory_segment();
    if instruction.is_ip_rel_memory_operand() {
        return Some((AddressForm::Relative, instruction.ip_rel_memory_address(), exact));
    }
    // A displacement of one byte beside a register is no address.
    if size < 4 {
        return None;
    }
    let value = instruction.memory_displacement64();
    let plain = instruction.memory_base() == Register::None && instruction.memory_index() == Register::None;
    // The thread pointer is fs in 64-bit code and gs in 32-bit code; kernels have their own data at the other.
    match (segment, width) {
        (Register::GS, Width::Bits64) | (Register::FS, Width::Bits32) => {
            Some((AddressForm::Processor, value, exact.filter(|_| plain)))
        }
        (Register::FS, Width::Bits64) => Some((AddressForm::Thread, value, exact.filter(|_| plain))),
        (Register::GS, Width::Bits32) => {
            // A distance from the thread pointer is mostly a negative one.
            let value = i64::from(value as i32) as u64;
            Some((AddressForm::Thread, value, exact.filter(|_| plain)))
        }
        _ => Some((AddressForm::Absolute, value, exact.filter(|_| plain))),
    }
}
