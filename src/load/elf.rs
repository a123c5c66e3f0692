//! Reading ELF files with `object`'s tables.

use std::borrow::Cow;
use std::path::Path;

use object::elf;
use object::read::elf::{FileHeader, Rel, Rela, SectionHeader, Sym};
use object::{Endianness, SectionIndex};
use rustc_hash::FxHashMap;

use super::linked;
use super::unit::{Binding, Reloc, Section, Symbol, SymbolKind, SymbolPlace, Unit};
use crate::error::{Error, Result};

/// Reads one object file. `path` is for messages; `bytes` may be a member of an archive.
///
/// # Errors
/// [`Error::Input`] that names the file and what is wrong: not an object file, damaged, or without machine code
/// (LTO), a core dump, compressed, or linked and without symbols. Codes: `empty`, `not-elf`, `compressed`, `bitcode`,
/// `lto`, `core`, `stripped`, `truncated`.
pub fn read<'d>(path: &Path, bytes: &'d [u8]) -> Result<Unit<'d>> {
    if bytes.is_empty() {
        return Err(Error::input(path, "empty", "is empty; was the build interrupted?"));
    }
    if bytes.starts_with(b"BC\xC0\xDE") || bytes.starts_with(&[0xde, 0xc0, 0x17, 0x0b]) {
        let what = "holds LLVM bitcode (a Clang LTO build), no machine code; compare the linked vmlinux.o, or compile without -flto";
        return Err(Error::input(path, "bitcode", what));
    }
    if let Some((_, by, command)) = COMPRESSED.iter().find(|(magic, _, _)| bytes.starts_with(magic)) {
        let what = format!("is compressed by {by}; decompress it first: {command} {}", path.display());
        return Err(Error::input(path, "compressed", what));
    }
    if !bytes.starts_with(&elf::ELFMAG) {
        return Err(Error::input(path, "not-elf", "is not an ELF object file"));
    }
    let unit = match bytes.get(4) {
        Some(&elf::ELFCLASS32) => read_class::<elf::FileHeader32<Endianness>>(path, bytes),
        Some(&elf::ELFCLASS64) => read_class::<elf::FileHeader64<Endianness>>(path, bytes),
        _ => return Err(Error::input(path, "not-elf", "has an ELF class that is neither 32 nor 64 bit")),
    }?;
    refuse_slim_lto(&unit)?;
    Ok(unit)
}

/// Beginnings of compressed files, as modules are installed, with a command that decompresses beside the file.
const COMPRESSED: [(&[u8], &str, &str); 3] = [
    (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz", "xz -dk"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstd -d"),
    (&[0x1f, 0x8b], "gzip", "gzip -dk"),
];

/// What a damaged file is called.
pub(super) fn damaged(path: &Path, what: &str, e: object::Error) -> Error {
    Error::input(path, "truncated", format!("damaged or truncated ELF file: {what}: {e}"))
}

/// GCC's slim LTO objects hold its intermediate language in `.gnu.lto_*` sections and mark themselves by a
/// symbol; fat ones hold machine code as well and are fine.
fn refuse_slim_lto(unit: &Unit<'_>) -> Result<()> {
    if unit.symbols.iter().any(|s| s.name == "__gnu_lto_slim") {
        let what = "holds GCC's intermediate language (slim LTO), no machine code; compile with -fno-lto or -ffat-lto-objects";
        return Err(Error::input(&unit.path, "lto", what));
    }
    Ok(())
}

