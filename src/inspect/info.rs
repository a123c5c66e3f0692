//! The functions and data objects of one unit.

use rustc_hash::{FxHashMap, FxHashSet};

use super::model::{Alias, Flag, InfoUnit, Reference, ReferenceKind, Symbol, TracingSite, Visibility};
use super::references::{Found, references};
use super::tracing;
use crate::load::names::{demangled, exported, is_return_thunk, is_tracer};
use crate::load::{self, SymbolKind, SymbolPlace};
use crate::normalize::{Entity, EntityId, EntityKind, Normalized, Target};
use crate::report::model::{Binding, Kind};

/// Which functions and data objects are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection {
    /// Functions.
    pub functions: bool,
    /// Data objects.
    pub objects: bool,
    /// Those with global, weak or unique binding.
    pub global: bool,
    /// Those with local binding.
    pub local: bool,
    /// What they refer to.
    pub references: bool,
}

impl Selection {
    fn wants(self, entity: &Entity, binding: load::Binding) -> bool {
        let kind = match entity.kind {
            EntityKind::Function => self.functions,
            EntityKind::Object => self.objects,
        };
        kind && if binding == load::Binding::Local { self.local } else { self.global }
    }
}

/// Lists what a unit holds: all that is selected, or of that only `ids`.
pub fn info(
    n: &Normalized<'_, '_>,
    name: String,
    selection: Selection,
    ids: Option<&[EntityId]>,
) -> InfoUnit {
    let exported = n.ids().filter_map(|id| exported(n.name(id))).collect();
    let mut known = Known { traced: tracing::sites(n), exported, cold_parts: FxHashMap::default() };
    for id in n.ids() {
        if let Some(parent) = n.entity(id).cold_of {
            known.cold_parts.entry(parent).or_default().push(n.name(id).to_owned());
        }
    }
    let wanted = |id: &EntityId| {
        ids.is_none_or(|ids| ids.contains(id)) && selection.wants(n.entity(*id), n.symbol(*id).binding)
    };
    let symbol = |id: EntityId| {
        let mut symbol = describe(n, id, &known);
        symbol.references = selection.references.then(|| listed(n, id));
        symbol
    };
    InfoUnit {
        name,
        arch: Some(n.arch.name().to_owned()),
        symbols: n.ids().filter(wanted).map(symbol).collect(),
        errors: Vec::new(),
    }
}

/// What is known of a whole unit.
struct Known<'n> {
    traced: FxHashMap<EntityId, Vec<TracingSite>>,
    exported: FxHashSet<&'n str>,
    cold_parts: FxHashMap<EntityId, Vec<String>>,
}

fn describe(n: &Normalized<'_, '_>, id: EntityId, known: &Known<'_>) -> Symbol {
    let entity = n.entity(id);
    let symbol = n.symbol(id);
    let tracing = match entity.kind {
        EntityKind::Function => Some(known.traced.get(&id).cloned().unwrap_or_default()),
        EntityKind::Object => None,
    };
    Symbol {
        name: symbol.name.to_string(),
        demangled: demangled(&symbol.name),
        kind: kind(entity),
        binding: Binding::from(symbol.binding),
        visibility: match symbol.visibility {
            object::elf::STV_INTERNAL => Visibility::Internal,
            object::elf::STV_HIDDEN => Visibility::Hidden,
            object::elf::STV_PROTECTED => Visibility::Protected,
            _ => Visibility::Default,
        },
        section: section(n, entity),
        offset: offset(n, entity),
        size: size(n, entity),
        line: line(n, entity, 0),
        file: file(n, symbol),
        aliases: aliases(n, id)
            .map(|s| Alias { name: s.name.to_string(), binding: Binding::from(s.binding) })
            .collect(),
        cold_of: entity.cold_of.map(|parent| n.name(parent).to_owned()),
        cold_parts: known.cold_parts.get(&id).cloned().unwrap_or_default(),
        flags: flags(n, id, tracing.as_deref(), known),
        tracing,
        references: None,
    }
}

/// What reports call it.
pub(super) fn kind(entity: &Entity) -> Kind {
    match entity.kind {
        EntityKind::Function => Kind::Function,
        EntityKind::Object => Kind::Object,
    }
}

/// Name of its section.
pub(super) fn section(n: &Normalized<'_, '_>, entity: &Entity) -> Option<String> {
    Some(n.unit.section(entity.section?)?.name.to_string())
}

/// Where it lies in its section, in bytes, where bytes are known.
pub(super) fn offset(n: &Normalized<'_, '_>, entity: &Entity) -> Option<u64> {
    entity.section.filter(|&s| n.unit.is_measured(s)).map(|_| entity.offset)
}

/// Its size in bytes, where bytes are known.
pub(super) fn size(n: &Normalized<'_, '_>, entity: &Entity) -> Option<u64> {
    entity.section.is_none_or(|s| n.unit.is_measured(s)).then_some(entity.size)
}

/// The line of an assembly file that a place in it is from.
pub(super) fn line(n: &Normalized<'_, '_>, entity: &Entity, at: u64) -> Option<u32> {
    n.unit.line(entity.section?, entity.offset + at)
}

