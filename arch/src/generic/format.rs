//! Instructions as words of hexadecimal digits, with what they refer to behind.

use std::fmt::Write;

use super::table::{Lengths, Table};
use crate::{Code, Insn, InsnKind, Operand};

/// The text of one instruction. The bits of a distance are zero in it, because the place that it leads to is named;
/// those that relocations fill are as the file has them.
pub(super) fn format(
    table: &Table,
    code: &Code<'_>,
    insn: &Insn,
    resolve: &dyn Fn(Operand) -> Option<String>,
) -> String {
    let mut bytes = code.bytes_of(insn).to_vec();
    if let Some(field) = insn.field {
        bytes.iter_mut().enumerate().for_each(|(i, byte)| *byte &= !field.bits_at(i));
    }
    let start = code.sites.partition_point(|s| s.offset < insn.offset);
    let sites = code.sites[start..].iter().take_while(|s| s.offset < insn.end());
    let mut names: Vec<String> = Vec::new();
    for site in sites.filter(|s| s.kind.size() != Some(0)) {
        let name = resolve(Operand::Site(site.offset)).unwrap_or_else(|| "?".to_owned());
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    if let Some(target) = insn.target {
        names.push(resolve(Operand::Target(target)).unwrap_or_else(|| format!("{target:#x}")));
    }
    let mut text = match insn.kind {
        InsnKind::Unknown => {
            let hex: Vec<String> = bytes.iter().map(|b| format!("{b:#04x}")).collect();
            format!(".byte {}", hex.join(", "))
        }
        _ => words(table, &bytes),
    };
    for (i, name) in names.iter().enumerate() {
        _ = write!(text, "{} {name}", if i == 0 { " " } else { "," });
    }
    text
}

/// Bytes as the words that instructions are written in.
fn words(table: &Table, bytes: &[u8]) -> String {
    let unit = match table.lengths {
        Lengths::HighBits => 2,
        Lengths::LowBits if bytes.len() == 2 => 2,
        _ => 4,
    };
    let words =
        bytes.chunks(unit).map(|word| format!("{:0width$x}", table.word(word), width = 2 * word.len()));
    words.collect::<Vec<_>>().join(" ")
}
