//! Two units ↦ a [`Comparison`].

use std::collections::BTreeSet;

use fixscope_arch::Arch;
use object::elf;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::correlate::{self, Matching};
use crate::error::{Error, Result};
use crate::load::{Section, Unit, names};
use crate::normalize::{Entity, EntityId, EntityKind, Normalized, Treatment, sections};
use crate::pair::{Pair, Side};

use super::delta::{Comparison, Difference, DifferenceKind, Entry, EntryKind, Extent, Link, Status};
use super::references::{Sides, Visiting};
use super::unreached::{self, Unreached};
use super::{listing, tables, unowned};

/// What the caller wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// List unchanged functions and data objects too.
    pub all: bool,
    /// Keep the instructions of changed functions.
    pub show: bool,
}

/// Compares two units.
///
/// # Errors
/// [`Error::Input`] when they are of different machines (`architecture`) or of one that fixscope does not know.
pub fn compare(units: Pair<&Unit<'_>>, options: Options) -> Result<Comparison> {
    let (o, p) = (units.original, units.patched);
    if (o.machine, o.is_64, o.endian) != (p.machine, p.is_64, p.endian) {
        let what = format!(
            "is of another architecture (ELF machine {}) than {} (ELF machine {})",
            p.machine,
            o.path.display(),
            o.machine
        );
        return Err(Error::input(&p.path, "architecture", what));
    }
    let arch = arch_of(p)?;
    if !options.all && identical(o, p) {
        let n = Normalized::new(p, arch);
        return Ok(Comparison { entries: Vec::new(), unlisted_unchanged: count(&n) });
    }
    let (o, p) = (Normalized::new(o, arch), Normalized::new(p, arch));
    let matching = correlate::correlate(Pair::new(&o, &p));
    let sides = Sides { original: &o, patched: &p, matching: &matching };
    Ok(Builder::new(sides, options).run())
}

/// Reports a unit that one side does not have: everything in it is new or removed.
///
/// # Errors
/// As [`compare`].
pub fn one_sided(unit: &Unit<'_>, side: Side) -> Result<Comparison> {
    let arch = arch_of(unit)?;
    let n = Normalized::new(unit, arch);
    let empty = unit.emptied();
    let none = Normalized::new(&empty, arch);
    let (o, p) = match side {
        Side::Original => (&n, &none),
        Side::Patched => (&none, &n),
    };
    let matching = correlate::correlate(Pair::new(o, p));
    Ok(Builder::new(Sides { original: o, patched: p, matching: &matching }, Options::default()).run())
}

fn arch_of(unit: &Unit<'_>) -> Result<&'static dyn Arch> {
    fixscope_arch::by_elf_machine(unit.machine, unit.is_64).ok_or_else(|| {
        let bits = if unit.is_64 { 64 } else { 32 };
        let what = format!(
            "is {bits}-bit code for ELF machine {}, which fixscope does not compare; it compares x86_64",
            unit.machine
        );
        Error::input(&unit.path, "architecture", what)
    })
}

/// Whether two units are the same in every byte that matters, told without looking at any function.
fn identical(o: &Unit<'_>, p: &Unit<'_>) -> bool {
    let shape = |s: &Section<'_>| (s.sh_type, s.flags, s.size, s.align, s.entsize);
    o.e_type == p.e_type
        && o.sections.len() == p.sections.len()
        && o.symbols.len() == p.symbols.len()
        && o.raw_symbols == p.raw_symbols
        // With so many sections the symbol table does not hold the sections' numbers itself.
        && (o.sections.len() < usize::from(elf::SHN_LORESERVE)
            || o.symbols.iter().zip(&p.symbols).all(|(a, b)| a.place == b.place))
        && o.sections.iter().zip(&p.sections).enumerate().all(|(i, (a, b))| {
            // Sections that are not loaded hold debug information; the symbols have been compared above.
            !a.is_allocated() && !b.is_allocated()
                || shape(a) == shape(b)
                    && a.name == b.name
                    && a.data == b.data
                    && a.group == b.group
                    && o.raw_relocs(i as u32).eq(p.raw_relocs(i as u32))
        })
}

/// Whether an entity is one that reports list: cold parts belong to their parents, and constants without a name
/// of their own to those who refer to them.
fn is_listed(entity: &Entity) -> bool {
    !entity.by_content && entity.cold_of.is_none()
}

fn count(n: &Normalized<'_, '_>) -> u64 {
    n.entities().iter().filter(|e| is_listed(e)).count() as u64
}

/// What one pair, or one thing of one side, gave.
struct Outcome {
    ids: Pair<Option<EntityId>>,
    differences: Vec<Difference>,
}

/// Functions that seem unchanged and may read a constant that differs are not called unchanged.
fn doubt_suspects(outcomes: &mut [Outcome], unreached: &Unreached) {
    let suspects = &unreached.suspects;
    if suspects.original.is_empty() && suspects.patched.is_empty() {
        return;
    }
    for outcome in outcomes.iter_mut().filter(|o| o.differences.is_empty()) {
        let Some(ids) = outcome.ids.both() else { continue };
        let what = suspects.original.get(&ids.original).or_else(|| suspects.patched.get(&ids.patched));
        if let Some(what) = what {
            outcome.differences.push(difference(DifferenceKind::Unsure, what.clone()));
        }
    }
}

struct Builder<'c> {
    sides: Sides<'c>,
    options: Options,
}

