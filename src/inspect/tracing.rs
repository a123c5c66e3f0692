//! Where the kernel can redirect functions.

use rustc_hash::FxHashMap;

use super::model::{TracingKind, TracingSite};
use crate::load::{Reloc, SymbolPlace};
use crate::normalize::{EntityId, EntityKind, Normalized};

/// Tables of places, and what they say.
const TABLES: [(&str, TracingKind); 2] =
    [("__mcount_loc", TracingKind::McountLoc), ("__patchable_function_entries", TracingKind::Patchable)];

/// No compiler puts more bytes in front of a function for tracing than this.
const FARTHEST: u64 = 256;

/// The places of all functions of a unit, ordered.
pub(crate) fn sites(n: &Normalized<'_, '_>) -> FxHashMap<EntityId, Vec<TracingSite>> {
    let mut found: FxHashMap<EntityId, Vec<TracingSite>> = FxHashMap::default();
    for id in n.ids().filter(|&id| n.entity(id).kind == EntityKind::Function) {
        if let Some(at) = n.tracer_call(id) {
            found
                .entry(id)
                .or_default()
                .push(TracingSite { kind: TracingKind::Call, at: measured(n, id, at as i64) });
        }
    }
    for (index, section) in n.unit.sections.iter().enumerate() {
        let Some(&(_, kind)) = TABLES.iter().find(|(name, _)| section.name == *name) else { continue };
        let index = index as u32;
        for reloc in n.relocs(index) {
            if let Some((id, at)) =
                place(n, index, reloc).and_then(|(section, offset)| function(n, section, offset))
            {
                found.entry(id).or_default().push(TracingSite { kind, at: measured(n, id, at) });
            }
        }
    }
    for list in found.values_mut() {
        list.sort_unstable();
        list.dedup();
    }
    found
}

/// The place, where bytes are known.
fn measured(n: &Normalized<'_, '_>, id: EntityId, at: i64) -> Option<i64> {
    n.entity(id).section.filter(|&s| n.unit.is_measured(s)).map(|_| at)
}

/// The place a relocation of the table in `table` leads to, as it stands there: the tables hold addresses, not references.
fn place(n: &Normalized<'_, '_>, table: u32, reloc: &Reloc) -> Option<(u32, u64)> {
    let symbol = n.unit.symbols.get(reloc.symbol as usize)?;
    let SymbolPlace::Section(section) = symbol.place else { return None };
    Some((section, symbol.offset.checked_add_signed(n.addend_of(table, reloc))?))
}

/// The function that a place is for, and the offset from its start.
fn function(n: &Normalized<'_, '_>, section: u32, offset: u64) -> Option<(EntityId, i64)> {
    let (first, entities) = n.entities_in(section);
    let before = entities.partition_point(|e| e.offset <= offset);
    let at = |i: usize| (EntityId(first.0 + i as u32), offset.wrapping_sub(entities[i].offset) as i64);
    let is_function = |i: usize| entities.get(i).is_some_and(|e| e.kind == EntityKind::Function);
    // The kernel's objtool and Clang's KCFI give names to what stands in front of a function.
    let is_prefix = |i: usize| {
        let name = n.name(EntityId(first.0 + i as u32));
        name.starts_with("__pfx_") || name.starts_with("__cfi_")
    };
    let inside = before.checked_sub(1).filter(|&i| offset < entities[i].end());
    match inside {
        Some(i) if is_prefix(i) && is_function(i + 1) && entities[i].end() == entities[i + 1].offset => {
            Some(at(i + 1))
        }
        Some(i) if is_function(i) => Some(at(i)),
        // NOPs in front of a function, such as `-fpatchable-function-entry=N,M` puts there, belong to no symbol.
        None if is_function(before) => {
            let start = entities[before].offset;
            let near = start - offset <= FARTHEST && n.arch.is_padding(n.bytes(section, offset..start));
            near.then(|| at(before))
        }
        _ => None,
    }
}
