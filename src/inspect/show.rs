//! Single functions and data objects, as they stand in the file or as the comparison sees them.

mod entries;
mod normalized;
mod raw;

use super::info::{aliases, file, kind, line, offset, section, size};
use super::model::{ShownLine, ShownSymbol};
use super::references::whole;
use crate::normalize::{EntityId, EntityKind, Normalized};
use crate::report::model::Binding;

/// How something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it stands in the file: offsets, bytes, every instruction.
    Raw,
    /// As the comparison sees it: labels by their order, nameless content in place of addresses, no padding.
    Normalized,
}

/// Shows functions and data objects of a unit, each with its cold parts behind it. None is shown twice.
pub fn show(n: &Normalized<'_, '_>, unit: &str, ids: &[EntityId], form: Form) -> Vec<ShownSymbol> {
    with_cold_parts(n, ids).into_iter().map(|id| symbol(n, unit, id, form)).collect()
}

/// Each with its cold parts behind it, none twice.
pub fn with_cold_parts(n: &Normalized<'_, '_>, ids: &[EntityId]) -> Vec<EntityId> {
    let mut all: Vec<EntityId> = Vec::new();
    for &id in ids {
        let cold = n.ids().filter(|&other| n.entity(other).cold_of == Some(id));
        for id in std::iter::once(id).chain(cold) {
            if !all.contains(&id) {
                all.push(id);
            }
        }
    }
    all
}

fn symbol(n: &Normalized<'_, '_>, unit: &str, id: EntityId, form: Form) -> ShownSymbol {
    let entity = n.entity(id);
    let symbol = n.symbol(id);
    let mut lines: Vec<ShownLine> = match (form, entity.kind) {
        (Form::Raw, EntityKind::Function) => raw::function(n, id),
        (Form::Raw, EntityKind::Object) => raw::object(n, id),
        (Form::Normalized, EntityKind::Function) => normalized::function(n, id),
        (Form::Normalized, EntityKind::Object) => normalized::object(n, id),
    };
    if entity.kind == EntityKind::Function && !n.arch.is_decoded() {
        let text = format!(
            "# words of hexadecimal digits, with what they refer to: nothing here decodes {}",
            n.arch.name()
        );
        lines.insert(0, ShownLine { text, ..ShownLine::default() });
    }
    ShownSymbol {
        unit: unit.to_owned(),
        name: symbol.name.to_string(),
        kind: kind(entity),
        binding: Binding::from(symbol.binding),
        section: section(n, entity),
        offset: offset(n, entity),
        size: size(n, entity),
        line: line(n, entity, 0),
        file: file(n, symbol),
        aliases: aliases(n, id).map(|s| s.name.to_string()).collect(),
        cold_of: entity.cold_of.map(|parent| n.name(parent).to_owned()),
        normalized: form == Form::Normalized,
        lines,
    }
}

/// The functions that belong together: one and its cold parts, whichever of them `id` is.
fn family(n: &Normalized<'_, '_>, id: EntityId) -> Vec<EntityId> {
    let parent = whole(n, id);
    let cold = n.ids().filter(|&other| n.entity(other).cold_of == Some(parent));
    std::iter::once(parent).chain(cold).collect()
}
