//! A unit with its entities, and what is worked out about it on demand.

use std::cell::Cell;
use std::sync::OnceLock;

use fixscope_arch::{Arch, Code, Insn, Origin};
use object::elf;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::entities::{self, Entities, Entity, EntityId, EntityKind};
use super::function::{self, DecodedFunction};
use super::linked::{self, Resolved};
use super::modes::{self, Modes};
use super::referrers::Referrer;
use super::sections::{self, Treatment};
use super::targets::Target;
use crate::error::{Error, Result};
use crate::load::{Reloc, Section, Symbol, Unit};

thread_local! {
    /// Room for the instructions of one function, used again for the next.
    static INSTRUCTIONS: Cell<Vec<Insn>> = const { Cell::new(Vec::new()) };
}

/// So many empty data objects of one place are told apart.
const MOST_EMPTY: usize = 256;

/// A unit with its functions and data objects.
///
/// What is worked out on demand lies behind locks. What works it out must not share its work out to threads while it
/// holds the lock: a thread that waits for others may take up work that asks for the same, and would wait for itself.
pub struct Normalized<'u, 'd> {
    /// The unit as loaded.
    pub unit: &'u Unit<'d>,
    /// Its instruction set.
    pub arch: &'static dyn Arch,
    entities: Entities,
    /// By section index. Asked for with every reference, and told by name.
    treatments: Vec<Treatment>,
    relocs: Vec<OnceLock<Vec<Reloc>>>,
    decoded: Vec<OnceLock<DecodedFunction>>,
    behinds: Vec<OnceLock<Vec<u8>>>,
    pub(super) readers: Vec<OnceLock<FxHashMap<u64, i64>>>,
    resolved: OnceLock<Resolved>,
    pub(super) modes: Modes,
    pub(super) nameless_starts: OnceLock<FxHashMap<u32, Vec<u64>>>,
    pub(super) fresh_starts: OnceLock<FxHashMap<u32, Vec<u64>>>,
    pub(super) tabled_places: OnceLock<FxHashMap<u32, Vec<u64>>>,
    pub(super) referrers: OnceLock<Vec<Vec<Referrer>>>,
}

impl<'u, 'd> Normalized<'u, 'd> {
    /// Finds the functions and data objects of a unit.
    pub fn new(unit: &'u Unit<'d>, arch: &'static dyn Arch) -> Self {
        let entities = entities::find(unit);
        let normalized = Normalized {
            unit,
            arch,
            treatments: unit.sections.iter().map(sections::treatment_of).collect(),
            relocs: std::iter::repeat_with(OnceLock::new).take(unit.sections.len()).collect(),
            decoded: std::iter::repeat_with(OnceLock::new).take(entities.all.len()).collect(),
            entities,
            behinds: std::iter::repeat_with(OnceLock::new).take(unit.sections.len()).collect(),
            readers: std::iter::repeat_with(OnceLock::new).take(unit.sections.len()).collect(),
            resolved: OnceLock::new(),
            modes: modes::of_unit(unit),
            nameless_starts: OnceLock::new(),
            fresh_starts: OnceLock::new(),
            tabled_places: OnceLock::new(),
            referrers: OnceLock::new(),
        };
        // This shares its work out to threads, which must not meet inside of it again: so nobody waits for it.
        normalized.resolved();
        normalized
    }

    /// Works out what every comparison asks for: relocations, and the bounds of nameless data. It is worked out when
    /// it is first asked for, too; but threads that all ask at the same time would wait for one.
    pub fn prepare(&self) {
        let compared = |&section: &u32| self.treatment(section) != Treatment::Bookkeeping;
        (0..self.relocs.len() as u32).into_par_iter().filter(compared).for_each(|s| _ = self.relocs(s));
        self.nameless_starts(0);
        self.nameless_extent(0, 0);
    }

    /// All entities by id.
    pub fn entities(&self) -> &[Entity] {
        &self.entities.all
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = EntityId> + use<> {
        (0..self.entities.all.len() as u32).map(EntityId)
    }

    /// One entity.
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities.all[id.0 as usize]
    }

    /// The symbol an entity is called by.
    pub fn symbol(&self, id: EntityId) -> &'u Symbol<'d> {
        &self.unit.symbols[self.entity(id).symbol as usize]
    }