/// Name of its FILE symbol.
pub(super) fn file(n: &Normalized<'_, '_>, symbol: &load::Symbol<'_>) -> Option<String> {
    Some(n.unit.symbols.get(symbol.file? as usize)?.name.to_string())
}

/// The symbols that name it, without the one it is called by.
pub(super) fn aliases<'n>(
    n: &'n Normalized<'_, '_>,
    id: EntityId,
) -> impl Iterator<Item = &'n load::Symbol<'n>> {
    let entity = n.entity(id);
    let others = entity.names.iter().filter(|&&s| s != entity.symbol);
    others.map(|&s| &n.unit.symbols[s as usize])
}

fn flags(
    n: &Normalized<'_, '_>,
    id: EntityId,
    tracing: Option<&[TracingSite]>,
    known: &Known<'_>,
) -> Vec<Flag> {
    let entity = n.entity(id);
    let symbol = n.symbol(id);
    let section = entity.section.and_then(|s| n.unit.section(s));
    let in_section = |starts: &[&str]| section.is_some_and(|s| starts.iter().any(|p| s.name.starts_with(p)));
    let is_code = entity.kind == EntityKind::Function;
    let facts = [
        // The kernel's include/asm-generic/vmlinux.lds.h: INIT_SECTIONS, MEM_KEEP and EXIT_SECTIONS.
        (Flag::Init, in_section(&[".init.", ".meminit.", ".head.text"])),
        (Flag::Exit, in_section(&[".exit.", ".memexit."])),
        (Flag::Traced, tracing.is_some_and(|t| !t.is_empty())),
        // A cold part is never entered from outside.
        (
            Flag::Notrace,
            is_code
                && !known.traced.is_empty()
                && entity.cold_of.is_none()
                && tracing.is_some_and(<[_]>::is_empty),
        ),
        (Flag::Exported, symbol.binding != load::Binding::Local && known.exported.contains(&*symbol.name)),
        (Flag::Ifunc, symbol.kind == SymbolKind::Ifunc),
        (Flag::Common, symbol.kind == SymbolKind::Common || symbol.place == SymbolPlace::Common),
        (Flag::Tls, symbol.kind == SymbolKind::Tls),
        (Flag::ByContent, entity.by_content),
        (Flag::Comdat, section.is_some_and(|s| s.group.is_some())),
        (Flag::Untyped, symbol.kind == SymbolKind::None),
    ];
    facts.into_iter().filter(|f| f.1).map(|f| f.0).collect()
}

/// The references of a function or data object, each thing once for every way it is used.
fn listed(n: &Normalized<'_, '_>, id: EntityId) -> Vec<Reference> {
    let entity = n.entity(id);
    let measured = offset(n, entity).is_some();
    let mut list: Vec<Reference> = Vec::new();
    let mut seen: FxHashMap<(Target, super::model::Use), usize> = FxHashMap::default();
    for Found { at, target, using } in references(n, id) {
        // The call of the tracer is a fact about the function and stands with those, and a return is no reference.
        if symbol_name(n, target).is_some_and(|name| is_tracer(name) || is_return_thunk(name)) {
            continue;
        }
        let i = *seen.entry((target, using)).or_insert_with(|| {
            list.push(Reference {
                using,
                kind: reference_kind(n, target),
                what: super::data::describe(n, target),
                symbol: symbol_name(n, target).map(str::to_owned),
                at: Vec::new(),
                lines: Vec::new(),
            });
            list.len() - 1
        });
        list[i].at.extend(measured.then_some(at));
        // A place inside of an instruction stands in no line of its own.
        let start = n.decoded(id).covering(at).map_or(at, |insn| u64::from(insn.offset));
        list[i].lines.extend(line(n, entity, start));
    }
    list
}

/// Name of the symbol a target is reached by.
pub(super) fn symbol_name<'n>(n: &Normalized<'n, '_>, target: Target) -> Option<&'n str> {
    match target {
        Target::Symbol { index, .. } => n.unit.symbols.get(index as usize).map(|s| &*s.name),
        Target::Entity { id, .. } => Some(n.name(id)),
        _ => None,
    }
}

fn reference_kind(n: &Normalized<'_, '_>, target: Target) -> ReferenceKind {
    match target {
        Target::Symbol { index, .. } => match n.unit.symbols.get(index as usize).map(|s| s.place) {
            Some(SymbolPlace::Absolute) => ReferenceKind::Number,
            _ => ReferenceKind::External,
        },
        Target::Entity { id, .. } => match (n.entity(id).kind, n.symbol(id).binding) {
            (EntityKind::Function, load::Binding::Local) => ReferenceKind::LocalFunction,
            (EntityKind::Function, _) => ReferenceKind::GlobalFunction,
            (EntityKind::Object, load::Binding::Local) => ReferenceKind::LocalObject,
            (EntityKind::Object, _) => ReferenceKind::GlobalObject,
        },
        Target::Nameless { section, .. } => match n.unit.section(section) {
            Some(s) if s.is_strings() => ReferenceKind::String,
            _ => ReferenceKind::Data,
        },
        Target::Place { .. } | Target::Unplaced { .. } => ReferenceKind::Section,
        Target::Number(_) => ReferenceKind::Number,
    }
}
