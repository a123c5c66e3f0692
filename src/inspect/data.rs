//! Data as rows: runs of bytes, and the references between them.

use std::ops::Range;

use crate::load::Reloc;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};

/// Bytes in one row.
const ROW: u64 = 16;

/// One row of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// Plain bytes: offset from the start of the section, and number.
    Bytes(u64, u64),
    /// That many zero bytes, which need not stand in the file.
    Zeros(u64, u64),
    /// A reference: offset of its field from the start of the section, size of the field, and what it leads to.
    Reference(u64, u64, Target),
}

/// The rows of a range of a section. `target` tells what a relocation leads to.
pub(super) fn rows(
    n: &Normalized<'_, '_>,
    section: u32,
    range: Range<u64>,
    target: impl Fn(&Reloc) -> Target,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut at = range.start;
    for reloc in n.relocs_in(section, range.clone()) {
        let size = u64::from(n.arch.relocation(reloc.r_type).size().unwrap_or(0));
        plain(n, section, at..reloc.offset.max(at), &mut rows);
        rows.push(Row::Reference(reloc.offset, size, target(reloc)));
        at = at.max(reloc.offset.saturating_add(size).min(range.end));
    }
    plain(n, section, at..range.end, &mut rows);
    rows
}

fn plain(n: &Normalized<'_, '_>, section: u32, range: Range<u64>, rows: &mut Vec<Row>) {
    let mut at = range.start;
    let in_file = n.unit.section(section).map_or(0, |s| s.data.len() as u64);
    let is_zero = |at: u64, len: u64| n.bytes(section, at..at + len).iter().all(|&b| b == 0);
    while at < range.end {
        // A section without bytes in the file may be of any size.
        if at >= in_file {
            rows.push(Row::Zeros(at, range.end - at));
            break;
        }
        let len = ROW.min(range.end - at);
        // Long runs of zeros are one row, as are data that do not stand in the file.
        if is_zero(at, len) {
            let mut end = at + len;
            while end < range.end.min(in_file) && is_zero(end, ROW.min(range.end - end)) {
                end += ROW.min(range.end - end);
            }
            rows.push(Row::Zeros(at, end - at));
            at = end;
            continue;
        }
        rows.push(Row::Bytes(at, len));
        at += len;
    }
}

/// The function whose jump table something nameless is, and the places that its entries lead to, in bytes from the
/// function's start.
pub(super) fn jump_table(n: &Normalized<'_, '_>, section: u32, start: u64) -> Option<(EntityId, Vec<u64>)> {
    let range = n.nameless_run(section, start);
    if n.unit.section(section).is_none_or(crate::load::Section::is_code) {
        return None;
    }
    let relocs = n.relocs_in(section, range);
    let mut function = None;
    let mut places = Vec::with_capacity(relocs.len());
    for reloc in relocs {
        let Target::Entity { id, offset } = n.target_in_nameless(section, start, reloc) else { return None };
        let same = *function.get_or_insert(id) == id && n.entity(id).kind == EntityKind::Function;
        places.push(u64::try_from(offset).ok().filter(|_| same)?);
    }
    // A pointer to a function's start is a call some time, not a place to jump to.
    let function = function.filter(|_| places.iter().any(|&at| at != 0))?;
    Some((function, places))
}

/// A target in words; strings as a whole, and a jump table is said to be one.
pub(super) fn describe(n: &Normalized<'_, '_>, target: Target) -> String {
    match target {
        Target::Nameless { section, offset, inner: 0 } => {
            if let Some(text) = string(n, section, n.nameless_run(section, offset)) {
                return text;
            }
            if let Some((_, places)) = jump_table(n, section, offset) {
                let section = n.unit.section(section).map_or("?", |s| &s.name);
                return format!("jump table of {} places at {section}+{offset:#x}", places.len());
            }
        }
        Target::Entity { id, offset: 0 } if n.entity(id).by_content => {
            let entity = n.entity(id);
            if let Some(text) = entity.section.and_then(|s| string(n, s, entity.offset..entity.end())) {
                return format!("{} = {text}", n.name(id));
            }
        }
        _ => {}
    }
    n.describe(target)
}

/// A string in words, when a range is one: all of it up to the zero byte that ends it is text.
pub(super) fn string(n: &Normalized<'_, '_>, section: u32, range: Range<u64>) -> Option<String> {
    let info = n.unit.section(section)?;
    if info.is_code()
        || info.is_strings() && info.entsize > 1
        || !n.relocs_in(section, range.clone()).is_empty()
    {
        return None;
    }
    let text = n.bytes(section, range).strip_suffix(&[0])?;
    let text = std::str::from_utf8(text).ok()?;
    // Elsewhere a few bytes may be text by chance.
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\t' | '\r' | '\u{1}');
    (info.is_strings() || text.len() > 1 && text.chars().all(is_text)).then(|| format!("string {text:?}"))
}

/// Bytes in hexadecimal, two digits each.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 3);
    for (i, byte) in bytes.iter().enumerate() {
        let blank = if i == 0 { "" } else { " " };
        let _ = write!(text, "{blank}{byte:02x}");
    }
    text
}

/// What of `bytes` can be read, between bars, as `hexdump -C` shows it.
pub(super) fn readable(bytes: &[u8]) -> String {
    let shown = |&b: &u8| if b.is_ascii_graphic() || b == b' ' { char::from(b) } else { '.' };
    format!("|{}|", bytes.iter().map(shown).collect::<String>())
}

/// The assembler's statement for a reference of this size in bytes.
pub(super) fn statement(size: u64) -> &'static str {
    match size {
        1 => ".byte",
        2 => ".value",
        4 => ".long",
        8 => ".quad",
        _ => ".reloc",
    }
}
