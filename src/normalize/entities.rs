//! Which bytes belong to which symbol.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use crate::load::names;
use crate::load::{Binding, Symbol, SymbolKind, SymbolPlace, Unit};

use super::sections::{self, Treatment};

/// Index of an [`Entity`] in its [`Normalized`](super::Normalized) unit. It means nothing in another unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub u32);

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityKind {
    /// Code.
    Function,
    /// Data.
    Object,
}

/// A function or data object: a run of bytes that one symbol, or several aliases, name.
#[derive(Debug, Clone)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Index of the symbol it is called by.
    pub symbol: u32,
    /// Indices of all symbols that start at its first byte, `symbol` among them, in the table's order.
    pub names: Vec<u32>,
    /// Indices of the symbols that other units see and that name a place behind its first byte, in the table's order.
    pub labels: Vec<u32>,
    /// Index of its section; `None` for a common symbol.
    pub section: Option<u32>,
    /// Offset in bytes from the start of the section.
    pub offset: u64,
    /// Size in bytes.
    pub size: u64,
    /// The function this cold part belongs to.
    pub cold_of: Option<EntityId>,
    /// The function in front of which these bytes are room for tracing or hold its type; its entry's part.
    pub prefix_of: Option<EntityId>,
    /// It has no identity of its own: what matters is its content, and those that refer to it are compared
    /// with it. True for constants the compiler made up or numbered.
    pub by_content: bool,
}

impl Entity {
    /// Offset in bytes, from the start of the section, of the byte behind it.
    pub fn end(&self) -> u64 {
        self.offset + self.size
    }
}

/// Entities of a unit, and how to find them.
#[derive(Debug, Default)]
pub(super) struct Entities {
    /// By id: common symbols, then what has a place by section and offset, then what is empty.
    pub all: Vec<Entity>,
    /// By section index: the range of its entities in `all`; empty ones are left out.
    pub by_section: Vec<std::ops::Range<u32>>,
    /// By symbol index: the entity the symbol lies in, and the offset in it.
    pub of_symbol: Vec<Option<(EntityId, u64)>>,
    /// By section and offset: the empty data objects that lie there.
    pub empty: FxHashMap<(u32, u64), Vec<EntityId>>,
}

/// Works out the entities of a unit.
pub(super) fn find(unit: &Unit<'_>) -> Entities {
    let mut candidates: Vec<Candidate> = Vec::new();
    for (index, symbol) in unit.symbols.iter().enumerate() {
        if let Some(candidate) = candidate(unit, index as u32, symbol) {
            candidates.push(candidate);
        }
    }
    candidates.sort_by_key(|c| (c.section, c.offset, c.rank, c.symbol));

    let mut found = Entities {
        all: Vec::with_capacity(candidates.len()),
        by_section: vec![0..0; unit.sections.len()],
        of_symbol: vec![None; unit.symbols.len()],
        empty: FxHashMap::default(),
    };
    let mut empty = Vec::new();
    let mut layers = Layers::default();
    let mut i = 0;
    while i < candidates.len() {
        let c = candidates[i];
        let mut j = i + 1;
        while j < candidates.len()
            && (candidates[j].section, candidates[j].offset) == (c.section, c.offset)
            && c.section.is_some()
        {
            j += 1;
        }
        let same = &candidates[i..j];
        i = j;
        let beside_sized = same.iter().any(|c| c.size > 0);
        let (hollow, same): (Vec<Candidate>, Vec<Candidate>) =
            same.iter().partition(|c| is_empty_object(unit, c, beside_sized));
        empty.extend(hollow);
        let Some(&c) = same.first() else { continue };
        let previous_end =
            found.all.last().filter(|e| e.section == c.section && c.section.is_some()).map_or(0, Entity::end);
        let size = same.iter().map(|c| c.size).max().unwrap_or(0);
        // A label inside a function names a place in it, not something of its own.
        if size == 0 && c.offset < previous_end {
            let inside = EntityId(found.all.len() as u32 - 1);
            let start = found.all[inside.0 as usize].offset;
            for label in &same {
                found.of_symbol[label.symbol as usize] = Some((inside, c.offset - start));
                if unit.symbols[label.symbol as usize].binding != Binding::Local {
                    found.all[inside.0 as usize].labels.push(label.symbol);
                }
            }
            continue;
        }
        let up_to_next = c.section.map(|section| {
            let next = candidates.get(j).filter(|n| n.section == c.section);
            next.map_or(unit.sections[section as usize].size, |n| n.offset).saturating_sub(c.offset)
        });
        let size = match (size, up_to_next) {
            (0, Some(up_to_next)) => up_to_next,
            (size, Some(up_to_next)) if layers.add(c.section, c.offset..c.offset.saturating_add(size)) => {
                size.min(up_to_next)
            }
            (size, _) => size,
        };
        let id = EntityId(found.all.len() as u32);
        let mut all_names: Vec<u32> = same.iter().map(|c| c.symbol).collect();
        all_names.sort_unstable();
        for &name in &all_names {
            found.of_symbol[name as usize] = Some((id, 0));
        }
        let section = c.section.and_then(|s| unit.section(s));
        let is_code = section.is_some_and(crate::load::Section::is_code);
        let name = &unit.symbols[c.symbol as usize].name;
        // A table among the code: its bytes mean themselves, whatever instructions they would make.
        let is_data = matches!(unit.symbols[c.symbol as usize].kind, SymbolKind::Object | SymbolKind::Tls);
        // What is only written to while it is relocated is as constant as what never is.
        let constant =
            section.is_some_and(|s| (!s.is_writable() || s.name.starts_with(".data.rel.ro")) && !s.is_code());
        // A kernel's image has what is written to at start among its constants; those that the compiler made up
        // are none of it.
        let among_constants = unit.linked.is_some()
            && names::is_made_up_constant(name)
            && section.is_some_and(|s| s.name == ".rodata");
        let constant = constant || among_constants;
        let by_content = names::is_indirect_reference(name)
            || constant
                && same.len() == 1
                && unit.symbols[c.symbol as usize].binding == Binding::Local
                && (names::is_made_up_constant(name) || names::is_scoped(name));
        found.all.push(Entity {
            kind: if is_code && !is_data { EntityKind::Function } else { EntityKind::Object },
            symbol: c.symbol,
            names: all_names,
            labels: Vec::new(),
            section: c.section,
            offset: c.offset,
            size,
            cold_of: None,
            prefix_of: None,
            by_content,
        });
    }
    index_sections(&mut found);
    link_cold_parts(unit, &mut found);
    link_prefixes(unit, &mut found);
    add_empty(&mut found, empty);
    found
}

