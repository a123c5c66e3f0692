//! Constants without an identity of their own that nothing was found to refer to.
//!
//! Such constants are compared with those who refer to them. Where a reference does not show what it leads to
//! (the compiler folded the lowest index of a table into its address, which then lies in front of the table, and
//! the assembler made section and offset of it), or where only a linker script leads there, nobody would compare
//! them, and a difference would be lost. So all of them in a section are compared as a whole.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::load::names;
use crate::normalize::{EntityId, EntityKind, Normalized, Target};
use crate::pair::Pair;

use super::content::in_field;
use super::references::{Sides, describe};

/// What tells one constant from another: its bytes outside of references, and what those lead to.
type Content = (Vec<u8>, Vec<(u64, u32, String)>);

/// A sentence for each section whose constants that nothing refers to differ between the sides, by its name.
pub(super) fn differences(sides: &Sides<'_>) -> BTreeMap<String, String> {
    let of_sides = Pair::new(collect(sides.original), collect(sides.patched));
    let mut found = BTreeMap::new();
    for name in of_sides.original.keys().chain(of_sides.patched.keys()) {
        let contents = |of: &BTreeMap<String, Vec<EntityId>>, n: &Normalized<'_, '_>| {
            let mut contents: BTreeMap<Content, Vec<EntityId>> = BTreeMap::new();
            for &id in of.get(name).map_or(&[][..], Vec::as_slice) {
                contents.entry(content(n, id)).or_default().push(id);
            }
            contents
        };
        let (o, p) =
            (contents(&of_sides.original, sides.original), contents(&of_sides.patched, sides.patched));
        let only = |a: &BTreeMap<Content, Vec<EntityId>>, b: &BTreeMap<Content, Vec<EntityId>>| {
            a.iter()
                .filter(|(content, ids)| b.get(*content).map_or(0, Vec::len) < ids.len())
                .map(|(_, ids)| ids[0])
                .collect::<Vec<_>>()
        };
        let (only_o, only_p) = (only(&o, &p), only(&p, &o));
        let Some(what) = only_p
            .first()
            .map(|&id| sides.patched.name(id))
            .or_else(|| only_o.first().map(|&id| sides.original.name(id)))
        else {
            continue;
        };
        let count = only_o.len().max(only_p.len());
        let others = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        found.insert(
            name.clone(),
            format!("constants that nothing was seen to refer to differ: {what}{others}"),
        );
    }
    found
}

/// By name of the section: the constants that no reference leads to.
fn collect(n: &Normalized<'_, '_>) -> BTreeMap<String, Vec<EntityId>> {
    let mut reached = vec![false; n.entities().len()];
    let mut wanted = vec![false; n.unit.sections.len()];
    let mut any = false;
    for entity in n.entities() {
        let Some(section) = entity.section.filter(|_| entity.by_content) else { continue };
        // The linker merges such constants by content, and keeps the labels that lead there.
        if !n.unit.sections[section as usize].is_mergeable() {
            wanted[section as usize] = true;
            any = true;
        }
    }
    let mut unreached: BTreeMap<String, Vec<EntityId>> = BTreeMap::new();
    if !any {
        return unreached;
    }
    for section in 0..n.unit.sections.len() as u32 {
        if !n.unit.sections[section as usize].is_allocated() {
            continue;
        }
        let is_code = n.unit.sections[section as usize].is_code();
        for reloc in n.relocs(section) {
            let symbol = n.unit.symbols.get(reloc.symbol as usize);
            let leads_there = symbol.is_some_and(|s| match s.place {
                crate::load::SymbolPlace::Section(to) => wanted.get(to as usize) == Some(&true),
                _ => false,
            });
            if !leads_there {
                continue;
            }
            let target = match n.target_at(section, reloc.offset as i64) {
                Target::Entity { id, .. } if is_code && n.entity(id).kind == EntityKind::Function => {
                    n.target_in_function(id, reloc)
                }
                _ => n.target_in_data(section, reloc),
            };
            if let Target::Entity { id, .. } = target {
                reached[id.0 as usize] = true;
            }
        }
    }
    for id in n.ids().filter(|&id| n.entity(id).by_content && !reached[id.0 as usize]) {
        let Some(section) = n.entity(id).section.filter(|&s| wanted[s as usize]) else { continue };
        let name = n.unit.sections[section as usize].name.to_string();
        unreached.entry(name).or_default().push(id);
    }
    unreached
}

fn content(n: &Normalized<'_, '_>, id: EntityId) -> Content {
    let entity = n.entity(id);
    let relocs = n.relocs_of(id);
    let bytes = n.bytes_of(id).iter().enumerate();
    let bytes =
        bytes.map(|(i, &b)| if in_field(n, relocs, entity.offset + i as u64) { 0 } else { b }).collect();
    let mut same_names: FxHashMap<&str, String> = FxHashMap::default();
    let references = relocs.iter().map(|r| {
        let target = n.target_in_data(entity.section.unwrap_or(0), r);
        let text = match target {
            // A place in code is told by the instruction, and a name without the compiler's number.
            Target::Entity { id, offset } if !n.entity(id).by_content => {
                let name = n.name(id);
                let class = same_names.entry(name).or_insert_with(|| names::class(name).into_owned());
                let ordinal = match n.entity(id).kind {
                    EntityKind::Function => {
                        u64::try_from(offset).ok().and_then(|at| n.decoded(id).ordinal(at)).map(i64::from)
                    }
                    EntityKind::Object => None,
                };
                format!("{class}+{}", ordinal.unwrap_or(offset))
            }
            Target::Entity { id, offset } => format!("{:?}+{offset}", n.bytes_of(id)),
            target => describe(n, target),
        };
        (r.offset - entity.offset, r.r_type, text)
    });
    (bytes, references.collect())
}
