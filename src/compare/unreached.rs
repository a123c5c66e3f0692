//! Constants without an identity of their own whose readers are not seen.
//!
//! Such constants are compared with those who refer to them. But a reference does not always show what it leads
//! to: where the compiler folds the lowest index of a table into its address and the assembler makes section and
//! offset of it, the place lies in front of the table, in another one or outside of the section. Others are read
//! only through what a linker script makes of their section. So that no difference is lost, the constants that
//! no reference leads to are compared as a whole, and functions whose references may lead to one that differs are
//! not called unchanged.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::load::{SymbolKind, SymbolPlace, names};
use crate::normalize::{EntityId, EntityKind, Normalized, Target, sections};
use crate::pair::{Pair, Side};

use super::content::relocated_bits;
use super::reached::{Content, Reached};
use super::references::{Sides, describe};

/// What was found in a unit.
#[derive(Debug, Default)]
pub(super) struct Unreached {
    /// Functions whose references may lead to a constant that differs, with a sentence saying so.
    pub(super) suspects: Pair<BTreeMap<EntityId, String>>,
    /// Sections with constants that differ and that no function of the unit can be seen to read, by name, with a
    /// sentence saying so.
    pub(super) sections: BTreeMap<String, String>,
}

/// Compares the constants that no reference leads to.
pub(super) fn find(sides: &Sides<'_>, reached: &Pair<Reached>) -> Unreached {
    let (original, patched) = rayon::join(
        || collect(sides.original, &reached.original),
        || collect(sides.patched, &reached.patched),
    );
    let constants = Pair::new(original, patched);
    let mut found = Unreached::default();
    let names: std::collections::BTreeSet<&String> =
        constants.original.keys().chain(constants.patched.keys()).collect();
    for name in names {
        let none = Constants::default();
        let of = constants.as_ref().map(|c| c.get(name).unwrap_or(&none));
        if of.original.unreached.is_empty() && of.patched.unreached.is_empty() {
            continue;
        }
        let all = difference(sides, of.map(|c| &c.all[..]));
        if let Some(what) = &all {
            for side in Side::BOTH {
                let suspects = found.suspects.get_mut(side);
                let text = format!("an address inside of {name} may lead to {what}, which differs");
                suspects.extend(of.get(side).doubtful.iter().map(|&id| (id, text.clone())));
            }
        }
        let doubtful = of.original.doubtful.len() + of.patched.doubtful.len();
        if doubtful == 0
            && let Some(what) = difference(sides, of.map(|c| &c.unreached[..]))
        {
            found
                .sections
                .insert(name.clone(), format!("constants that nothing was seen to refer to differ: {what}"));
        }
    }
    found
}

/// The constants of one section family.
#[derive(Debug, Default)]
struct Constants {
    all: Vec<EntityId>,
    unreached: Vec<EntityId>,
    /// Functions with a reference into such a section that does not lead to the start of anything.
    doubtful: FxHashSet<EntityId>,
}

/// The first name of what is not the same on both sides, and how many more there are.
fn difference(sides: &Sides<'_>, ids: Pair<&[EntityId]>) -> Option<String> {
    let contents = |n: &Normalized<'_, '_>, ids: &[EntityId]| {
        let mut contents: BTreeMap<Told, Vec<EntityId>> = BTreeMap::new();
        for &id in ids {
            contents.entry(content(n, id)).or_default().push(id);
        }
        contents
    };
    let only = |a: &BTreeMap<Told, Vec<EntityId>>, b: &BTreeMap<Told, Vec<EntityId>>| {
        a.iter()
            .filter(|(content, ids)| b.get(*content).map_or(0, Vec::len) < ids.len())
            .map(|(_, ids)| ids[0])
            .collect::<Vec<_>>()
    };
    let (o, p) = (contents(sides.original, ids.original), contents(sides.patched, ids.patched));
    let (only_o, only_p) = (only(&o, &p), only(&p, &o));
    let first = only_p.first().map(|&id| sides.patched.name(id));
    let first = first.or_else(|| only_o.first().map(|&id| sides.original.name(id)))?;
    match only_o.len().max(only_p.len()) {
        0 | 1 => Some(first.to_owned()),
        count => Some(format!("{first} and {} more", count - 1)),
    }
}

