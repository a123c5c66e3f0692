//! What the skeleton is told of each function: where its source is, and what it refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compare::{Comparison, Entry, EntryKind, Extent, Status};
use crate::error::{Error, Result};
use crate::inputs::{Fix, LineMap};
use crate::livepatch::skeleton::{Need, NeedKind, SkeletonFunction, SourceText};
use crate::load::dwarf::Dwarf;
use crate::load::{Binding, MappedFile, SymbolPlace, elf, names};
use crate::normalize::{EntityId, EntityKind, Normalized, Target};
use crate::pair::Pair;

/// One unit that was compared.
pub(super) struct UnitMaterial<'a> {
    pub name: &'a str,
    pub module: Option<&'a str>,
    pub objects: Pair<Option<&'a Path>>,
    pub comparison: &'a Comparison,
    pub map: &'a dyn Fn(&Path) -> Option<&'a LineMap>,
}

/// What all units share.
pub(super) struct TreeMaterial<'a> {
    pub tree: &'a Path,
    pub fix: &'a Fix,
    pub roots: &'a [PathBuf],
}

/// The functions of a unit that a livepatch must carry: the changed and the new ones.
pub(super) fn functions(unit: &UnitMaterial<'_>, tree: &TreeMaterial<'_>) -> Result<Vec<SkeletonFunction>> {
    let Some(path) = unit.objects.patched else { return Ok(Vec::new()) };
    let file = MappedFile::open(path)?;
    let object = elf::read(path, file.bytes())?;
    let Some(arch) = object.arch() else {
        return Err(Error::input(path, "architecture", "is of an architecture that fixscope does not know"));
    };
    let n = Normalized::new(&object, arch);
    let dwarf = Dwarf::parse(file.bytes(), path, tree.roots)?;
    let exported = exported(&n);
    let traced = unit.objects.original.map(traced).transpose()?.unwrap_or_default();
    let wanted = |e: &&Entry| {
        e.kind == EntryKind::Function
            && e.cold_of.is_none()
            && matches!(e.status, Status::Changed | Status::New)
    };
    let entries = &unit.comparison.entries;
    Ok(entries
        .iter()
        .filter(wanted)
        .map(|entry| {
            let original = entry.original_name.clone().unwrap_or_else(|| entry.name.clone());
            SkeletonFunction {
                traced: entry.extent.original.and_then(|e| traced.get(&(e.section, e.offset)).copied()),
                name: entry.name.clone(),
                stem: names::stem(&entry.name).to_owned(),
                original_name: (entry.status == Status::Changed).then_some(original),
                unit: unit.name.to_owned(),
                module: unit.module.map(str::to_owned),
                ambiguous: entry.file.is_some(),
                source: source(unit, tree, &dwarf, entry.extent.patched.as_slice()),
                needs: needs(&n, entry.extent.patched.as_ref(), &exported).into_iter().collect(),
            }
        })
        .collect())
}

/// Of each function of an object file, by section and offset: whether it begins with a call to the tracer. Empty
/// when none does.
fn traced(path: &Path) -> Result<BTreeMap<(u32, u64), bool>> {
    let file = MappedFile::open(path)?;
    let object = elf::read(path, file.bytes())?;
    let Some(arch) = object.arch() else {
        return Ok(BTreeMap::new());
    };
    let n = Normalized::new(&object, arch);
    let functions = n.ids().filter(|&id| n.entity(id).kind == EntityKind::Function);
    let traced: BTreeMap<(u32, u64), bool> = functions
        .filter_map(|id| Some(((n.entity(id).section?, n.entity(id).offset), n.tracing_site(id).is_some())))
        .collect();
    Ok(if traced.values().any(|&t| t) { traced } else { BTreeMap::new() })
}

/// Where the function is defined, and the text of that file on the patched side.
fn source(
    unit: &UnitMaterial<'_>,
    tree: &TreeMaterial<'_>,
    dwarf: &Dwarf,
    fragments: &[Extent],
) -> Option<SourceText> {
    let subprogram = dwarf.subprogram(dwarf.function(fragments).subprogram?);
    let file = dwarf.file(subprogram.file?);
    let line = match (unit.map)(file) {
        Some(map) => map.to_disk(subprogram.line),
        None => Some(subprogram.line),
    };
    let touched = tree.fix.files.iter().find(|f| f.patched_path.as_deref() == Some(file));
    let text = match touched {
        Some(touched) => touched.patched.clone()?,
        None => Arc::from(std::fs::read(tree.tree.join(file)).ok()?),
    };
    Some(SourceText { file: file.display().to_string(), line, text })
}

/// The names of what the unit exports to modules: the kernel's EXPORT_SYMBOL leaves `__ksymtab_NAME`.
fn exported<'n>(n: &Normalized<'n, '_>) -> BTreeSet<&'n str> {
    n.unit.symbols.iter().filter_map(|s| s.name.strip_prefix("__ksymtab_")).collect()
}

/// What a function refers to.
fn needs(n: &Normalized<'_, '_>, fragment: Option<&Extent>, exported: &BTreeSet<&str>) -> BTreeSet<Need> {
    let mut needs = BTreeSet::new();
    let at = |f: &Extent| match n.target_at(f.section, f.offset as i64) {
        Target::Entity { id, offset: 0 } => Some(id),
        _ => None,
    };
    let function = fragment.and_then(at);
    // A cold part that did not change is no entry of the comparison, and part of the function all the same.
    let own: Vec<EntityId> = n
        .ids()
        .filter(|&id| Some(id) == function || function.is_some() && n.entity(id).cold_of == function)
        .collect();
    for &function in &own {
        let decoded = n.decoded(function);
        let section = n.entity(function).section.unwrap_or(0);
        let by_reloc = n.relocs_of(function).iter().map(|r| n.target_in_function(function, r));
        let by_distance = decoded.insns.iter().filter_map(|i| Some(n.target_at(section, i.target? as i64)));
        for target in by_reloc.chain(by_distance) {
            match target {
                Target::Entity { id, .. } if !own.contains(&id) && !n.entity(id).by_content => {
                    let local = n.symbol(id).binding == Binding::Local;
                    let kind = match (n.entity(id).kind, local) {
                        (EntityKind::Function, true) => NeedKind::LocalFunction,
                        (EntityKind::Function, false) if exported.contains(n.name(id)) => NeedKind::Exported,
                        (EntityKind::Function, false) => NeedKind::GlobalFunction,
                        (EntityKind::Object, true) => NeedKind::LocalObject,
                        (EntityKind::Object, false) if exported.contains(n.name(id)) => NeedKind::Exported,
                        (EntityKind::Object, false) => NeedKind::GlobalObject,
                    };
                    needs.insert(Need { name: n.name(id).to_owned(), kind });
                }
                Target::Symbol { index, .. } => {
                    let symbol = &n.unit.symbols[index as usize];
                    // The compiler's own: tracing hooks, return thunks and stack protector need nothing.
                    if symbol.place == SymbolPlace::Undefined && !names::is_compilers_own(&symbol.name) {
                        needs.insert(Need { name: symbol.name.to_string(), kind: NeedKind::Elsewhere });
                    }
                }
                _ => {}
            }
        }
    }
    needs
}
