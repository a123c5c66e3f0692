//! What callers rely on, for the units of a comparison.

mod command;
mod prove;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use super::evidence;
use crate::abi::closure::{self, Member, Reason, Roots};
use crate::abi::prove::Deadline;
use crate::abi::records::clones::Clones;
use crate::abi::{self, Functions, Party, Reliance};
use crate::compare::{Comparison, Entry, EntryKind, Status};
use crate::error::Result;
use crate::impact::{Cause, CauseKind};
use crate::inputs::Recompiler;
use crate::inputs::pairing::ObjectSource;
use crate::inspect::tracing;
use crate::load::dwarf::Dwarf;
use crate::load::dwarf::prototypes::Prototypes;
use crate::load::{self, MappedFile, names};
use crate::normalize::{EntityId, Normalized, arch_of};
use crate::plan::{AbiPlan, Prove};
use crate::report::{AbiListed, AbiMember, AbiRole, UnitAbi};

pub use command::{abi, unit_in};

/// How all units are looked at.
pub(super) struct Asked<'a> {
    pub plan: AbiPlan,
    pub deadline: Deadline,
    /// Paths of debug information that lie below one of these are relative to the tree.
    pub roots: &'a [PathBuf],
    /// Functions that somebody named, whose callers are asked about though nothing changed.
    pub named: &'a [String],
}

impl<'a> Asked<'a> {
    pub fn new(plan: AbiPlan, roots: &'a [PathBuf], named: &'a [String]) -> Self {
        Asked { plan, deadline: Deadline(Instant::now() + Duration::from_secs(plan.limit)), roots, named }
    }
}

/// One unit.
pub(super) struct Looked<'a> {
    pub original: &'a ObjectSource,
    /// Path of the source relative to the tree, where it is known.
    pub source: Option<&'a Path>,
    pub clones: Option<&'a Path>,
    pub sra: Option<&'a Path>,
    pub again: Option<&'a Recompiler>,
    /// Whether it is compiled for a kernel, which can only redirect what it traces.
    pub is_kernel: bool,
    pub comparison: &'a Comparison,
    pub causes: &'a mut Vec<Vec<Cause>>,
}

/// Looks at one unit, and names the optimisation in causes that nothing else explains.
///
/// # Errors
/// When the object file cannot be read.
pub(super) fn look(unit: &mut Looked<'_>, asked: &Asked<'_>) -> Result<UnitAbi> {
    let file = MappedFile::open(&unit.original.path)?;
    let shown = unit.original.shown();
    let bytes = unit.original.bytes(&file)?;
    let loaded = load::read_as(&shown, bytes, None)?;
    let n = Normalized::new(&loaded, arch_of(&loaded)?);
    let mut missing = Vec::new();
    let clones = recorded(unit, &mut missing);
    let too_much = evidence::too_much(&loaded);
    let has_too_much = too_much.is_some();
    missing.extend(too_much);
    let dwarf = if has_too_much { None } else { debugged(&shown, bytes, asked.roots, &mut missing) };
    let functions = Functions::new(&n, clones.as_ref(), dwarf.as_ref());
    let mut reliances = abi::symbols::evidence(&functions);
    reliances.extend(abi::records::evidence(&functions, clones.as_ref()));
    if let Some(dump) = unit.sra.and_then(|path| std::fs::read(path).ok()) {
        reliances.extend(abi::records::sra::evidence(&functions, &abi::records::sra::parse(&dump)));
    }
    reliances.extend(of_code(&n, (!has_too_much).then_some(bytes), &shown, &mut missing));
    let mut reliances = abi::combine(reliances);
    let mut found = UnitAbi::default();
    if asked.plan.prove != Prove::Off {
        let job = prove::Job { unit, asked, functions: &functions, dwarf: dwarf.as_ref(), known: &reliances };
        let proofs = prove::prove(&job, &mut missing)?;
        let (refuted, kept): (Vec<Reliance>, Vec<Reliance>) =
            reliances.into_iter().partition(|r| proofs.refutes(r));
        reliances = abi::combine(kept.into_iter().chain(proofs.reliances));
        found.refuted = refuted;
        found.knock_on = proofs.knock_on.into_iter().collect();
        found.unproved = proofs.unproved;
        found.shaped = proofs.shaped;
    }
    let entries = Entries::new(unit.comparison, &n);
    crate::impact::name_optimisations(unit.causes, unit.comparison, &|index| {
        entries.relied_on(index, &reliances)
    });
    found.lists = entries.lists(&reliances);
    if asked.plan.closure {
        let traced = tracing::sites(&n);
        // Where nothing is traced, something else than the kernel redirects, and it can do so anywhere.
        let has_entry = |id: EntityId| !unit.is_kernel || traced.is_empty() || traced.contains_key(&id);
        let members = closure::closure(&functions, &reliances, &entries.roots(), &has_entry);
        found.members = Some(entries.members(&n, members));
    }
    missing.dedup();
    found.missing = missing;
    Ok(found)
}