/// By family of the section: its constants and who may read them.
fn collect(n: &Normalized<'_, '_>, reached: &Reached) -> BTreeMap<String, Constants> {
    let mut families: BTreeMap<String, Constants> = BTreeMap::new();
    let mut wanted = vec![false; n.unit.sections.len()];
    let is_hidden = |id| hidden_in(n, id);
    for section in n.ids().filter_map(is_hidden) {
        wanted[section as usize] = true;
    }
    if !wanted.contains(&true) {
        return families;
    }
    let mut doubtful: Vec<(u32, EntityId)> = Vec::new();
    for section in 0..n.unit.sections.len() as u32 {
        if !n.unit.sections[section as usize].is_allocated() {
            continue;
        }
        for reloc in n.relocs(section) {
            let Some(symbol) = n.unit.symbols.get(reloc.symbol as usize) else { continue };
            let SymbolPlace::Section(to) = symbol.place else { continue };
            if wanted.get(to as usize) != Some(&true) {
                continue;
            }
            let function = match n.target_at(section, reloc.offset as i64) {
                Target::Entity { id, .. } if n.entity(id).kind == EntityKind::Function => Some(id),
                _ => None,
            };
            let target = match function {
                Some(id) => n.target_in_function(id, reloc),
                None => n.target_in_data(section, reloc),
            };
            let is_start = match target {
                Target::Entity { offset, .. } => offset == 0,
                Target::Nameless { .. } => true,
                _ => false,
            };
            if symbol.kind == SymbolKind::Section && !is_start {
                doubtful.extend(function.map(|id| (to, id)));
            }
        }
    }
    let family = |section: u32, id: EntityId| {
        sections::family(&n.unit.sections[section as usize].name, n.name(id)).to_owned()
    };
    for id in n.ids() {
        let Some(section) = is_hidden(id) else { continue };
        let constants = families.entry(family(section, id)).or_default();
        constants.all.push(id);
        if !reached.holds(Content::Constant(id)) && !reached.is_bookkeeping(Content::Constant(id)) {
            constants.unreached.push(id);
        }
    }
    for (section, id) in doubtful {
        let (first, entities) = n.entities_in(section);
        if !entities.is_empty()
            && let Some(constants) = families.get_mut(&family(section, first))
        {
            constants.doubtful.insert(id);
        }
    }
    families
}

/// The section of a constant that is compared here where nothing leads to it.
pub(super) fn hidden_in(n: &Normalized<'_, '_>, id: EntityId) -> Option<u32> {
    let entity = n.entity(id);
    let section = entity.section.filter(|_| entity.by_content)?;
    // The linker merges such constants by content, and assemblers keep the labels that lead there.
    (!n.unit.sections[section as usize].is_mergeable()).then_some(section)
}

/// What tells one constant from another: its bytes outside of references, and what those lead to.
type Told = (Vec<u8>, Vec<(u64, u32, String)>);

fn content(n: &Normalized<'_, '_>, id: EntityId) -> Told {
    let entity = n.entity(id);
    let relocs = n.relocs_of(id);
    let bytes = n.bytes_of(id).iter().enumerate();
    let bytes = bytes.map(|(i, &b)| b & !relocated_bits(n, relocs, entity.offset + i as u64));
    let references = relocs.iter().map(|r| {
        let target = n.target_in_data(entity.section.unwrap_or(0), r);
        let text = match target {
            // A place in code is told by the instruction, and a name without the compiler's number.
            Target::Entity { id, offset } if !n.entity(id).by_content => {
                let inside = u64::try_from(offset).ok().filter(|_| n.entity(id).kind == EntityKind::Function);
                let ordinal = inside.and_then(|at| n.decoded(id).ordinal(at)).map_or(offset, i64::from);
                format!("{}+{ordinal}", names::class(n.name(id)))
            }
            Target::Entity { id, offset } => format!("{:?}+{offset}", n.bytes_of(id)),
            target => describe(n, target),
        };
        (r.offset - entity.offset, r.r_type, text)
    });
    (bytes.collect(), references.collect())
}
