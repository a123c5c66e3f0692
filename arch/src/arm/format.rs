//! Instructions as text, as the GNU tools print them, by tables of our own.
//!
//! `yaxpeax-arm` was the alternative: it prints different words alike, knows neither floating-point nor vector
//! instructions, panics on some words, and has another way to write than `objdump`. What is not in the tables is a number.

mod a32;
mod floating;
mod pattern;
mod t32;

use super::block;
use super::literals::word_of;
use crate::{Code, Insn, Mode, Operand};
use pattern::{Context, Row};

/// The text of one instruction, or of a piece of data.
pub(super) fn format(code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
    let bytes = code.bytes_of(insn);
    let name = name(code, insn, resolve);
    let Some((mode, word)) = word_of(code, insn) else { return data(bytes, name) };
    let condition = match mode {
        Mode::Code => word >> 28,
        _ => block::condition(code, insn).unwrap_or(14),
    };
    let target = insn.target.map(|target| format!("{target:#x}"));
    let context = Context {
        word,
        condition,
        in_block: mode == Mode::Thumb && condition != 14,
        name: name.as_deref(),
        target: name.as_deref().or(target.as_deref()),
    };
    let tables: &[&[Row]] = match (mode, insn.len) {
        (Mode::Code, _) => a32::TABLES,
        (_, 2) => &[t32::NARROW],
        // The second room of coprocessors has other instructions.
        _ if word >> 28 == 0xf => &t32::WIDE[..1],
        _ => t32::WIDE,
    };
    if let Some(text) = tables.iter().find_map(|table| pattern::find(table, &context)) {
        return text;
    }
    let text = match (mode, insn.len) {
        (Mode::Code, _) => format!(".inst {word:#010x}"),
        (_, 2) => format!(".inst.n {word:#06x}"),
        _ => format!(".inst.w {word:#010x}"),
    };
    match name {
        Some(name) => format!("{text} @ {name}"),
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