/// How many things lie over each other at the place that is looked at.
///
/// Compilers make none that overlap, and hand-written assembly few. Where a damaged file has more, the inner ones are cut
/// at the next symbol, since comparing all of each would cost the square of their number; the outer ones have the bytes.
#[derive(Debug, Default)]
struct Layers {
    section: Option<u32>,
    ends: BinaryHeap<Reverse<u64>>,
}

impl Layers {
    /// Adds a thing, which must not begin before one that was added, and tells whether it is one too many.
    fn add(&mut self, section: Option<u32>, range: std::ops::Range<u64>) -> bool {
        if self.section != section {
            *self = Layers { section, ends: BinaryHeap::new() };
        }
        while self.ends.peek().is_some_and(|Reverse(end)| *end <= range.start) {
            self.ends.pop();
        }
        let too_many = self.ends.len() >= MOST_LAYERS;
        if !too_many {
            self.ends.push(Reverse(range.end));
        }
        too_many
    }
}

/// So many things may lie over each other.
const MOST_LAYERS: usize = 64;

/// Whether a symbol names a data object of no bytes: what GCC makes of a structure without members, such as the
/// kernel's `struct lock_class_key` without lockdep. It has the address of whatever comes behind it, and is not
/// another name of that. A label of hand-written assembly that only lacks its size stands in front of bytes.
fn is_empty_object(unit: &Unit<'_>, c: &Candidate, beside_sized: bool) -> bool {
    let kind = unit.symbols[c.symbol as usize].kind;
    let Some(section) = c.section.and_then(|s| unit.section(s)) else { return false };
    c.size == 0
        && matches!(kind, SymbolKind::Object | SymbolKind::Tls)
        && !section.is_code()
        && (beside_sized || section.is_nobits() || c.offset == section.size)
}

/// Adds the empty data objects behind all others, so that nothing that looks for what lies at a place meets them.
fn add_empty(found: &mut Entities, empty: Vec<Candidate>) {
    for c in empty {
        let Some(section) = c.section else { continue };
        let id = EntityId(found.all.len() as u32);
        found.of_symbol[c.symbol as usize] = Some((id, 0));
        found.empty.entry((section, c.offset)).or_default().push(id);
        found.all.push(Entity {
            kind: EntityKind::Object,
            symbol: c.symbol,
            names: vec![c.symbol],
            labels: Vec::new(),
            section: Some(section),
            offset: c.offset,
            size: 0,
            cold_of: None,
            prefix_of: None,
            by_content: false,
        });
    }
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    section: Option<u32>,
    offset: u64,
    /// Smaller names the entity: typed before untyped, sized before unsized, names of the source before those that
    /// macros paste together, global before weak before local.
    rank: u8,
    symbol: u32,
    size: u64,
}

