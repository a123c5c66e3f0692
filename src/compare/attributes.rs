//! What a symbol table says of two matched things beside their bytes: binding, visibility, type, section, aliases.

use std::collections::BTreeSet;

use object::elf;

use crate::load::{Section, names};
use crate::normalize::{EntityId, Normalized, sections};
use crate::pair::Pair;

use super::builder::difference;
use super::delta::{Difference, DifferenceKind};
use super::references::Sides;

/// Section flags that say what may be done with what lies there.
const RIGHTS: u64 = (elf::SHF_WRITE | elf::SHF_EXECINSTR | elf::SHF_TLS) as u64;

impl<'c> Sides<'c> {
    pub(super) fn compare_attributes(&self, ids: Pair<EntityId>) -> Vec<Difference> {
        let (o, p) = (self.original, self.patched);
        let (a, b) = (o.symbol(ids.original), p.symbol(ids.patched));
        let mut found = Vec::new();
        let mut note = |what: String| found.push(difference(DifferenceKind::Attributes, what));
        if a.binding != b.binding {
            note(format!("binding {} became {}", binding(a.binding), binding(b.binding)));
        }
        if a.visibility != b.visibility {
            note(format!("visibility {} became {}", visibility(a.visibility), visibility(b.visibility)));
        }
        if a.kind != b.kind {
            note(format!("symbol type {:?} became {:?}", a.kind, b.kind));
        }
        let section = |n: &Normalized<'c, 'c>, id| n.entity(id).section.and_then(|s| n.unit.section(s));
        if let (Some(so), Some(sp)) = (section(o, ids.original), section(p, ids.patched)) {
            let family = |s: &Section<'_>, name: &str| sections::family(&s.name, name).to_owned();
            let (fo, fp) = (family(so, &a.name), family(sp, &b.name));
            if fo != fp {
                note(format!("section {fo} became {fp}"));
            } else if (so.flags ^ sp.flags) & RIGHTS != 0 {
                note(format!("flags {:#x} of section {fo} became {:#x}", so.flags, sp.flags));
            }
            let alone = |n: &Normalized<'_, '_>, id| {
                let entity = n.entity(id);
                let section = entity.section.and_then(|s| n.unit.section(s));
                // Nameless neighbours have alignments of their own.
                section.is_some_and(|s| entity.size == s.size)
            };
            let data = !so.is_code() && !sp.is_code();
            if data && so.align != sp.align && alone(o, ids.original) && alone(p, ids.patched) {
                found.push(difference(
                    DifferenceKind::Content,
                    format!("alignment {} became {}", so.align, sp.align),
                ));
            }
        }
        let aliases = |n: &Normalized<'_, '_>, id| -> BTreeSet<String> {
            let entity = n.entity(id);
            entity
                .names
                .iter()
                .map(|&s| names::class(&n.unit.symbols[s as usize].name).into_owned())
                // What GCC calls a function by that another one was folded into says nothing about this one.
                .filter(|name| !name.ends_with(".localalias"))
                .collect()
        };
        let (mut names_o, mut names_p) = (aliases(o, ids.original), aliases(p, ids.patched));
        // A function that goes by another name: that is said beside it, and only its aliases are left to compare.
        if names_o.is_disjoint(&names_p) {
            names_o.remove(&*names::class(&a.name));
            names_p.remove(&*names::class(&b.name));
        }
        // Two names that somebody wants compared are no difference.
        if names_o != names_p && !self.matching.is_asked_for(ids) {
            let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
            found.push(difference(
                DifferenceKind::Attributes,
                format!("names {} became {}", list(&names_o), list(&names_p)),
            ));
        }
        found
    }
}

fn binding(binding: crate::load::Binding) -> &'static str {
    use crate::load::Binding::{Global, Local, Unique, Weak};
    match binding {
        Global => "global",
        Local => "local",
        Weak => "weak",
        Unique => "unique",
    }
}

/// ELF symbol visibility (gABI, "Symbol Visibility").
fn visibility(visibility: u8) -> &'static str {
    ["default", "internal", "hidden", "protected"][usize::from(visibility & 3)]
}
