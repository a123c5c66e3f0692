//! Who relies on whom, shown by compiling the original again with one thing taken away.
//!
//! Two things are taken away. *A function's body*: with `__attribute__((noipa))` on F the compiler looks at nothing
//! but F's type when it compiles the others, so that whoever changes had looked. *An optimisation*: with its option
//! switched off, whoever changes was shaped by it.
//!
//! A change alone proves nothing: with F out of the reckoning, other functions change their size, and the compiler
//! decides differently about *them*. So a function that changes counts as relying on F only if the original connects
//! the two: it held F's body, called F or a copy of F, is a copy of F, or comes to F through calls and holds the same
//! bodies as before, so that what changed cannot be where the compiler inlined. The others are *knock-on*.

pub mod functions;
pub mod optimisations;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use super::functions::Functions;
use super::records::clones::{self, Clones};
use super::reliance::Source;
use crate::compare::{self, EntryKind, Status};
use crate::error::{Error, Result};
use crate::load::names::stem;
use crate::load::{MappedFile, Unit, elf};
use crate::normalize::{self, EntityId, EntityKind, Normalized};
use crate::pair::Pair;

/// When no further compilation may begin.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Instant);

impl Deadline {
    /// Whether it has passed.
    pub fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

/// What is different in an object file that was compiled again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Names, in the original, of the functions that are not the same or are gone. Cold parts count as their functions.
    pub changed: BTreeSet<String>,
    /// Names of the functions that call the opaque one, now that no call of it is thrown away or inlined.
    pub callers: BTreeSet<String>,
    /// The names of the bodies that each function holds, by the record of that compilation; `None` without one.
    pub inlined: Option<BTreeMap<String, BTreeSet<String>>>,
}

/// Compares `baseline` with what was made of the same text with something taken away: `opaque` is the function that the
/// compiler was not let look into, if one was.
///
/// # Errors
/// When the object file cannot be read or compared.
pub fn changes(
    baseline: &Unit<'_>,
    object: &Path,
    record: Option<&Path>,
    opaque: Option<&str>,
) -> Result<Changes> {
    let file = MappedFile::open(object)?;
    let unit = elf::read(object, file.bytes())?;
    let comparison =
        compare::compare(Pair::new(baseline, &unit), compare::Options { all: false, show: false })?;
    let entries = &comparison.entries;
    let mut changes =
        Changes { inlined: record.map(read_record).transpose()?.map(|c| c.inlined()), ..Changes::default() };
    for entry in entries.iter().filter(|e| e.kind == EntryKind::Function) {
        if matches!(entry.status, Status::Changed | Status::Removed) {
            let whole = entry.cold_of.and_then(|parent| entries.get(parent)).unwrap_or(entry);
            changes.changed.insert(whole.original_name.as_ref().unwrap_or(&whole.name).clone());
        }
    }
    if let Some(opaque) = opaque {
        let n = Normalized::new(&unit, normalize::arch_of(&unit)?);
        let now = Functions::new(&n, None, None);
        let callers = now.named(opaque).into_iter().flat_map(|id| now.callers(id));
        changes.callers = callers.map(|id| n.name(id).to_owned()).collect();
    }
    Ok(changes)
}

/// The data objects that are in `object` and not in `baseline`, with the names of the functions that refer to each.
///
/// # Errors
/// When the object file cannot be read.
pub fn variables(baseline: &Unit<'_>, object: &Path) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let file = MappedFile::open(object)?;
    let unit = elf::read(object, file.bytes())?;
    let n = Normalized::new(&unit, normalize::arch_of(&unit)?);
    let before: BTreeSet<&str> = baseline.symbols.iter().map(|s| s.name.as_ref()).collect();
    let mut found = BTreeMap::new();
    for id in n.ids().filter(|&id| n.entity(id).kind == EntityKind::Object && !n.entity(id).by_content) {
        if before.contains(n.name(id)) {
            continue;
        }
        let readers = n.referrers(id).iter().map(|r| n.entity(r.from).cold_of.unwrap_or(r.from));
        let readers = readers.filter(|&id| n.entity(id).kind == EntityKind::Function);
        found.insert(n.name(id).to_owned(), readers.map(|id| n.name(id).to_owned()).collect());
    }
    Ok(found)
}

/// Reads a record of copies.
///
/// # Errors
/// When the file cannot be read; what is in it is never an error.
pub fn read_record(path: &Path) -> Result<Clones> {
    Ok(clones::parse(&std::fs::read(path).map_err(|e| Error::io(path, e))?))
}

/// How the original connects a function that changed with one that was made opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contact {
    /// It is the same code under another name.
    Folded,
    /// It held the body.
    Held,
    /// It is a copy.
    Copy,
    /// It called a copy.
    CalledCopy,
    /// It called the function itself.
    Called,
    /// It called the function in the source, and its compilation threw the call away.
    CalledInSource,
    /// Calls lead there through others, and it holds the same bodies as before.
    Through,
}

/// The connections of `by` with the function of the source called `on`; empty for a knock-on change.
fn contacts(functions: &Functions<'_, '_, '_>, on: &str, by: &str, changes: &Changes) -> BTreeSet<Contact> {
    let mut contacts = BTreeSet::new();
    let Some(id) = functions.named(by) else { return contacts };
    // The code of folded functions goes by the name of one of them.
    if functions.named(on) == Some(id) && functions.n.entity(id).names.len() > 1 {
        contacts.insert(Contact::Folded);
    }
    let held = functions.inlined(id);
    if held.keys().any(|name| stem(name) == on) {
        contacts.insert(Contact::Held);
    }
    let is_on = |name: &str| stem(name) == on;
    if is_on(by) && by != on {
        contacts.insert(Contact::Copy);
    }
    for edge in functions.edges(id) {
        let name = functions.n.name(edge.to);
        let names_on = functions.n.entity(edge.to).names.iter();
        let mut names_on = names_on.map(|&s| functions.n.unit.symbols[s as usize].name.as_ref());
        if is_on(name) && functions.is_copy(edge.to) {
            contacts.insert(Contact::CalledCopy);
        } else if names_on.any(is_on) {
            contacts.insert(Contact::Called);
        }
    }
    if contacts.is_empty() && by != on && holds_the_same(functions, id, changes) {
        if changes.callers.contains(by) {
            contacts.insert(Contact::CalledInSource);
        } else if functions.reaches(id, &|to| is_on(functions.n.name(to))) {
            contacts.insert(Contact::Through);
        }
    }
    contacts
}

/// Whether a function holds the same bodies as in the original, by the compiler's record of both compilations.
fn holds_the_same(functions: &Functions<'_, '_, '_>, id: EntityId, changes: &Changes) -> bool {
    let none = BTreeSet::new();
    let Some(inlined) = &changes.inlined else { return false };
    let now = inlined.get(functions.n.name(id)).unwrap_or(&none);
    let before = functions.inlined(id).iter().filter(|(_, i)| i.sources.contains(&Source::Dump));
    before.map(|(name, _)| name).eq(now.iter())
}
