//! Instructions as text.

use crate::{Code, Insn, InsnKind, Mode, Operand};

/// The text of one instruction, or of a piece of data.
pub(super) fn format(code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
    let bytes = code.bytes_of(insn);
    let name = name(code, insn, resolve);
    if insn.kind == InsnKind::Data {
        return data(bytes, name);
    }
    let text = match (bytes, mode_at(code, insn.offset)) {
        (&[a, b], Mode::Thumb) => format!(".inst.n {:#06x}", u16::from_le_bytes([a, b])),
        (&[a, b, c, d], Mode::Thumb) => {
            format!(".inst.w {:#010x}", u32::from_le_bytes([a, b, c, d]).rotate_left(16))
        }
        (&[a, b, c, d], _) => format!(".inst {:#010x}", u32::from_le_bytes([a, b, c, d])),
        _ => data(bytes, None),
    };
    match name {
        Some(name) => format!("{text} ; {name}"),
        None => text,
    }
}

/// What the instruction's field leads to.
fn name(code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> Option<String> {
    let first = code.sites.partition_point(|s| s.offset < insn.offset);
    let own = code.sites[first..].iter().take_while(|s| s.offset < insn.end());
    let mut filling = own.filter(|s| s.kind.size() != Some(0));
    match filling.next() {
        Some(site) => resolve(Operand::Site(site.offset)),
        None => resolve(Operand::Target(insn.target?)),
    }
}

fn data(bytes: &[u8], name: Option<String>) -> String {
    let value = |b: &[u8]| b.iter().rev().fold(0u32, |sum, &b| sum << 8 | u32::from(b));
    let directive = match bytes.len() {
        4 => ".word",
        2 => ".short",
        _ => ".byte",
    };
    match (name, bytes.len()) {
        (Some(name), _) => format!("{directive} {name}"),
        (None, 4) => format!(".word {:#010x}", value(bytes)),
        (None, 2) => format!(".short {:#06x}", value(bytes)),
        (None, _) => {
            let hex: Vec<String> = bytes.iter().map(|b| format!("{b:#04x}")).collect();
            format!(".byte {}", hex.join(", "))
        }
    }
}

/// What kind of code or data an offset of the code lies in.
pub(super) fn mode_at(code: &Code<'_>, offset: u32) -> Mode {
    let behind = code.modes.partition_point(|m| m.offset <= offset);
    behind.checked_sub(1).map_or(Mode::Code, |i| code.modes[i].mode)
}