    /// The name of an entity.
    pub fn name(&self, id: EntityId) -> &'u str {
        &self.symbol(id).name
    }

    /// The entities of a section, ordered by offset, and the id of the first: ids in a section are consecutive.
    pub fn entities_in(&self, section: u32) -> (EntityId, &[Entity]) {
        let range = self.entities.by_section.get(section as usize).cloned().unwrap_or_default();
        (EntityId(range.start), &self.entities.all[range.start as usize..range.end as usize])
    }

    /// The entity a symbol lies in, and the offset in it.
    pub fn entity_of_symbol(&self, symbol: u32) -> Option<(EntityId, u64)> {
        *self.entities.of_symbol.get(symbol as usize)?
    }

    /// The empty data objects at a place, the first ones of them: they share it with whatever lies there or ends there.
    ///
    /// A reference to the place may mean any. Where they are more than a source has, it is taken to mean none of the
    /// others, which only reports too much, because all of them for each reference would be the square of their number.
    pub fn empty_at(&self, section: u32, offset: u64) -> &[EntityId] {
        let all = self.entities.empty.get(&(section, offset)).map_or(&[][..], Vec::as_slice);
        &all[..all.len().min(MOST_EMPTY)]
    }

    /// The place a target means: section and offset in bytes from its start. `None` outside of this unit.
    pub fn place_of(&self, target: Target) -> Option<(u32, u64)> {
        let (section, offset) = match target {
            Target::Entity { id, offset } => {
                let entity = self.entity(id);
                (entity.section?, (entity.offset as i64).wrapping_add(offset))
            }
            Target::Nameless { section, offset, inner } => (section, (offset as i64).wrapping_add(inner)),
            Target::Place { section, offset } => (section, offset),
            Target::Symbol { .. } | Target::Number(_) | Target::Unplaced { .. } => return None,
        };
        Some((section, u64::try_from(offset).ok()?))
    }

    /// How a section takes part in the comparison.
    pub fn treatment(&self, section: u32) -> Treatment {
        self.treatments.get(section as usize).copied().unwrap_or(Treatment::Bookkeeping)
    }

    /// Whether the section is compared by functions, data objects and nameless data.
    pub fn is_ordinary(&self, section: u32) -> bool {
        self.treatment(section) == Treatment::Ordinary
    }

    /// The relocations of a section, ordered by offset.
    pub fn relocs(&self, section: u32) -> &[Reloc] {
        match self.relocs.get(section as usize) {
            _ if let Some(resolved) = self.resolved() => {
                resolved.relocs.get(section as usize).map_or(&[], Vec::as_slice)
            }
            Some(cell) => cell.get_or_init(|| self.with_reached(section, self.unit.relocs(section))),
            None => &[],
        }
    }

    /// What was found out about the addresses of a linked file.
    pub(super) fn resolved(&self) -> Option<&Resolved> {
        let linked = self.unit.linked.as_ref()?;
        Some(self.resolved.get_or_init(|| linked::resolve(self, linked)))
    }

    /// The relocations in a range of a section.
    pub fn relocs_in(&self, section: u32, range: std::ops::Range<u64>) -> &[Reloc] {
        let all = self.relocs(section);
        let start = all.partition_point(|r| r.offset < range.start);
        let end = all.partition_point(|r| r.offset < range.end);
        &all[start..end.max(start)]
    }

    /// The relocations inside an entity.
    pub fn relocs_of(&self, id: EntityId) -> &[Reloc] {
        let entity = self.entity(id);
        entity.section.map_or(&[], |s| self.relocs_in(s, entity.offset..entity.end()))
    }

    /// The bytes of a range of a section; empty where the file has none.
    pub fn bytes(&self, section: u32, range: std::ops::Range<u64>) -> &'u [u8] {
        let data = self.unit.section(section).map_or(&[][..], |s: &Section<'d>| &s.data);
        data.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// The bytes of an entity.
    pub fn bytes_of(&self, id: EntityId) -> &'u [u8] {
        let entity = self.entity(id);
        entity.section.map_or(&[], |s| self.bytes(s, entity.offset..entity.end()))
    }

    /// The instructions of a function, decoded when first asked for.
    pub fn decoded(&self, id: EntityId) -> &DecodedFunction {
        self.decoded[id.0 as usize].get_or_init(|| {
            let entity = self.entity(id);
            if entity.kind != EntityKind::Function {
                return DecodedFunction::default();
            }
            let tabled = entity.section.map_or(&[][..], |s| self.tabled_places(s));
            let modes = self.modes_of(id);
            DecodedFunction::new(
                self.arch,
                self.bytes_of(id),
                entity.offset,
                self.relocs_of(id),
                modes,
                tabled,
            )
        })
    }

    /// The code of a function as `arch` takes it.
    pub fn code(&self, id: EntityId) -> Code<'_> {
        let decoded = self.decoded(id);
        Code {
            bytes: self.bytes_of(id),
            address: self.entity(id).offset,
            sites: &decoded.sites,
            modes: &decoded.modes,
        }
    }

    /// What a relocation inside a function leads to.
    pub fn target_in_function(&self, id: EntityId, reloc: &Reloc) -> Target {
        let section = self.entity(id).section.unwrap_or(0);
        if let Some(target) = self.unplaced(section, reloc) {
            return target;
        }
        self.target_of(section, reloc, self.behind_in_function(id, reloc))
    }

    /// The number of bytes from the field of a distance to the place that it counts from, which is mostly the end of
    /// its instruction; 0 for other relocations. `reloc` must be one of the function's own.
    pub(super) fn behind_in_function(&self, id: EntityId, reloc: &Reloc) -> i64 {
        let Some(section) = self.entity(id).section else { return 0 };
        match self.arch.origin(reloc.r_type) {
            Origin::InstructionEnd => {}
            Origin::Ahead(bytes) => return bytes.into(),
            Origin::Label => return self.addend_of(section, reloc).wrapping_neg(),
            Origin::Reader if reloc.symbol == 0 => return 0,
            Origin::Reader => return self.behind_by_reader(section, reloc).unwrap_or(0),
            Origin::Field => return 0,
        }
        let relocs = self.relocs(section);
        let behinds =
            self.behinds.get(section as usize).map(|cell| cell.get_or_init(|| self.count_behinds(section)));
        // Several may fill one place; they end at the same instruction.
        let i = relocs.partition_point(|r| r.offset < reloc.offset);
        behinds.and_then(|all| all.get(i)).map_or(0, |&behind| i64::from(behind))
    }

    /// The place that the distance counts from which a relocation inside a function makes, where the code names such
    /// a place.
    pub fn label_in_function(&self, id: EntityId, reloc: &Reloc) -> Option<Target> {
        let section = self.entity(id).section.filter(|_| self.arch.origin(reloc.r_type) == Origin::Label)?;
        let place = (reloc.offset as i64).wrapping_sub(self.addend_of(section, reloc));
        Some(self.target_at(section, place))
    }

    /// For each relocation of a section, in order, the number of bytes from its field to the end of the instruction
    /// where it is a distance inside a function, else 0. One byte each, so that the instructions of a whole kernel
    /// need not be kept for it.
    fn count_behinds(&self, section: u32) -> Vec<u8> {
        let relocs = self.relocs(section);
        let mut behinds = vec![0; relocs.len()];
        let (first, entities) = self.entities_in(section);
        let mut work = Vec::new();
        let (mut rest, mut at) = (&mut behinds[..], 0);
        for (i, entity) in entities.iter().enumerate().filter(|(_, e)| e.kind == EntityKind::Function) {
            let start = relocs.partition_point(|r| r.offset < entity.offset).max(at);
            let end = relocs.partition_point(|r| r.offset < entity.end()).max(start);
            let (_, from_start) = std::mem::take(&mut rest).split_at_mut(start - at);
            let (own, behind) = from_start.split_at_mut(end - start);
            (rest, at) = (behind, end);
            let own_relocs = &relocs[start..end];
            if own_relocs.iter().any(|r| self.arch.origin(r.r_type) == Origin::InstructionEnd) {
                work.push((EntityId(first.0 + i as u32), own_relocs, own));
            }
        }
        // In this thread alone: a thread that waits for others may take up work that asks for this very list.
        for (id, relocs, behinds) in work {
            let start = self.entity(id).offset;
            self.with_instructions(id, |insns| {
                let mut insns = insns.iter().peekable();
                for (reloc, behind) in relocs.iter().zip(behinds) {
                    let at = reloc.offset - start;
                    while insns.next_if(|i| u64::from(i.end()) <= at).is_some() {}
                    if let Some(insn) = insns.peek()
                        && self.arch.origin(reloc.r_type) == Origin::InstructionEnd
                    {
                        *behind = (u64::from(insn.end()) - at) as u8;
                    }
                }
            });
        }
        behinds
    }

    /// Decodes a function for one look at its instructions. They are not kept, unlike those of [`Self::decoded`].
    pub fn with_instructions<T>(&self, id: EntityId, look: impl FnOnce(&[Insn]) -> T) -> T {
        let entity = self.entity(id);
        let sites = function::sites(self.arch, entity.offset, self.relocs_of(id));
        let mut insns = INSTRUCTIONS.take();
        insns.clear();
        if entity.kind == EntityKind::Function {
            let modes = self.modes_of(id);
            let code =
                Code { bytes: self.bytes_of(id), address: entity.offset, sites: &sites, modes: &modes };
            self.arch.decode(&code, &mut insns);
        }
        let result = look(&insns);
        INSTRUCTIONS.set(insns);
        result
    }

    /// What a relocation outside of functions leads to. Distances in data are taken from the field itself, as the
    /// kernel's tables have them; in code that no symbol names the field is taken to end its instruction.
    pub fn target_in_data(&self, section: u32, reloc: &Reloc) -> Target {
        self.target_of(section, reloc, self.behind_in_data(section, reloc))
    }

    pub(super) fn behind_in_data(&self, section: u32, reloc: &Reloc) -> i64 {
        match self.arch.origin(reloc.r_type) {
            Origin::InstructionEnd if self.unit.section(section).is_some_and(Section::is_code) => 4,
            Origin::Ahead(bytes) => bytes.into(),
            _ => 0,
        }
    }

    /// Whether the data object at this place is a table of distances from its own start to data: what Clang makes
    /// of a `switch` that gives strings (its pass RelLookupTableConverter).
    pub fn is_table_of_distances(&self, section: u32, offset: u64) -> bool {
        let target = self.target_at(section, offset as i64);
        let Target::Entity { id, offset: 0 } = target else { return false };
        self.name(id).trim_start_matches(".L").starts_with("reltable.")
    }

    /// What a relocation in nameless data that begins at `start` leads to. Such data may be a table of distances
    /// from its own start to code, as compilers make of `switch`.
    pub fn target_in_nameless(&self, section: u32, start: u64, reloc: &Reloc) -> Target {
        let from_table = self.arch.relocation(reloc.r_type).is_relative()
            && !self.unit.section(section).is_some_and(Section::is_code);
        if !from_table {
            return self.target_in_data(section, reloc);
        }
        match self.target_from_table(section, start, reloc) {
            target if self.is_table_of_distances(section, start) => target,
            // Else only code is reached from the start of a table.
            target @ Target::Entity { id, .. } if self.entity(id).kind == EntityKind::Function => target,
            _ => self.target_in_data(section, reloc),
        }
    }

    /// What an entry of a table of distances from the table's start leads to: what compilers make of `switch` in
    /// position-independent code. `start` is the table's offset in its section.
    pub fn target_from_table(&self, section: u32, start: u64, reloc: &Reloc) -> Target {
        let from_start = reloc.offset.wrapping_sub(start) as i64;
        self.target_of(section, reloc, from_start.wrapping_neg())
    }
}

