//! Whether the functions of a livepatch are those of the patched build, by fixscope's own comparison.
//!
//! The module's symbols are given the names they have in the build: a replacement that of the function it replaces, a
//! reference by name that of the symbol it stands for. What is still different then is a difference.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::{Code, Finding, Verdict};
use crate::compare::{self, Difference, DifferenceKind, Entry, EntryKind, Status};
use crate::error::Result;
use crate::inspect::tracing;
use crate::livepatch::link::SHN_LIVEPATCH;
use crate::livepatch::module::Module;
use crate::livepatch::reference::Reference;
use crate::livepatch::tables::{Replacement, Tables};
use crate::load::{Binding, SymbolKind, SymbolPlace, Unit, names};
use crate::normalize::{EntityKind, Normalized, arch_of};
use crate::pair::Pair;

/// What the replacements and helpers of generated livepatches begin with.
const HELPER_PREFIX: &str = "klpp_";

/// Statics that a new function may well have anew (create-diff-object of kpatch lists them, too).
const FRESH: [&str; 8] =
    ["__key", "__warned", "__already_done", "__func__", "__FUNCTION__", "_rs", "_entry", "descriptor"];

pub(super) fn check(
    module: &Module<'_>,
    unit: &Unit<'_>,
    tables: &Tables,
    patched: &[Unit<'_>],
    verdict: &mut Verdict,
) -> Result<()> {
    if patched.is_empty() {
        let what = "whether the replacements are the patched build's functions: name its object files with --patched";
        verdict.unchecked.push(what.to_owned());
        return Ok(());
    }
    let defined: FxHashSet<&str> = patched.iter().flat_map(functions).collect();
    let (unit, glue) = renamed(unit, tables, &defined);
    let referred: FxHashSet<&str> = unit
        .symbols
        .iter()
        .filter(|symbol| symbol.place == SymbolPlace::Undefined)
        .map(|symbol| &*symbol.name)
        .collect();

    // What came of each function of the module in each unit that has it.
    let mut found: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    let replaced: FxHashSet<&str> = tables.replacements.iter().map(|r| r.original.as_str()).collect();
    let mut wanted: BTreeSet<String> = tables.replacements.iter().map(|r| r.original.clone()).collect();
    for build in patched {
        refuse_unpatchable(build, tables, verdict)?;
        let build = opened(build, &referred);
        let compared =
            compare::compare(Pair::new(&build, &unit), compare::Options { all: true, show: false })?;
        for entry in compared.entries {
            // A replacement of another name than its function's is compared with the one it replaces, or with none.
            let missed = entry.is_renamed() && replaced.contains(&*entry.name);
            let is_ours = entry.cold_of.is_none() && !is_glue(&entry, &unit, &glue);
            match (entry.kind, entry.status) {
                (EntryKind::Function, Status::Removed) => {}
                (EntryKind::Function, _) if !is_ours => {}
                (EntryKind::Function, Status::New) => _ = wanted.insert(entry.name),
                (EntryKind::Function, _) if missed => {}
                (EntryKind::Function, _) => {
                    found.entry(entry.name.clone()).or_default().push(difference(&entry));
                }
                (EntryKind::Object, _) if is_own_copy(&entry, &unit) => {
                    let what = "the module has its own, which does not have the kernel's value; refer to the kernel's \
                                if it is to keep it";
                    verdict.findings.push(Finding::new(Code::OwnCopy, entry.name, what));
                }
                (EntryKind::Object, Status::Changed) if entry.extent.original.is_some() => {
                    if let Some(what) = difference(&entry) {
                        verdict.findings.push(Finding::new(Code::Different, entry.name, what));
                    }
                }
                _ => {}
            }
        }
    }
    wanted.extend(found.keys().cloned());
    for name in wanted {
        let outcomes = found.remove(&name).unwrap_or_default();
        match outcomes.as_slice() {
            [] => {
                let what = format!(
                    "is in no object file of the patched build that was named, but in {}",
                    module.path.display()
                );
                verdict.findings.push(Finding::new(Code::NotInBuild, name, what));
            }
            outcomes if outcomes.iter().all(Option::is_none) => verdict.same.push(name),
            [Some(what)] => verdict.findings.push(Finding::new(Code::Different, name, what)),
            outcomes => {
                let what = format!(
                    "{} object files have it, and it is not the same as in each; name only the one that is patched",
                    outcomes.len()
                );
                verdict.findings.push(Finding::new(Code::Ambiguous, name, what));
            }
        }
    }
    Ok(())
}

/// What the kernel redirects is the call to the tracer with which a function begins, where it has one; what has run and is
/// gone has none that anybody comes by.
fn refuse_unpatchable(build: &Unit<'_>, tables: &Tables, verdict: &mut Verdict) -> Result<()> {
    let n = Normalized::new(build, arch_of(build)?);
    let sites = tracing::sites(&n);
    for id in
        n.ids().filter(|&id| n.entity(id).kind == EntityKind::Function && n.entity(id).cold_of.is_none())
    {
        let name = n.name(id);
        if !tables.replacements.iter().any(|r| r.original == name) {
            continue;
        }
        let section = n.entity(id).section.and_then(|section| build.section(section));
        let section = section.map_or("", |section| &section.name);
        let what = if section.starts_with(".init") || section.starts_with(".exit") {
            format!(
                "is in {section}: it runs once, and its code is gone or was never loaded; correct what it did in a callback"
            )
        } else if !sites.contains_key(&id) {
            "does not begin with a call to the tracer (it is inline, notrace or noinstr, or its unit is compiled \
             without), so that the kernel cannot redirect it; replace its callers"
                .to_owned()
        } else {
            continue;
        };
        verdict.findings.push(Finding::new(Code::Unpatchable, name, what));
    }
    Ok(())
}

fn functions<'u>(unit: &'u Unit<'_>) -> impl Iterator<Item = &'u str> {
    let defined = unit.symbols.iter().filter(|symbol| matches!(symbol.place, SymbolPlace::Section(_)));
    defined.filter(|symbol| symbol.kind == SymbolKind::Function).map(|symbol| &*symbol.name)
}

/// The module with the names of the build, and the places of functions that only the livepatch itself needs.
fn renamed<'d>(
    unit: &Unit<'d>,
    tables: &Tables,
    defined: &FxHashSet<&str>,
) -> (Unit<'d>, FxHashSet<(u32, u64)>) {
    let mut unit = unit.clone();
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for symbol in unit.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Function) {
        let SymbolPlace::Section(section) = symbol.place else { continue };
        let is_here =
            |r: &&Replacement| r.place.section.0 == section as usize && r.place.offset == symbol.offset;
        let replaced = tables.replacements.iter().find(is_here).map(|r| r.original.as_str());
        let helper = || symbol.name.strip_prefix(HELPER_PREFIX).and_then(|name| defined.get(name).copied());
        if let Some(original) = replaced.or_else(helper) {
            names.insert(symbol.name.to_string(), original);
        }
    }
    for symbol in &mut unit.symbols {
        if symbol.place == SymbolPlace::Reserved(SHN_LIVEPATCH.into())
            || symbol.place == SymbolPlace::Undefined
        {
            if let Some(Ok(reference)) = Reference::parse(&symbol.name) {
                symbol.name = Cow::Owned(reference.name);
                symbol.place = SymbolPlace::Undefined;
                symbol.binding = Binding::Global;
            }
            continue;
        }
        // Cold parts, and Clang's statics, have their function's name in theirs.
        let head = symbol.name.split('.').next().unwrap_or_default();
        let own = names.get_key_value(&*symbol.name).or_else(|| names.get_key_value(head));
        if let Some((name, original)) = own {
            symbol.name = Cow::Owned(format!("{original}{}", &symbol.name[name.len()..]));
        }
    }
    let glue = tables.callbacks.iter().map(|place| (place.section.0 as u32, place.offset)).collect();
    (unit, glue)
}

