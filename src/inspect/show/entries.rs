//! The entries that tables have for a function: static keys, exception handlers, reports of bugs, alternatives.

use std::ops::Range;

use super::normalized::Contents;
use crate::inspect::data;
use crate::inspect::model::ShownLine;
use crate::load::Section;
use crate::normalize::{EntityId, Normalized, TableLayout, Target};

/// One entry of a table.
pub(super) struct TableEntry {
    section: u32,
    /// Offsets in bytes from the start of the section.
    pub range: Range<u64>,
    layout: TableLayout,
}

/// The entries for places in a function, in the order of the tables.
pub(super) fn of_function(n: &Normalized<'_, '_>, id: EntityId) -> Vec<TableEntry> {
    let mut found = Vec::new();
    for (section, info) in (0u32..).zip(&n.unit.sections) {
        if !info.is_allocated() || info.size == 0 {
            continue;
        }
        let Some(layout) = n.table_layout(section) else { continue };
        for start in (0..info.size).step_by(layout.entry as usize) {
            let range = start..start + layout.entry;
            let place = n.relocs_in(section, range.clone()).first().map(|r| n.target_in_data(section, r));
            if matches!(place, Some(Target::Entity { id: of, .. }) if of == id) {
                found.push(TableEntry { section, range, layout });
            }
        }
    }
    found
}

/// Tells of all places in functions that an entry refers to, with their offsets in bytes.
pub(super) fn places(n: &Normalized<'_, '_>, entry: &TableEntry, mut tell: impl FnMut(EntityId, u64)) {
    for reloc in n.relocs_in(entry.section, entry.range.clone()) {
        if let Target::Entity { id, offset } = n.target_in_data(entry.section, reloc) {
            tell(id, offset.max(0) as u64);
        }
    }
}

/// What the comparison does with a part of an entry.
#[derive(Clone, Copy)]
enum Part {
    Compared,
    /// Source lines and the names of files mean nothing.
    PassedOver(&'static str),
    /// The code that it leads to is compared instead.
    Replacement,
}

/// Writes an entry as it is compared.
pub(super) fn write(contents: &Contents<'_, '_, '_>, entry: &TableEntry, lines: &mut Vec<ShownLine>) {
    let n = contents.n;
    let (section, layout) = (entry.section, entry.layout);
    let name = n.unit.section(section).map_or("?", |s| &s.name);
    lines.push(ShownLine { text: format!("# entry of {name}"), ..ShownLine::default() });
    let mut parts: Vec<(Range<u64>, Part)> = Vec::new();
    let start = entry.range.start;
    parts.extend(layout.line.map(|(at, length)| (start + at..start + at + length, Part::PassedOver("line"))));
    for reloc in n.relocs_in(section, entry.range.clone()) {
        let at = reloc.offset - start;
        let field =
            reloc.offset..reloc.offset + u64::from(n.arch.relocation(reloc.r_type).size().unwrap_or(0));
        let target = n.target_in_data(section, reloc);
        if layout.file == Some(at) && is_string(n, target) {
            parts.push((field, Part::PassedOver("file")));
        } else if layout.replacement.is_some_and(|(place, _)| place == at) {
            parts.push((field, Part::Replacement));
        }
    }
    parts.sort_by_key(|(range, _)| range.start);
    let mut at = start;
    for (range, part) in parts.into_iter().chain([(entry.range.end..entry.range.end, Part::Compared)]) {
        contents.run(section, at..range.start.max(at), false, None, lines);
        at = at.max(range.end).min(entry.range.end);
        let length = range.end - range.start;
        match part {
            Part::Compared => {}
            Part::PassedOver(what) => {
                let text = format!(".skip {length}  # {what}, not compared");
                lines.push(ShownLine { text, ..ShownLine::default() });
            }
            Part::Replacement => replacement(contents, entry, range.start, lines),
        }
    }
}

/// Writes the code that an entry leads to in place of the reference to it.
fn replacement(contents: &Contents<'_, '_, '_>, entry: &TableEntry, at: u64, lines: &mut Vec<ShownLine>) {
    let n = contents.n;
    let reloc = n.relocs_in(entry.section, at..at + 1).first();
    let target = reloc.map(|reloc| n.target_in_data(entry.section, reloc));
    // Where it is not assembled the length is a distance that is not known, and a reference by itself.
    let length = entry.layout.replacement.and_then(|(_, length)| {
        let field = entry.range.start + length..entry.range.start + length + 1;
        let is_known = n.relocs_in(entry.section, field.clone()).is_empty();
        n.bytes(entry.section, field).first().filter(|_| is_known).copied().map(u64::from)
    });
    let place = match target {
        Some(Target::Place { section, offset }) => u64::try_from(offset).ok().map(|at| (section, at)),
        _ => None,
    };
    let size = reloc.and_then(|r| n.arch.relocation(r.r_type).size()).unwrap_or(0);
    let Some(((section, start), length)) = place.zip(length) else {
        let target = target.map(|target| contents.name(target)).unwrap_or_default();
        let text = format!("{} {target}", data::statement(size.into()));
        lines.push(ShownLine { text, ..ShownLine::default() });
        return;
    };
    let text = format!(".skip {size}  # leads to {length} bytes of code:");
    lines.push(ShownLine { text, ..ShownLine::default() });
    contents.run(section, start..start.saturating_add(length), false, None, lines);
}

/// Whether a target is a string as a whole: the name of a file, and nothing else that an entry may lead to.
fn is_string(n: &Normalized<'_, '_>, target: Target) -> bool {
    let section = match target {
        Target::Nameless { section, inner: 0, .. } => Some(section),
        Target::Entity { id, offset: 0 } if n.entity(id).by_content => n.entity(id).section,
        _ => None,
    };
    section.and_then(|s| n.unit.section(s)).is_some_and(Section::is_strings)
}