impl<'c> Builder<'c> {
    fn new(sides: Sides<'c>, options: Options) -> Self {
        Builder { sides, options }
    }

    fn run(&self) -> Comparison {
        let (o, p) = (self.sides.original, self.sides.patched);
        let matching: &Matching = self.sides.matching;
        // Worked out before the functions are shared out to threads, which would all wait for it.
        let tables = Pair::new(tables::collect(o), tables::collect(p));
        let mut work: Vec<Pair<Option<EntityId>>> = p
            .ids()
            .filter(|&id| !p.entity(id).by_content)
            .map(|id| Pair::new(matching.original(id), Some(id)))
            .collect();
        work.extend(
            o.ids()
                .filter(|&id| !o.entity(id).by_content && matching.patched(id).is_none())
                .map(|id| Pair::new(Some(id), None)),
        );
        let mut outcomes: Vec<Outcome> = work
            .into_par_iter()
            .with_min_len(16)
            .map(|ids| {
                let differences = ids.both().map_or_else(Vec::new, |ids| self.compare_entities(ids, &tables));
                Outcome { ids, differences }
            })
            .collect();
        let unreached = unreached::find(&self.sides);
        doubt_suspects(&mut outcomes, &unreached);
        self.blame_cold_parts(&mut outcomes);
        let mut comparison = self.entries(outcomes);
        self.add_sections(&mut comparison, &tables, &unreached);
        comparison
    }

    fn compare_entities(&self, ids: Pair<EntityId>, tables: &Pair<tables::Tables>) -> Vec<Difference> {
        let (o, p) = (self.sides.original, self.sides.patched);
        let (a, b) = (o.entity(ids.original), p.entity(ids.patched));
        let mut differences = match (a.kind, b.kind) {
            (EntityKind::Function, EntityKind::Function) => self.sides.compare_functions(ids),
            _ => self.compare_objects(ids),
        };
        if a.kind == EntityKind::Function && differences.is_empty() {
            differences.extend(self.sides.compare_tables(ids, tables));
        }
        differences.extend(self.compare_attributes(ids));
        differences
    }

    fn compare_objects(&self, ids: Pair<EntityId>) -> Vec<Difference> {
        let (a, b) = (self.sides.original.entity(ids.original), self.sides.patched.entity(ids.patched));
        if a.size != b.size {
            let what = format!("size {} became {}", a.size, b.size);
            return vec![difference(DifferenceKind::Content, what)];
        }
        let (Some(so), Some(sp)) = (a.section, b.section) else {
            return match (a.section, b.section) {
                // The value of a common symbol is its alignment (gABI, "Symbol Values").
                (None, None) => {
                    let ids = (ids.original, ids.patched);
                    let align =
                        (self.sides.original.symbol(ids.0).offset, self.sides.patched.symbol(ids.1).offset);
                    let what = format!("alignment {} became {}", align.0, align.1);
                    (align.0 != align.1)
                        .then(|| difference(DifferenceKind::Content, what))
                        .into_iter()
                        .collect()
                }
                _ => vec![difference(DifferenceKind::Attributes, "common on one side only".to_owned())],
            };
        };
        let runs = Pair::new((so, a.offset..a.end()), (sp, b.offset..b.end()));
        match self.sides.same_content(runs, false, &mut Visiting::new()) {
            Ok(()) => Vec::new(),
            Err(chain) => {
                let at = chain.first().and_then(|l| l.at);
                let what = chain.first().map_or_else(String::new, |l| l.what.clone());
                // The first link of a mere byte difference says it all, and leads nowhere.
                let bytes = chain.len() == 1 && what.starts_with("byte ");
                let kind = if bytes { DifferenceKind::Content } else { DifferenceKind::Reference };
                let chain = if bytes { Vec::new() } else { chain };
                vec![Difference { kind, at: Pair::new(at, at), what, chain }]
            }
        }
    }