/// The compiler's record of its copies.
fn recorded(unit: &Looked<'_>, missing: &mut Vec<String>) -> Option<Clones> {
    let Some(path) = unit.clones else {
        missing.push(
            "the compiler wrote no record of what it inlined and copied (-fdump-ipa-clones of GCC); debug information \
             and names alone tell"
                .to_owned(),
        );
        return None;
    };
    match abi::prove::read_record(path) {
        Ok(clones) => {
            missing.extend(clones.troubles.iter().cloned());
            Some(clones)
        }
        Err(e) => {
            missing.push(e.to_string());
            None
        }
    }
}

/// What the machine code shows, with the prototypes of debug information where that is read.
fn of_code(
    n: &Normalized<'_, '_>,
    debugged: Option<&[u8]>,
    path: &Path,
    missing: &mut Vec<String>,
) -> Vec<Reliance> {
    let evidence = match debugged.and_then(|bytes| Prototypes::parse(bytes, path).ok()) {
        Some(prototypes) => {
            missing.extend(prototypes.troubles.iter().cloned());
            abi::code::evidence_with(n, &prototypes)
        }
        None => abi::code::evidence(n),
    };
    if let Some(first) = evidence.unfollowed.first() {
        let place = match (first.function, first.at) {
            (Some(id), Some(at)) => format!("{}+{at:#x}: ", n.name(id)),
            (Some(id), None) => format!("{}: ", n.name(id)),
            (None, _) => String::new(),
        };
        missing.push(format!(
            "registers could not be followed at {} places, the first is {place}{}",
            evidence.unfollowed.len(),
            first.why
        ));
    }
    evidence.reliances
}

fn debugged(path: &Path, bytes: &[u8], roots: &[PathBuf], missing: &mut Vec<String>) -> Option<Dwarf> {
    match Dwarf::parse(bytes, path, roots) {
        Ok(dwarf) if dwarf.is_empty() => {
            missing.push(
                "there is no debug information that would tell what was inlined; compile with -g".to_owned(),
            );
            None
        }
        Ok(dwarf) => {
            missing.extend(dwarf.troubles.iter().cloned());
            Some(dwarf)
        }
        Err(e) => {
            missing.push(e.to_string());
            None
        }
    }
}

/// The entries of a comparison and the functions of the original they stand for.
struct Entries<'a> {
    comparison: &'a Comparison,
    by_id: FxHashMap<EntityId, usize>,
    by_index: FxHashMap<usize, EntityId>,
}

impl<'a> Entries<'a> {
    fn new(comparison: &'a Comparison, n: &Normalized<'_, '_>) -> Self {
        let places: FxHashMap<(u32, u64), EntityId> =
            n.ids().filter_map(|id| Some(((n.entity(id).section?, n.entity(id).offset), id))).collect();
        let mut entries = Entries { comparison, by_id: FxHashMap::default(), by_index: FxHashMap::default() };
        for (index, entry) in comparison.entries.iter().enumerate() {
            let Some(extent) = entry.extent.original.filter(|_| entry.kind == EntryKind::Function) else {
                continue;
            };
            if let Some(&id) = places.get(&(extent.section, extent.offset)) {
                entries.by_id.insert(id, index);
                entries.by_index.insert(index, id);
            }
        }
        entries
    }

    fn index(&self, party: &Party) -> Option<usize> {
        self.by_id.get(&party.entity?).copied()
    }