/// The build with those of its symbols global that the module refers to from outside.
fn opened<'d>(build: &Unit<'d>, referred: &FxHashSet<&str>) -> Unit<'d> {
    let mut build = build.clone();
    for symbol in &mut build.symbols {
        if symbol.binding == Binding::Local && referred.contains(&*symbol.name) {
            symbol.binding = Binding::Global;
        }
    }
    build
}

/// Whether a function has nothing to do with the fix: what loads and unloads the livepatch, and its callbacks.
fn is_glue(entry: &Entry, unit: &Unit<'_>, glue: &FxHashSet<(u32, u64)>) -> bool {
    let Some(extent) = entry.extent.patched else { return false };
    let section = unit.section(extent.section).map_or("", |section| &section.name);
    section.starts_with(".init")
        || section.starts_with(".exit")
        || glue.contains(&(extent.section, extent.offset))
}

/// Whether a data object of the build that can be written to is there once more in the module.
fn is_own_copy(entry: &Entry, unit: &Unit<'_>) -> bool {
    let (Some(_), Some(extent)) = (entry.extent.original, entry.extent.patched) else { return false };
    let section = unit.section(extent.section);
    let writable = section.is_some_and(|section| {
        let glue =
            [".data..once", ".init", ".exit", ".discard"].iter().any(|start| section.name.starts_with(start));
        section.is_writable() && !glue
    });
    let stem = names::class(&entry.name);
    writable && !FRESH.iter().any(|fresh| stem.split('.').any(|part| part == *fresh))
}

/// How a function or data object differs, if it does in what it does. Where it lies and how it is bound is another
/// matter in a module.
fn difference(entry: &Entry) -> Option<String> {
    let own = |difference: &&Difference| difference.kind != DifferenceKind::Attributes;
    let what: Vec<String> = entry
        .differences
        .iter()
        .filter(own)
        .map(|difference| {
            let at = difference.at.patched.map_or_else(String::new, |at| format!(" at {at:#x}"));
            let chain: Vec<&str> = difference.chain.iter().map(|link| link.what.as_str()).collect();
            let chain = if chain.is_empty() { String::new() } else { format!(" ({})", chain.join(", ")) };
            format!("{}{at}{chain}", difference.what)
        })
        .collect();
    (!what.is_empty()).then(|| what.join("; "))
}