    fn compare_attributes(&self, ids: Pair<EntityId>) -> Vec<Difference> {
        let (o, p) = (self.sides.original, self.sides.patched);
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
                n.entity(id).section.is_some_and(|s| n.entities_in(s).1.len() == 1)
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
                .collect()
        };
        let (names_o, names_p) = (aliases(o, ids.original), aliases(p, ids.patched));
        if names_o != names_p {
            let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
            found.push(difference(
                DifferenceKind::Attributes,
                format!("names {} became {}", list(&names_o), list(&names_p)),
            ));
        }
        found
    }

    /// A cold part's change, coming or going is its parent's change too.
    fn blame_cold_parts(&self, outcomes: &mut [Outcome]) {
        let mut blamed: Vec<(Side, EntityId, Difference)> = Vec::new();
        for outcome in outcomes.iter() {
            let (side, id) = match (outcome.ids.original, outcome.ids.patched) {
                (_, Some(id)) => (Side::Patched, id),
                (Some(id), None) => (Side::Original, id),
                (None, None) => continue,
            };
            let n = self.sides.get(side);
            let Some(parent) = n.entity(id).cold_of else { continue };
            let what = match (outcome.ids.original, outcome.ids.patched) {
                (Some(_), Some(_)) if outcome.differences.is_empty() => continue,
                (Some(_), Some(_)) => format!("its cold part {} differs", n.name(id)),
                (None, _) => format!("it has a cold part {} now", n.name(id)),
                (_, None) => format!("it has no cold part {} any more", n.name(id)),
            };
            let link = Link { what: n.name(id).to_owned(), entry: None, at: None };
            let mut difference = difference(DifferenceKind::ColdPart, what);
            difference.chain.push(link);
            blamed.push((side, parent, difference));
        }
        for (side, parent, difference) in blamed {
            let found = outcomes.iter_mut().find(|o| *o.ids.get(side) == Some(parent));
            if let Some(outcome) = found.filter(|o| o.ids.both().is_some()) {
                outcome.differences.push(difference);
            }
        }
    }

    fn entries(&self, outcomes: Vec<Outcome>) -> Comparison {
        let (o, p) = (self.sides.original, self.sides.patched);
        let mut repeated: FxHashMap<&str, u32> = FxHashMap::default();
        for n in [o, p] {
            let mut own: FxHashMap<&str, u32> = FxHashMap::default();
            for id in n.ids() {
                *own.entry(n.name(id)).or_default() += 1;
            }
            for (name, count) in own {
                let most = repeated.entry(name).or_default();
                *most = (*most).max(count);
            }
        }
        let mut comparison = Comparison::default();
        let mut by_id: FxHashMap<(Side, EntityId), usize> = FxHashMap::default();
        let mut parents = Vec::new();
        for outcome in outcomes {
            let (side, id) = match (outcome.ids.patched, outcome.ids.original) {
                (Some(id), _) => (Side::Patched, id),
                (None, Some(id)) => (Side::Original, id),
                (None, None) => continue,
            };
            let n = self.sides.get(side);
            let status = match (outcome.ids.original, outcome.ids.patched) {
                (None, _) => Status::New,
                (_, None) => Status::Removed,
                _ if outcome.differences.is_empty() => Status::Unchanged,
                _ => Status::Changed,
            };
            let entity = n.entity(id);
            if status == Status::Unchanged && !self.options.all {
                comparison.unlisted_unchanged += u64::from(is_listed(entity));
                continue;
            }
            let symbol = n.symbol(id);
            let name = n.name(id);
            let original_name = outcome.ids.original.map(|id| o.name(id)).filter(|other| *other != name);
            let is_function = entity.kind == EntityKind::Function;
            let listing = match outcome.ids.both() {
                Some(ids) if self.options.show && is_function && status == Status::Changed => {
                    Some(listing::listing(&self.sides, ids))
                }
                _ => None,
            };
            by_id.insert((side, id), comparison.entries.len());
            parents.push(entity.cold_of.map(|parent| (side, parent)));
            comparison.entries.push(Entry {
                kind: if is_function { EntryKind::Function } else { EntryKind::Object },
                name: name.to_owned(),
                original_name: original_name.map(str::to_owned),
                binding: symbol.binding,
                section: entity.section.and_then(|s| n.unit.section(s)).map(|s| s.name.to_string()),
                file: symbol
                    .file
                    .filter(|_| repeated.get(name).is_some_and(|&c| c > 1))
                    .map(|f| n.unit.symbols[f as usize].name.to_string()),
                status,
                extent: Pair::new(
                    outcome.ids.original.and_then(|id| extent(o, id)),
                    outcome.ids.patched.and_then(|id| extent(p, id)),
                ),
                size: Pair::new(
                    outcome.ids.original.map(|id| o.entity(id).size),
                    outcome.ids.patched.map(|id| p.entity(id).size),
                ),
                differences: outcome.differences,
                cold_of: None,
                listing,
            });
        }
        for (i, parent) in parents.into_iter().enumerate() {
            // A removed cold part's parent is listed under its patched id.
            let parent = parent.and_then(|(side, id)| match side {
                Side::Patched => by_id.get(&(Side::Patched, id)),
                Side::Original => by_id.get(&(Side::Original, id)).or_else(|| {
                    self.sides.matching.patched(id).and_then(|id| by_id.get(&(Side::Patched, id)))
                }),
            });
            comparison.entries[i].cold_of = parent.copied();
        }
        let names: FxHashMap<String, usize> =
            comparison.entries.iter().enumerate().map(|(i, e)| (e.name.clone(), i)).collect();
        for entry in &mut comparison.entries {
            for link in entry.differences.iter_mut().flat_map(|d| d.chain.iter_mut()) {
                link.entry = names.get(&link.what).copied();
            }
        }
        comparison
    }

    /// Adds an entry for each section whose unowned bytes differ.
    fn add_sections(
        &self,
        comparison: &mut Comparison,
        tables: &Pair<tables::Tables>,
        unreached: &Unreached,
    ) {
        let o = unowned::collect(self.sides.original, &tables.original);
        let p = unowned::collect(self.sides.patched, &tables.patched);
        let names: BTreeSet<&String> =
            o.by_name.keys().chain(p.by_name.keys()).chain(unreached.sections.keys()).collect();
        for name in names {
            let none = Vec::new();
            let runs = Pair::new(o.by_name.get(name).unwrap_or(&none), p.by_name.get(name).unwrap_or(&none));
            let (status, mut differences) = match (runs.original.is_empty(), runs.patched.is_empty()) {
                (true, true) => (Status::Unchanged, Vec::new()),
                (true, _) => (Status::New, Vec::new()),
                (_, true) => (Status::Removed, Vec::new()),
                _ => match self.sides.same_unowned(Pair::new(runs.original, runs.patched)) {
                    Ok(()) => (Status::Unchanged, Vec::new()),
                    Err(chain) => {
                        let what = chain.iter().map(|l| l.what.as_str()).collect::<Vec<_>>().join(", ");
                        let unreadable = matches!(sections::treatment(name), Treatment::Table(_));
                        let kind = if unreadable { DifferenceKind::Unsure } else { DifferenceKind::Content };
                        (Status::Changed, vec![Difference { kind, at: Pair::default(), what, chain }])
                    }
                },
            };
            let hidden = unreached.sections.get(name);
            let status = match (status, hidden) {
                (Status::Unchanged, None) => continue,
                (Status::Unchanged, Some(_)) => Status::Changed,
                (status, _) => status,
            };
            if let Some(what) = hidden.filter(|_| status == Status::Changed) {
                differences.push(difference(DifferenceKind::Content, what.clone()));
            }
            let size = |runs: &[super::content::Run]| {
                (!runs.is_empty()).then(|| runs.iter().map(|(_, range)| range.end - range.start).sum())
            };
            let extent = |runs: &[super::content::Run]| {
                let (section, range) = runs.first()?;
                Some(Extent { section: *section, offset: range.start, size: range.end - range.start })
            };
            comparison.entries.push(Entry {
                kind: EntryKind::Section,
                name: name.clone(),
                original_name: None,
                binding: crate::load::Binding::Local,
                section: Some(name.clone()),
                file: None,
                status,
                extent: Pair::new(extent(runs.original), extent(runs.patched)),
                size: Pair::new(size(runs.original), size(runs.patched)),
                differences,
                cold_of: None,
                listing: None,
            });
        }
    }
}

/// Section flags that say what may be done with what lies there.
const RIGHTS: u64 = (elf::SHF_WRITE | elf::SHF_EXECINSTR | elf::SHF_TLS) as u64;

fn extent(n: &Normalized<'_, '_>, id: EntityId) -> Option<Extent> {
    let entity = n.entity(id);
    Some(Extent { section: entity.section?, offset: entity.offset, size: entity.size })
}

fn difference(kind: DifferenceKind, what: String) -> Difference {
    Difference { kind, at: Pair::default(), what, chain: Vec::new() }
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
