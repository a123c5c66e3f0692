//! As it stands in the file.

use fixscope_arch::{Insn, Operand, REACH_MADE};

use crate::inspect::data::{self, Row};
use crate::inspect::info::{line as line_of, offset};
use crate::inspect::model::ShownLine;
use crate::inspect::references::is_through_got;
use crate::load::Reloc;
use crate::normalize::{EntityId, Normalized, Target};

/// Every instruction of a function with its offset and bytes. Labels are the symbols that lie inside.
pub(super) fn function(n: &Normalized<'_, '_>, id: EntityId) -> Vec<ShownLine> {
    let code = n.code(id);
    let entity = n.entity(id);
    let measured = offset(n, entity).is_some();
    let labels = labels(n, id);
    let line = |insn: &Insn| {
        let at = u64::from(insn.offset);
        let label = labels.iter().find(|(offset, _)| (at..u64::from(insn.end())).contains(offset));
        ShownLine {
            label: label.map(|(offset, name)| match offset - at {
                0 => name.clone(),
                // Hand-written code jumps behind a prefix of an instruction.
                inside => format!("{name} (+{inside})"),
            }),
            at: measured.then_some(at),
            line: line_of(n, entity, at),
            bytes: measured.then(|| data::hex(code.bytes_of(insn))),
            text: text(n, id, insn, &|target| place(n, id, target)),
        }
    };
    n.decoded(id).insns.iter().map(line).collect()
}

/// The symbols that name a place inside, with its offset from the start.
fn labels(n: &Normalized<'_, '_>, id: EntityId) -> Vec<(u64, String)> {
    let symbols = n.unit.symbols.iter().enumerate();
    symbols
        .filter_map(|(i, symbol)| match n.entity_of_symbol(i as u32) {
            Some((of, at)) if of == id && at > 0 => Some((at, symbol.name.to_string())),
            _ => None,
        })
        .collect()
}

/// A target in words; a place in the function itself by its offset.
fn place(n: &Normalized<'_, '_>, id: EntityId, target: Target) -> String {
    match target {
        Target::Entity { id: to, offset: 0 } if to == id => format!("{}+0x0", n.name(id)),
        _ => data::describe(n, target),
    }
}

/// One instruction in GNU syntax. `name` tells what a reference is called; what is reached through the global
/// offset table is marked, because the instruction reads an address there.
pub(super) fn text(
    n: &Normalized<'_, '_>,
    id: EntityId,
    insn: &Insn,
    name: &dyn Fn(Target) -> String,
) -> String {
    let entity = n.entity(id);
    n.arch.format(&n.code(id), insn, &|operand| match operand {
        Operand::Site(offset) => {
            let at = entity.offset + u64::from(offset);
            let here = n.relocs_in(entity.section?, at..at.saturating_add(1));
            let reloc = here.iter().find(|r| !is_marker(n, r) && r.r_type != REACH_MADE)?;
            // Assembly text has its own mark.
            let mark = if n.unit.text.is_none() && is_through_got(n, id, insn, reloc) { "@GOT" } else { "" };
            Some(format!("{}{mark}", name(n.target_in_function(id, reloc))))
        }
        Operand::Target(place) => {
            // A jump to the end of the function leads nowhere else, whatever lies behind it.
            if place >= entity.offset && place <= entity.end() {
                return Some(name(Target::Entity { id, offset: (place - entity.offset) as i64 }));
            }
            Some(name(n.target_at(entity.section?, place as i64)))
        }
    })
}

fn is_marker(n: &Normalized<'_, '_>, reloc: &Reloc) -> bool {
    n.arch.relocation(reloc.r_type).size() == Some(0)
}

/// All bytes of a data object, and the references among them.
pub(super) fn object(n: &Normalized<'_, '_>, id: EntityId) -> Vec<ShownLine> {
    let entity = n.entity(id);
    let Some(section) = entity.section else {
        return vec![ShownLine {
            at: Some(0),
            text: format!(".zero {}", entity.size),
            ..ShownLine::default()
        }];
    };
    let target = |reloc: &Reloc| match entity.by_content {
        true => n.target_in_nameless(section, entity.offset, reloc),
        false => n.target_in_data(section, reloc),
    };
    let rows = data::rows(n, section, entity.offset..entity.end(), target);
    let bytes = |at: u64, len: u64| n.bytes(section, at..at.saturating_add(len).min(entity.end()));
    let line = |row: &Row| {
        let (at, bytes, text) = match *row {
            Row::Bytes(at, len) => (at, Some(data::hex(bytes(at, len))), data::readable(bytes(at, len))),
            Row::Zeros(at, len) => (at, None, format!(".zero {len}")),
            Row::Reference(at, size, target) => {
                let text = format!("{} {}", data::statement(size), data::describe(n, target));
                (at, Some(data::hex(bytes(at, size))), text)
            }
        };
        let at = at - entity.offset;
        ShownLine { label: None, at: Some(at), line: line_of(n, entity, at), bytes, text }
    };
    rows.iter().map(line).collect()
}