fn read_class<'d, E: FileHeader<Endian = Endianness>>(path: &Path, bytes: &'d [u8]) -> Result<Unit<'d>> {
    let damaged = |what: &str, e: object::Error| damaged(path, what, e);
    let header = E::parse(bytes).map_err(|e| damaged("file header", e))?;
    let endian = header.endian().map_err(|e| damaged("byte order", e))?;
    let table = header.sections(endian, bytes).map_err(|e| damaged("section headers", e))?;
    let machine = header.e_machine(endian);
    let e_type = header.e_type(endian);
    if e_type == elf::ET_CORE {
        return Err(Error::input(path, "core", "is a core dump; compare the programs"));
    }
    let is_linked = matches!(e_type, elf::ET_EXEC | elf::ET_DYN);

    let mut sections = Vec::with_capacity(table.len());
    let mut raw_relocs = Vec::new();
    let mut groups = Vec::new();
    for (index, section) in table.enumerate() {
        let name = text(table.section_name(endian, section).map_err(|e| damaged("name of a section", e))?);
        let flags: u64 = section.sh_flags(endian).into();
        let sh_type = section.sh_type(endian);
        let loaded = flags & u64::from(elf::SHF_ALLOC) != 0 && sh_type != elf::SHT_NOBITS;
        let data = if loaded {
            section.data(endian, bytes).map_err(|e| damaged(&format!("section {name}"), e))?
        } else {
            &[]
        };
        if sh_type == elf::SHT_RELA || sh_type == elf::SHT_REL {
            raw_relocs.push((index.0 as u32, section.sh_info(endian)));
        }
        if sh_type == elf::SHT_GROUP {
            groups.push(index);
        }
        let of_linker = is_linked && linked::is_linkers(&name, sh_type);
        sections.push(Section {
            name,
            sh_type,
            flags: if is_linked { linked::flags_without_merging(flags) } else { flags },
            address: if is_linked { section.sh_addr(endian).into() } else { 0 },
            of_linker,
            size: section.sh_size(endian).into(),
            align: section.sh_addralign(endian).into(),
            entsize: section.sh_entsize(endian).into(),
            data: Cow::Borrowed(data),
            reloc_sections: Vec::new(),
            group: None,
        });
    }

    // Relocations of sections that are not loaded belong to debug information and are left alone.
    let mut kept = Vec::new();
    for (holder, target) in raw_relocs {
        let Some(section) = sections.get_mut(target as usize) else {
            return Err(Error::input(
                path,
                "truncated",
                format!("relocation section {holder} is for section {target}, which the file does not have"),
            ));
        };
        if !section.is_allocated() || target == 0 {
            continue;
        }
        let Ok(section_header) = table.section(SectionIndex(holder as usize)) else { continue };
        // `.rela.plt` and the like of linked files are allocated themselves and say what the dynamic linker does.
        if is_linked && section_header.sh_flags(endian).into() & u64::from(elf::SHF_ALLOC) != 0 {
            continue;
        }
        let relocs = section_header.data(endian, bytes).map_err(|e| damaged("relocations", e))?;
        section.reloc_sections.push(holder);
        kept.push((holder, relocs, section_header.sh_type(endian) == elf::SHT_RELA));
    }

    let symbol_table =
        table.symbols(endian, bytes, elf::SHT_SYMTAB).map_err(|e| damaged("symbol table", e))?;
    let mut symbols = Vec::with_capacity(symbol_table.len());
    let mut file = None;
    for (index, symbol) in symbol_table.enumerate() {
        let name = text(
            symbol_table
                .symbol_name(endian, symbol)
                .map_err(|e| damaged(&format!("name of symbol {}", index.0), e))?,
        );
        let binding = Binding::from_elf(symbol.st_bind());
        let kind = SymbolKind::from_elf(symbol.st_type());
        let place = match symbol.st_shndx(endian) {
            elf::SHN_UNDEF => SymbolPlace::Undefined,
            elf::SHN_ABS => SymbolPlace::Absolute,
            elf::SHN_COMMON => SymbolPlace::Common,
            elf::SHN_XINDEX => match symbol_table.shndx(endian, index) {
                Some(i) => SymbolPlace::Section(i),
                None => {
                    return Err(Error::input(
                        path,
                        "truncated",
                        format!(
                            "symbol {} ({name}) has its section index in a table that the file does not have",
                            index.0
                        ),
                    ));
                }
            },
            reserved if reserved >= elf::SHN_LORESERVE => SymbolPlace::Reserved(u32::from(reserved)),
            i => SymbolPlace::Section(u32::from(i)),
        };
        let value: u64 = symbol.st_value(endian).into();
        let mut size: u64 = symbol.st_size(endian).into();
        let mut offset = value;
        let is_thumb = machine == elf::EM_ARM
            && matches!(kind, SymbolKind::Function | SymbolKind::Ifunc)
            && matches!(place, SymbolPlace::Section(_))
            && value & 1 != 0;
        if let SymbolPlace::Section(i) = place {
            let Some(section) = sections.get(i as usize) else {
                return Err(Error::input(
                    path,
                    "truncated",
                    format!("symbol {} ({name}) lies in section {i}, which the file does not have", index.0),
                ));
            };
            if kind != SymbolKind::Tls {
                offset = value.wrapping_sub(section.address);
            }
            if is_thumb {
                offset &= !1;
                // LLVM's assembler counts the bit into a size that is written as the distance from a label which became
                // one of T32 code only afterwards. What is compiled ends at a multiple of two bytes; a last odd byte,
                // should there be one, is compared under its section.
                size &= !1;
            }
            // Linker scripts define symbols without size outside of their section; with a size it is damage.
            if section.is_allocated()
                && size > 0
                && !(is_linked && kind == SymbolKind::Tls)
                && offset.checked_add(size).is_none_or(|end| end > section.size)
            {
                return Err(Error::input(
                    path,
                    "truncated",
                    format!(
                        "symbol {} ({name}) ends at {offset:#x}+{size:#x}, behind its section {} of {:#x} bytes",
                        index.0, section.name, section.size
                    ),
                ));
            }
        }
        if kind == SymbolKind::File {
            file = Some(index.0 as u32);
        }
        let file = if binding == Binding::Local && kind != SymbolKind::File { file } else { None };
        symbols.push(Symbol {
            name,
            kind,
            binding,
            visibility: symbol.st_other() & 3,
            other: symbol.st_other() & !3,
            is_thumb,
            place,
            offset,
            size,
            file,
        });
    }
    if symbols.is_empty() {
        symbols.push(Symbol {
            name: Cow::Borrowed(""),
            kind: SymbolKind::None,
            binding: Binding::Local,
            visibility: 0,
            other: 0,
            is_thumb: false,
            place: SymbolPlace::Undefined,
            offset: 0,
            size: 0,
            file: None,
        });
    }

    let mut members: FxHashMap<u32, Cow<'d, str>> = FxHashMap::default();
    for index in groups {
        let Ok(section) = table.section(index) else { continue };
        let Some((flag, list)) = section.group(endian, bytes).map_err(|e| damaged("section group", e))?
        else {
            continue;
        };
        if flag & elf::GRP_COMDAT == 0 {
            continue;
        }
        let signature =
            symbols.get(section.sh_info(endian) as usize).map_or(Cow::Borrowed(""), |s| s.name.clone());
        for member in list {
            members.insert(member.get(endian), signature.clone());
        }
    }
    for (index, signature) in members {
        if let Some(section) = sections.get_mut(index as usize) {
            section.group = Some(signature);
        }
    }

    let raw_symbols = match table.section(symbol_table.section()) {
        Ok(section) if symbol_table.section().0 != 0 => {
            let strings =
                table.section(symbol_table.string_section()).ok().and_then(|s| s.data(endian, bytes).ok());
            (section.data(endian, bytes).unwrap_or_default(), strings.unwrap_or_default())
        }
        _ => (&[][..], &[][..]),
    };
    kept.sort_by_key(|r| r.0);
    let mut unit = Unit {
        path: path.to_path_buf(),
        machine,
        is_64: header.is_class_64(),
        endian,
        e_flags: header.e_flags(endian),
        e_type,
        sections,
        symbols,
        raw_symbols,
        raw_relocs: kept,
        text: None,
        linked: None,
    };
    if is_linked {
        linked::complete(path, bytes, &table, &mut unit)?;
    }
    Ok(unit)
}

