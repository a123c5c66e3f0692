//! From references by name to what the kernel loads: `fixscope livepatch link`.
//!
//! Documentation/livepatch/module-elf-format.rst describes the result: symbols with the section index SHN_LIVEPATCH,
//! and relocations against them in sections of their own, one for each object and section, which the kernel applies
//! when that object is there. `klp_resolve_symbols` and `klp_apply_section_relocs` of the kernel check it.

mod symvers;
mod write;

use std::collections::BTreeMap;

use object::elf;
use object::read::elf::{FileHeader, SectionHeader, Sym};
use object::{SectionIndex, SymbolIndex};

use super::module::{Module, Rela, Relocations};
use super::reference::{Reference, SECTION_PREFIX, VMLINUX};
use super::tables;
use crate::error::Result;

pub use symvers::Exported;

/// The section index of symbols that the kernel resolves (include/uapi/linux/elf.h).
pub const SHN_LIVEPATCH: u16 = 0xff20;
/// The flag of sections whose relocations the kernel applies (include/uapi/linux/elf.h).
pub const SHF_RELA_LIVEPATCH: u64 = 0x0010_0000;

/// What linking needs to know beside the module.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// What the kernel and its modules export, where that was given; else the versions that the kernel's build noted
    /// in the module stand for it.
    pub exported: Option<&'r Exported>,
    /// For objects that have symbols, but are not patched: the patched object whose functions refer to them.
    pub patched_by: &'r BTreeMap<String, String>,
}

/// A linked module.
#[derive(Debug)]
pub struct Linked {
    /// The file.
    pub bytes: Vec<u8>,
    /// The sections that were made: each with its name and number of relocations.
    pub sections: Vec<(String, usize)>,
    /// The symbols that the kernel has to resolve, by their new names.
    pub symbols: Vec<String>,
}

/// Links a module. One without references to link comes out as it was.
///
/// # Errors
/// When the module is no livepatch (`not-a-livepatch`), names symbols that nobody has (`undefined-symbol`) or in a form
/// the kernel does not read (`klp-symbol`), or refers to a module's symbols where the kernel cannot
/// (`klp-relocation`), or where it is unknown whose functions do (`klp-object`).
pub fn link(module: &Module<'_>, request: Request<'_>) -> Result<Linked> {
    if !module.modinfo()?.iter().any(|(key, _)| key == "livepatch") {
        let what = "is no livepatch, and the kernel would not accept livepatch relocations in it; add MODULE_INFO(livepatch, \"Y\")";
        return Err(module.error("not-a-livepatch", what));
    }
    let references = references(module)?;
    refuse_undefined(module, request.exported)?;
    let moved = moves(module, &references, request.patched_by)?;
    let bytes = write::write(module, &references, &moved)?;
    let mut symbols: Vec<String> = references.values().map(Reference::to_string).collect();
    symbols.sort();
    symbols.dedup();
    let sections = moved.into_iter().map(|moved| (moved.name, moved.rows.len())).collect();
    Ok(Linked { bytes, sections, symbols })
}

/// The undefined symbols that stand for another object's, by their index.
type References = BTreeMap<usize, Reference>;

fn references(module: &Module<'_>) -> Result<References> {
    let mut references = References::new();
    for (index, symbol) in module.symbols.enumerate() {
        if symbol.st_shndx(module.endian) != elf::SHN_UNDEF {
            continue;
        }
        if let Some(reference) = Reference::parse(module.symbol_name(symbol)?) {
            let reference = reference.map_err(|what| module.error("klp-symbol", what))?;
            references.insert(index.0, reference);
        }
    }
    Ok(references)
}