fn candidate(unit: &Unit<'_>, index: u32, symbol: &Symbol<'_>) -> Option<Candidate> {
    use Binding::{Global, Local, Unique, Weak};
    let typed = match symbol.kind {
        SymbolKind::Function
        | SymbolKind::Object
        | SymbolKind::Ifunc
        | SymbolKind::Tls
        | SymbolKind::Common => true,
        SymbolKind::None => false,
        SymbolKind::Section | SymbolKind::File | SymbolKind::Other(_) => return None,
    };
    // Local labels that an assembler kept, and the mapping symbols of Arm, name nothing.
    let is_local = names::is_local_label(&symbol.name) && (!typed || symbol.size == 0);
    if symbol.name.is_empty() || is_local || symbol.name.starts_with('$') {
        return None;
    }
    // A section anchor of thread-local variables has their type and no size.
    if symbol.kind == SymbolKind::Tls && symbol.size == 0 && symbol.name.starts_with(".L") {
        return None;
    }
    if unit.linked.is_some() && !typed && names::is_linkers(&symbol.name) {
        return None;
    }
    let section = match symbol.place {
        SymbolPlace::Section(i) => {
            let section = unit.section(i)?;
            if !section.is_allocated() || sections::treatment_of(section) != Treatment::Ordinary {
                return None;
            }
            // Clang numbers the exception tables of functions; what they say belongs to the functions.
            if section.name.starts_with(".gcc_except_table") || section.name.starts_with(".ARM.extab") {
                return None;
            }
            // Assemblers for machines whose linkers move code keep what GCC made up as well, and names that begin so
            // count where they are constants only.
            let is_kept = names::is_local_label(&symbol.name) && section.is_writable();
            if is_kept && !section.name.starts_with(".data.rel.ro") && symbol.binding == Local {
                return None;
            }
            // A label at the very end names no byte; an empty data object may lie there.
            let is_label = !matches!(symbol.kind, SymbolKind::Object | SymbolKind::Tls) || section.is_code();
            if symbol.offset > section.size
                || (symbol.offset == section.size && symbol.size == 0 && section.size > 0 && is_label)
            {
                return None;
            }
            Some(i)
        }
        SymbolPlace::Common => None,
        SymbolPlace::Undefined | SymbolPlace::Absolute | SymbolPlace::Reserved(_) => return None,
    };
    let binding = match symbol.binding {
        Global | Unique => 0,
        Weak => 1,
        Local => 2,
    };
    let pasted = names::is_pasted(&symbol.name);
    let rank = u8::from(!typed) * 16 + u8::from(symbol.size == 0) * 8 + u8::from(pasted) * 4 + binding;
    let offset = if section.is_some() { symbol.offset } else { 0 };
    Some(Candidate { section: section.or(None), offset, rank, symbol: index, size: symbol.size })
}

fn index_sections(found: &mut Entities) {
    // Common symbols have no section and sort first; ids must stay what they are, so their run is left out here.
    let mut start = 0;
    while start < found.all.len() {
        let section = found.all[start].section;
        let end = start + found.all[start..].iter().take_while(|e| e.section == section).count();
        if let Some(range) = section.and_then(|s| found.by_section.get_mut(s as usize)) {
            *range = start as u32..end as u32;
        }
        start = end;
    }
}

/// Gives each cold part its parent: the function of that name in the same file of the source.
fn link_cold_parts(unit: &Unit<'_>, found: &mut Entities) {
    let colds: Vec<(u32, &str, Option<u32>)> = found
        .all
        .iter()
        .enumerate()
        .filter(|(_, e)| e.kind == EntityKind::Function)
        .filter_map(|(id, e)| {
            let symbol = &unit.symbols[e.symbol as usize];
            Some((id as u32, names::parent_of_cold(&symbol.name)?, symbol.file))
        })
        .collect();
    if colds.is_empty() {
        return;
    }
    // The first of each name in each file, and how many of the name there are in all.
    let mut by_file: FxHashMap<(&str, Option<u32>), EntityId> = FxHashMap::default();
    let mut by_name: FxHashMap<&str, (EntityId, usize)> = FxHashMap::default();
    for (id, entity) in found.all.iter().enumerate() {
        if entity.kind == EntityKind::Function {
            for &name in &entity.names {
                let symbol = &unit.symbols[name as usize];
                by_file.entry((&symbol.name, symbol.file)).or_insert(EntityId(id as u32));
                by_name.entry(&symbol.name).or_insert((EntityId(id as u32), 0)).1 += 1;
            }
        }
    }
    for (id, parent, file) in colds {
        // A global parent has no FILE symbol; a local one must share the cold part's.
        let of_file = by_file.get(&(parent, file)).or_else(|| by_file.get(&(parent, None)));
        let only = by_name.get(parent).filter(|(_, count)| *count == 1).map(|(id, _)| id);
        found.all[id as usize].cold_of = of_file.or(only).copied().filter(|p| p.0 != id);
    }
}

/// Gives the named room in front of a function its function: the one that begins where it ends.
fn link_prefixes(unit: &Unit<'_>, found: &mut Entities) {
    for i in 1..found.all.len() {
        let (before, function) = (&found.all[i - 1], &found.all[i]);
        let adjacent = before.section.is_some()
            && before.section == function.section
            && before.end() == function.offset
            && before.kind == EntityKind::Function
            && function.kind == EntityKind::Function;
        if !adjacent {
            continue;
        }
        // One room may serve several names of its function.
        let serves = before.names.iter().any(|&prefix| {
            let prefixed = names::prefixed_function(&unit.symbols[prefix as usize].name);
            prefixed.is_some_and(|f| function.names.iter().any(|&s| unit.symbols[s as usize].name == f))
        });
        if serves {
            found.all[i - 1].prefix_of = Some(EntityId(i as u32));
        }
    }
}