    /// The reliances on the changed, new and removed functions that the function of an entry relies on.
    fn relied_on<'r>(&self, index: usize, reliances: &'r [Reliance]) -> Vec<&'r Reliance> {
        let Some(id) = self.by_index.get(&index) else { return Vec::new() };
        let differs = |party: &Party| {
            let entry = self.index(party).map(|i| &self.comparison.entries[i]);
            entry.is_some_and(|e| matches!(e.status, Status::Changed | Status::Removed))
        };
        reliances.iter().filter(|r| r.by.entity == Some(*id) && differs(&r.on)).collect()
    }

    /// For each entry that is a function, the reliances it has a part in.
    fn lists(&self, reliances: &[Reliance]) -> Vec<Option<Vec<AbiListed>>> {
        let is_asked = |entry: &Entry| entry.kind == EntryKind::Function && entry.cold_of.is_none();
        let mut lists: Vec<Option<Vec<AbiListed>>> =
            self.comparison.entries.iter().map(|e| is_asked(e).then(Vec::new)).collect();
        for reliance in reliances {
            let (on, by) = (self.index(&reliance.on), self.index(&reliance.by));
            let mut add = |index: Option<usize>, other: Option<usize>, role: AbiRole| {
                if let Some(list) = index.and_then(|i| lists[i].as_mut()) {
                    let action = abi::actions::action(reliance);
                    let option = abi::actions::option(reliance);
                    list.push(AbiListed { reliance: reliance.clone(), other, role, action, option });
                }
            };
            add(on, by, AbiRole::Caller);
            // Two names of one piece of code are said once.
            if on != by {
                add(by, on, AbiRole::Callee);
            }
        }
        for list in lists.iter_mut().flatten() {
            list.sort_by_key(|l| (l.role != AbiRole::Caller, l.reliance.strength()));
        }
        lists
    }

    fn roots(&self) -> Roots {
        let mut roots = Roots::default();
        let whole = |index: usize| self.comparison.entries[index].cold_of.unwrap_or(index);
        let mut changed = BTreeSet::new();
        for (index, entry) in self.comparison.entries.iter().enumerate() {
            let Some(&id) = self.by_index.get(&whole(index)) else { continue };
            match entry.status {
                Status::Changed | Status::New => _ = changed.insert(id),
                Status::Removed if entry.cold_of.is_some() => _ = changed.insert(id),
                Status::Removed => roots.removed.push(id),
                Status::LineOnly | Status::Unchanged => {}
            }
        }
        roots.removed.retain(|id| !changed.contains(id));
        roots.changed = changed.into_iter().collect();
        roots
    }

    fn members(&self, n: &Normalized<'_, '_>, members: Vec<Member>) -> Vec<Option<AbiMember>> {
        let by_id: FxHashMap<EntityId, &Member> = members.iter().map(|m| (m.id, m)).collect();
        let mut listed: Vec<Option<AbiMember>> = self.comparison.entries.iter().map(|_| None).collect();
        let indices = |ids: &[EntityId]| ids.iter().filter_map(|id| self.by_id.get(id).copied()).collect();
        for member in &members {
            let Some(&index) = self.by_id.get(&member.id) else { continue };
            let mut because: Vec<EntityId> = cause_of(&member.reason).into_iter().collect();
            because.extend(&member.also);
            listed[index] = Some(AbiMember {
                because: indices(&because),
                carried_by: indices(&member.carried_by),
                has_entry: member.has_entry,
                summary: chain(n, member, &by_id),
            });
        }
        listed
    }
}

fn cause_of(reason: &Reason) -> Option<EntityId> {
    match reason {
        Reason::Changed | Reason::Removed => None,
        Reason::Relies { on, .. } => Some(*on),
        Reason::Carries { of } => Some(*of),
    }
}

/// The way from a changed function to a member, as one line.
fn chain(n: &Normalized<'_, '_>, member: &Member, by_id: &FxHashMap<EntityId, &Member>) -> String {
    let mut steps = Vec::new();
    let mut at = member;
    // Each member was brought in by one that was there before, so this ends.
    loop {
        let name = n.name(at.id);
        steps.push(match &at.reason {
            Reason::Changed => format!("{name} changed"),
            Reason::Removed => format!("{name} is removed"),
            Reason::Carries { of } => {
                format!("{name} calls {}, which has no entry of its own to redirect", n.name(*of))
            }
            Reason::Relies { on, kind, strength, evidence, at } => {
                let at = at.map(|at| format!(" at +{at:#x}")).unwrap_or_default();
                format!(
                    "{name} relies on {}: {}, {}{at}: {evidence}",
                    n.name(*on),
                    kind.name(),
                    strength.name()
                )
            }
        });
        match cause_of(&at.reason).and_then(|id| by_id.get(&id)) {
            Some(before) => at = before,
            None => break,
        }
    }
    steps.reverse();
    steps.join(" -> ")
}

/// The functions of the source that a fix changes, as far as the comparison and its causes tell.
fn changed_names(comparison: &Comparison, causes: &[Vec<Cause>]) -> BTreeSet<String> {
    let mut changed = BTreeSet::new();
    for (index, entry) in comparison.entries.iter().enumerate() {
        if entry.kind != EntryKind::Function || !matches!(entry.status, Status::Changed | Status::Removed) {
            continue;
        }
        let name = entry.original_name.as_ref().unwrap_or(&entry.name);
        changed.insert(names::stem(name).to_owned());
        // Whose lines are in the patch, and whose body is in here.
        let inlined = causes.get(index).into_iter().flatten().filter(|c| c.kind == CauseKind::Inline);
        changed.extend(inlined.filter_map(|c| c.symbol.clone()));
    }
    changed
}
