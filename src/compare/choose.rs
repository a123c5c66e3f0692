//! What the user calls a symbol ↦ a function or data object.

use crate::error::{Error, Result};
use crate::load::{SymbolKind, SymbolPlace, Unit};
use crate::normalize::{EntityId, EntityKind, Normalized};
use crate::pair::{Pair, Side};

use super::delta::Place;
use super::words;

/// At most so many places of one name, and so many near names, are listed.
const LISTED: usize = 8;

/// The entities that are named. `None` when no side has what it names, unless the sides name two different things.
/// Without a name on one side its entity is `None`, and so is one that a side does not have.
///
/// # Errors
/// As [`super::compare_symbols`].
pub(super) fn choose(
    sides: Pair<&Normalized<'_, '_>>,
    symbols: Pair<Option<&str>>,
) -> Result<Option<Pair<Option<EntityId>>>> {
    let find = |n, name: Option<&str>| name.map_or(Ok(None), |name| find(n, name));
    let chosen = Pair::new(find(sides.original, symbols.original)?, find(sides.patched, symbols.patched)?);
    let two_names = matches!(symbols, Pair { original: Some(a), patched: Some(b) } if bare(a) != bare(b));
    if two_names {
        for side in Side::BOTH {
            if let (None, Some(name)) = (chosen.get(side), symbols.get(side)) {
                let unit = match side {
                    Side::Original => sides.original.unit,
                    Side::Patched => sides.patched.unit,
                };
                return Err(unknown(unit, name));
            }
        }
    }
    Ok(chosen.any().then_some(chosen))
}

/// The entity called `name`, `name@FILE` or `name@N`.
fn find(n: &Normalized<'_, '_>, name: &str) -> Result<Option<EntityId>> {
    let named = named(n, name);
    let (named, choice) = match (named.is_empty(), name.rsplit_once('@')) {
        // Names of symbol versions hold an `@` themselves, and so the whole name comes first.
        (true, Some((start, choice))) => (self::named(n, start), Some(choice)),
        _ => (named, None),
    };
    let fits = |i: usize, id| match choice.map(|choice| (choice, choice.parse::<usize>())) {
        None => true,
        Some((_, Ok(number))) => i + 1 == number,
        Some((file, Err(_))) => source_of(n, id).is_some_and(|s| is_path_tail(s, file)),
    };
    let fitting: Vec<EntityId> =
        named.iter().enumerate().filter(|(i, id)| fits(*i, **id)).map(|(_, &id)| id).collect();
    let file = &n.unit.path;
    let start = choice.map_or(name, |_| bare(name));
    match (fitting.as_slice(), choice) {
        ([id], _) => Ok(Some(*id)),
        ([], Some(choice)) if !named.is_empty() => {
            let what = format!("has no `{start}` of `{choice}`; choose one of {}", places(n, start, &named));
            Err(Error::input(file, "symbol", what))
        }
        ([], _) => Ok(None),
        (several, _) => {
            let what = format!(
                "has {} symbols called `{start}`; choose one of {}",
                several.len(),
                places(n, start, &named)
            );
            Err(Error::input(file, "symbol-ambiguous", what))
        }
    }
}

/// The entities of this name in the order of the symbol table.
fn named(n: &Normalized<'_, '_>, name: &str) -> Vec<EntityId> {
    let mut found = Vec::new();
    for (index, symbol) in n.unit.symbols.iter().enumerate() {
        // A label inside of a function is no function.
        if symbol.name == name
            && let Some((id, 0)) = n.entity_of_symbol(index as u32)
            && !found.contains(&id)
        {
            found.push(id);
        }
    }
    found
}

/// The name without the part that chooses among several.
fn bare(name: &str) -> &str {
    name.rsplit_once('@').map_or(name, |(name, _)| name)
}

/// Name of the FILE symbol that the entity's symbol stands behind. Global symbols stand behind all of them, and are of
/// the only one where there is one.
fn source_of<'u>(n: &Normalized<'u, '_>, id: EntityId) -> Option<&'u str> {
    let mut files = n.unit.symbols.iter().filter(|s| s.kind == SymbolKind::File && !s.name.is_empty());
    if let (Some(only), None) = (files.next(), files.next()) {
        return Some(&only.name);
    }
    n.symbol(id).file.and_then(|f| n.unit.symbols.get(f as usize)).map(|f| &*f.name).filter(|f| !f.is_empty())
}

/// Whether `tail` is the last components of `path`.
fn is_path_tail(path: &str, tail: &str) -> bool {
    std::path::Path::new(path).ends_with(tail)
}

/// The places of one name, as somebody would choose one of them.
fn places(n: &Normalized<'_, '_>, name: &str, ids: &[EntityId]) -> String {
    let place = |(i, &id): (usize, &EntityId)| {
        let entity = n.entity(id);
        let kind = match entity.kind {
            EntityKind::Function => "function",
            EntityKind::Object => "data object",
        };
        let source = source_of(n, id).map(|s| format!(" of {s}")).unwrap_or_default();
        let section = entity.section.and_then(|s| n.unit.section(s));
        let section = section.map(|s| match words::place(n, id, 0) {
            Place::Offset(_) => format!(" at {}+{:#x}", s.name, entity.offset),
            line => format!(" in {} at {line}", s.name),
        });
        let section = section.unwrap_or_default();
        format!("{name}@{} ({kind}{source}{section})", i + 1)
    };
    let mut places: Vec<String> = ids.iter().enumerate().map(place).take(LISTED).collect();
    if ids.len() > LISTED {
        places.push(format!("{} more", ids.len() - LISTED));
    }
    places.join(", ")
}

/// The error that says that a unit does not have a symbol: with the names that are near to it, or that it is only
/// referred to.
pub fn unknown(unit: &Unit<'_>, name: &str) -> Error {
    let near = near_names(unit, bare(name));
    Error::input(&unit.path, "symbol", format!("has no function or data object `{name}`{near}"))
}

fn near_names(unit: &Unit<'_>, wanted: &str) -> String {
    let is_defined = |place| matches!(place, SymbolPlace::Section(_) | SymbolPlace::Common);
    if unit.symbols.iter().any(|s| s.place == SymbolPlace::Undefined && s.name == wanted) {
        return " itself, only references to it; name the file that defines it".to_owned();
    }
    let mut names: Vec<&str> = unit
        .symbols
        .iter()
        .filter(|s| is_defined(s.place) && !s.name.is_empty() && !s.name.starts_with(".L"))
        .map(|s| &*s.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut near: Vec<&str> = names.iter().copied().filter(|n| n.contains(wanted)).take(LISTED).collect();
    // Weighing names costs; a linked kernel has too many of them.
    if near.is_empty() && names.len() < 20_000 {
        near = similar::get_close_matches(wanted, &names, LISTED, 0.6);
    }
    match near.as_slice() {
        [] => ", nor any that is called nearly so".to_owned(),
        near => format!("; near: {}", near.join(", ")),
    }
}
