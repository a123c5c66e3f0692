//! What a symbol table says of two matched things beside their bytes: binding, visibility, type, section, aliases.

use std::collections::{BTreeMap, BTreeSet};

use object::elf;

use crate::load::{Binding, Section, Symbol, SymbolKind, names};
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
        // Where those begin that share a function's table of contents (ppc64), another calling convention (AArch64).
        if a.other != b.other {
            note(format!("st_other {:#x} became {:#x}", a.other, b.other));
        }
        if a.kind != b.kind {
            note(format!("symbol type {:?} became {:?}", a.kind, b.kind));
        }
        // Equal bytes are other instructions then.
        if a.is_thumb != b.is_thumb {
            let set = |s: &Symbol<'_>| if s.is_thumb { "T32" } else { "A32" };
            note(format!("instruction set {} became {}", set(a), set(b)));
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
        let aliases = |n: &Normalized<'_, '_>, id| -> BTreeMap<String, Seen> {
            let symbols = n.entity(id).names.iter().map(|&s| &n.unit.symbols[s as usize]);
            symbols
                .map(|s| (key(s), seen(s)))
                // What GCC calls a function by that another one was folded into says nothing about this one.
                .filter(|(name, _)| !name.ends_with(".localalias"))
                .collect()
        };
        let (mut names_o, mut names_p) = (aliases(o, ids.original), aliases(p, ids.patched));
        // A function that goes by another name: that is said beside it, and only its aliases are left to compare.
        if !names_o.keys().any(|name| names_p.contains_key(name)) {
            names_o.remove(&key(a));
            names_p.remove(&key(b));
        }
        // Two names that somebody wants compared are no difference.
        if !names_o.keys().eq(names_p.keys()) && !self.matching.is_asked_for(ids) {
            let list = |names: &BTreeMap<String, Seen>| names.keys().cloned().collect::<Vec<_>>().join(", ");
            found.push(difference(
                DifferenceKind::Attributes,
                format!("names {} became {}", list(&names_o), list(&names_p)),
            ));
        }
        let both = names_o.iter().filter_map(|(name, a)| Some((name, a, names_p.get(name)?)));
        let altered: Vec<&str> = both.filter(|(_, a, b)| a != b).map(|(name, ..)| name.as_str()).collect();
        // Of the name it is called by, all this has been said.
        if !altered.is_empty() && found.is_empty() {
            let what = format!("binding, visibility or type of {} became another", altered.join(", "));
            found.push(difference(DifferenceKind::Attributes, what));
        }
        found.extend(self.compare_labels(ids));
        found
    }

    /// Other units may enter a function, or read an object, where a label inside of it says.
    fn compare_labels(&self, ids: Pair<EntityId>) -> Option<Difference> {
        let labels = |n: &Normalized<'_, '_>, id| -> BTreeMap<String, (Seen, i64)> {
            let entity = n.entity(id);
            let symbols = entity.labels.iter().map(|&s| &n.unit.symbols[s as usize]);
            symbols
                .map(|s| (s.name.to_string(), (seen(s), s.offset.wrapping_sub(entity.offset) as i64)))
                .collect()
        };
        let (o, p) = (labels(self.original, ids.original), labels(self.patched, ids.patched));
        let names: BTreeSet<&String> = o.keys().chain(p.keys()).collect();
        let altered = names.into_iter().find(|name| match (o.get(*name), p.get(*name)) {
            (Some((a, at_o)), Some((b, at_p))) => a != b || !self.same_place(ids, Pair::new(*at_o, *at_p)),
            _ => true,
        })?;
        let what = match (o.contains_key(altered), p.contains_key(altered)) {
            (false, _) => format!("it has a label {altered} inside now"),
            (_, false) => format!("it has no label {altered} inside any more"),
            _ => format!("label {altered} inside of it became another, or is elsewhere"),
        };
        Some(difference(DifferenceKind::Attributes, what))
    }
}

/// What other units see of a symbol: binding, visibility and type.
type Seen = (Binding, u8, SymbolKind);

/// What a name is told by: without what the compilers chose.
fn key(symbol: &Symbol<'_>) -> String {
    names::class(&names::without_rust_hash(&symbol.name)).into_owned()
}

fn seen(symbol: &Symbol<'_>) -> Seen {
    (symbol.binding, symbol.visibility, symbol.kind)
}

fn binding(binding: Binding) -> &'static str {
    use Binding::{Global, Local, Unique, Weak};
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