/// The instruction set of a unit.
///
/// # Errors
/// [`Error::Input`] (`architecture`) when fixscope does not know it, or not in linked files.
pub fn arch_of(unit: &Unit<'_>) -> Result<&'static dyn Arch> {
    let arch = unit.arch().ok_or_else(|| {
        let what = match (unit.machine, unit.is_64) {
            (elf::EM_AARCH64, false) => {
                "is AArch64 code with 32-bit pointers (ILP32), which fixscope does not know; \
                                         compile for LP64 (-mabi=lp64)"
                    .to_owned()
            }
            (elf::EM_X86_64, false) => {
                "is x86-64 code with 32-bit pointers (x32), which fixscope does not know; \
                                        compile with -m64 or -m32"
                    .to_owned()
            }
            (machine, is_64) => {
                let bits = if is_64 { 64 } else { 32 };
                format!("is {bits}-bit code for ELF machine {machine}, which fixscope does not know")
            }
        };
        Error::input(&unit.path, "architecture", what)
    })?;
    if unit.linked.is_some() && !arch.reads_linked_code() {
        let what = format!(
            "is a linked file of {}, in whose code fixscope cannot tell addresses; compare its object files",
            arch.name()
        );
        return Err(Error::input(&unit.path, "architecture", what));
    }
    Ok(arch)
}

impl std::fmt::Debug for Normalized<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Normalized").field("path", &self.unit.path).finish_non_exhaustive()
    }
}
