//! Instructions as text, with symbols in place of relocated fields.

use iced_x86::{
    Formatter, FormatterTextKind, GasFormatter, Instruction, SymResString, SymResTextInfo, SymResTextPart,
    SymbolResolver, SymbolResult,
};

use super::Width;
use crate::{Code, Insn, Operand};

// The formatter wants a resolver that owns what it returns, and of static lifetime; so the names are worked out
// before formatting and handed over here.
struct Resolved {
    displacement: Option<String>,
    immediate: Option<String>,
}

impl SymbolResolver for Resolved {
    fn symbol(
        &mut self,
        instruction: &Instruction,
        _operand: u32,
        instruction_operand: Option<u32>,
        address: u64,
        _address_size: u32,
    ) -> Option<SymbolResult<'_>> {
        use iced_x86::OpKind;
        let kind = instruction.try_op_kind(instruction_operand?).ok()?;
        let text = match kind {
            OpKind::Memory => self.displacement.as_ref()?,
            _ => self.immediate.as_ref()?,
        };
        let part =
            SymResTextPart { text: SymResString::String(text.clone()), color: FormatterTextKind::Label };
        let info = SymResTextInfo::Text(part);
        Some(SymbolResult::with_text(address, info))
    }
}

/// The text of one instruction.
pub(super) fn format(
    width: Width,
    code: &Code<'_>,
    insn: &Insn,
    resolve: &dyn Fn(Operand) -> Option<String>,
) -> String {
    let bytes = code.bytes_of(insn);
    let mut decoder = width.decoder(bytes, code.address.wrapping_add(u64::from(insn.offset)));
    let instruction = decoder.decode();
    if instruction.is_invalid() {
        let hex: Vec<String> = bytes.iter().map(|b| format!("{b:#04x}")).collect();
        return format!(".byte {}", hex.join(", "));
    }
    let constants = decoder.get_constant_offsets(&instruction);
    let at_site = |offset: usize, size: usize| {
        let from = insn.offset + offset as u32;
        code.sites
            .iter()
            .find(|s| s.offset >= from && s.offset < from + size as u32 && s.kind.size() != Some(0))
            .and_then(|s| resolve(Operand::Site(s.offset)))
    };
    let mut resolved = Resolved { displacement: None, immediate: None };
    if constants.has_displacement() {
        resolved.displacement = at_site(constants.displacement_offset(), constants.displacement_size());
    }
    if constants.has_immediate() {
        resolved.immediate = at_site(constants.immediate_offset(), constants.immediate_size());
    }
    if let Some(target) = insn.target {
        let name = resolve(Operand::Target(target));
        if insn.kind.is_direct_branch() {
            resolved.immediate = name;
        } else {
            resolved.displacement = name;
        }
    }
    let mut formatter = GasFormatter::with_options(Some(Box::new(resolved)), None);
    let options = formatter.options_mut();
    options.set_show_branch_size(false);
    options.set_rip_relative_addresses(true);
    options.set_small_hex_numbers_in_decimal(true);
    options.set_uppercase_hex(false);
    let mut text = String::new();
    formatter.format(&instruction, &mut text);
    // The formatter writes the size of what 32-bit code jumps through, which no jump has another one of.
    for (with_size, plain) in [("jmpl *", "jmp *"), ("calll *", "call *")] {
        if let Some(operand) = text.strip_prefix(with_size).filter(|_| width == Width::Bits32) {
            return format!("{plain}{operand}");
        }
    }
    text
}