/// A name as text. Bytes that are not UTF-8 are written out, so that different names stay different.
pub(super) fn text(name: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(name) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => Cow::Owned(name.escape_ascii().to_string()),
    }
}

/// Decodes a relocation section's bytes. A rest that is no whole entry is left out, as linkers do.
pub(super) fn decode_relocs(
    bytes: &[u8],
    is_rela: bool,
    is_64: bool,
    endian: Endianness,
    machine: u16,
) -> Vec<Reloc> {
    match (is_64, is_rela) {
        (true, true) => relas::<elf::Rela64<Endianness>>(bytes, endian, machine),
        (false, true) => relas::<elf::Rela32<Endianness>>(bytes, endian, machine),
        (true, false) => rels::<elf::Rel64<Endianness>>(bytes, endian),
        (false, false) => rels::<elf::Rel32<Endianness>>(bytes, endian),
    }
}

fn relas<R: Rela<Endian = Endianness> + object::Pod>(
    bytes: &[u8],
    endian: Endianness,
    machine: u16,
) -> Vec<Reloc> {
    // 64-bit little-endian MIPS packs symbol and type in an order of its own.
    let is_mips64el = machine == elf::EM_MIPS && endian == Endianness::Little && size_of::<R>() == 24;
    entries::<R>(bytes)
        .iter()
        .map(|r| Reloc {
            offset: r.r_offset(endian).into(),
            r_type: r.r_type(endian, is_mips64el),
            symbol: r.r_sym(endian, is_mips64el),
            addend: Some(r.r_addend(endian).into()),
        })
        .collect()
}

fn rels<R: Rel<Endian = Endianness> + object::Pod>(bytes: &[u8], endian: Endianness) -> Vec<Reloc> {
    entries::<R>(bytes)
        .iter()
        .map(|r| Reloc {
            offset: r.r_offset(endian).into(),
            r_type: r.r_type(endian),
            symbol: r.r_sym(endian),
            addend: None,
        })
        .collect()
}

fn entries<R: object::Pod>(bytes: &[u8]) -> &[R] {
    object::slice_from_bytes::<R>(bytes, bytes.len() / size_of::<R>()).map_or(&[], |(all, _)| all)
}