/// The switch of the kernel's build that lets references by name pass, KBUILD_MODPOST_WARN, lets misspelt names pass
/// too.
fn refuse_undefined(module: &Module<'_>, exported: Option<&Exported>) -> Result<()> {
    let endian = module.endian;
    let mut unknown = Vec::new();
    let noted;
    let exported = if let Some(exported) = exported {
        exported
    } else {
        noted = Exported::noted_in(module)?;
        &noted
    };
    for symbol in module.symbols.iter().skip(1).filter(|symbol| symbol.st_shndx(endian) == elf::SHN_UNDEF) {
        let name = module.symbol_name(symbol)?;
        let ignored = match module.header.e_machine(endian) {
            // `ignore_undef_symbol` of kernel/module/main.c.
            elf::EM_X86_64 => name == "_GLOBAL_OFFSET_TABLE_",
            // `dedotify` and scripts/mod/modpost.c.
            elf::EM_PPC64 => {
                name == ".TOC." || name.starts_with("_restgpr0_") || name.starts_with("_savegpr0_")
            }
            // scripts/mod/modpost.c.
            elf::EM_S390 => name == "_GLOBAL_OFFSET_TABLE_",
            _ => false,
        };
        if !(ignored
            || name.is_empty()
            || symbol.st_bind() == elf::STB_WEAK
            || Reference::parse(name).is_some()
            || exported.has(name))
        {
            unknown.push(name);
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let hint = if exported.is_empty() {
        "name the kernel's Module.symvers with --symvers, since the module notes no versions of symbols"
    } else {
        "correct the name, or refer to a symbol that is not exported as .klp.sym.OBJECT.NAME$POS"
    };
    let names = unknown.join(", ");
    Err(module.error("undefined-symbol", format!("nobody exports {names}; {hint}")))
}

/// Relocations that go to a section of their own.
#[derive(Debug)]
struct Moved {
    /// Name of that section.
    name: String,
    /// The section they stand in now.
    from: SectionIndex,
    /// The section they change.
    target: SectionIndex,
    /// The relocations.
    rows: Vec<Rela>,
}

fn moves(
    module: &Module<'_>,
    references: &References,
    patched_by: &BTreeMap<String, String>,
) -> Result<Vec<Moved>> {
    refuse_without_addends(module, references)?;
    let patched = tables::read(module)?.map(|tables| tables.objects).unwrap_or_default();
    let mut moved: BTreeMap<(usize, String), Moved> = BTreeMap::new();
    for Relocations { index, header, target, rows } in module.relocations()? {
        let allocated = u64::from(elf::SHF_ALLOC);
        let section = module.section(target)?;
        // Debugging information stays as it is: the kernel loads none.
        if section.sh_flags(module.endian) & allocated == 0
            || header.sh_flags(module.endian) & SHF_RELA_LIVEPATCH != 0
        {
            continue;
        }
        let section = module.section_name(section)?;
        for rela in rows {
            let symbol = SymbolIndex(rela.r_sym(module.endian, false) as usize);
            module.symbol(symbol)?;
            let Some(reference) = references.get(&symbol.0) else { continue };
            let object = object_of(module, reference, &patched, patched_by)?;
            refuse_place(module, reference, &object, section)?;
            let name = format!("{SECTION_PREFIX}{object}.{section}");
            let entry = moved.entry((index.0, object)).or_insert_with(|| Moved {
                name,
                from: index,
                target,
                rows: Vec::new(),
            });
            entry.rows.push(*rela);
        }
    }
    Ok(moved.into_values().collect())
}

/// The kernel applies sections with addends only, as all architectures with livepatches use.
fn refuse_without_addends(module: &Module<'_>, references: &References) -> Result<()> {
    for header in module.sections.iter() {
        let rows = header
            .rel(module.endian, module.data)
            .map_err(|e| module.damaged("relocations without addends", e))?;
        let of = |row: &elf::Rel64<object::Endianness>| references.get(&(row.r_sym(module.endian) as usize));
        if let Some(reference) = rows.and_then(|(rows, _)| rows.iter().find_map(of)) {
            let what = format!(
                "the relocation against {reference} has no addend, and the kernel applies none of that kind"
            );
            return Err(module.error("klp-relocation", what));
        }
    }
    Ok(())
}

/// The object at whose arrival the kernel is to apply a relocation: the one that is patched, since the kernel looks at
/// no other, or the kernel itself, whose symbols are there from the beginning and may not be named for a module.
fn object_of(
    module: &Module<'_>,
    reference: &Reference,
    patched: &[String],
    patched_by: &BTreeMap<String, String>,
) -> Result<String> {
    let object = &reference.object;
    if object == VMLINUX || patched.contains(object) {
        return Ok(object.clone());
    }
    if let Some(said) = reference.patched.as_ref().or_else(|| patched_by.get(object)) {
        return Ok(said.clone());
    }
    let mut modules = patched.iter().filter(|object| *object != VMLINUX);
    match (modules.next(), modules.next()) {
        (Some(only), None) => Ok(only.clone()),
        _ => Err(module.error(
            "klp-object",
            format!(
                "{reference} is of a module that this livepatch does not patch, so it is unknown when the kernel can \
                 resolve it; name the patched module that depends on it: --object {object}=MODULE"
            ),
        )),
    }
}

/// Sections that the kernel has done with before a module's symbols are there.
fn refuse_place(module: &Module<'_>, reference: &Reference, object: &str, section: &str) -> Result<()> {
    if object == VMLINUX {
        return Ok(());
    }
    let (name, of) = (&reference.name, &reference.object);
    let what = match section {
        "__jump_table" => format!(
            "uses the static key {name} of {of}, and jump labels are set before {of} is there; use \
             static_key_enabled() instead of the branch"
        ),
        ".static_call_sites" => format!(
            "makes the static call {name} of {of}, and static calls are set before {of} is there; call through the \
             key's function pointer instead"
        ),
        _ if section.starts_with(".init") => format!(
            "refers to {name} of {of} in {section}, which is gone when {of} arrives; do it in a callback of its \
             klp_object"
        ),
        _ => return Ok(()),
    };
    Err(module.error("klp-relocation", what))
}
