//! What linked programs and shared libraries have beside sections and symbols: what the dynamic linker fills in, and
//! the symbols that it knows.
//!
//! Code of a linked file has no relocations, and this module makes none: it only gives `normalize` what it needs to
//! find out what an address means. Sources: gABI, "Dynamic Linking" and "Relocation"; for packed relative relocations
//! the gABI's `SHT_RELR`; for versions the Linux Standard Base, "Symbol Versioning".

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use object::elf;
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable, Sym, VersionTable};
use object::{Endianness, SymbolIndex};
use rustc_hash::FxHashMap;

use super::elf::{damaged, decode_relocs, text};
use super::unit::{Binding, Reloc, Section, Symbol, SymbolKind, SymbolPlace, Unit};
use crate::error::{Error, Result};

/// What a linked file has beside sections and symbols.
#[derive(Debug, Clone, Default)]
pub struct Linked {
    /// Relocations for the dynamic linker, ordered by `offset`, which is the address they apply to. Symbols are
    /// those of the unit; packed relative ones have the addend in the field (`None`).
    pub dynamic: Vec<Reloc>,
    /// By section index: the symbol that stands for the section; 0 where there is none.
    pub section_symbols: Vec<u32>,
    /// Addresses of the thread-local block, its end rounded up to its alignment.
    pub tls: Option<Range<u64>>,
    /// A symbol without a place whose name tells one layout of the thread-local block from another.
    pub tls_layout: u32,
    /// A symbol without a place whose name tells the tables that the linker made from those of another file.
    pub tables: u32,
    /// Whether the symbols are those for the dynamic linker only, because the others have been removed.
    pub only_dynamic_symbols: bool,
}

/// Names of sections that the linker fills by itself, or by the start of the name where it ends in `*`. They say
/// where things are; what they lead to is compared with those who use them.
const LINKERS: [&str; 7] = [".got", ".got.*", ".plt", ".plt.*", ".iplt", ".eh_frame_hdr", ".gnu_debuglink"];

/// Whether the linker made a section of a linked file by itself.
pub(super) fn is_linkers(name: &str, sh_type: u32) -> bool {
    let by_type = matches!(
        sh_type,
        elf::SHT_DYNAMIC
            | elf::SHT_DYNSYM
            | elf::SHT_STRTAB
            | elf::SHT_HASH
            | elf::SHT_GNU_HASH
            | elf::SHT_GNU_VERSYM
            | elf::SHT_GNU_VERNEED
            | elf::SHT_GNU_VERDEF
            | elf::SHT_RELA
            | elf::SHT_REL
            | elf::SHT_RELR
    );
    by_type
        || LINKERS.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *known,
        })
}

/// Adds to a unit what only linked files have.
///
/// # Errors
/// As [`super::elf::read`]; `stripped` when nothing tells one function from another.
pub(super) fn complete<'d, E: FileHeader<Endian = Endianness>>(
    path: &Path,
    bytes: &'d [u8],
    table: &SectionTable<'d, E>,
    unit: &mut Unit<'d>,
) -> Result<()> {
    let endian = unit.endian;
    let header = E::parse(bytes).map_err(|e| damaged(path, "file header", e))?;
    let mut linked = Linked { only_dynamic_symbols: unit.raw_symbols.0.is_empty(), ..Linked::default() };
    for segment in header.program_headers(endian, bytes).map_err(|e| damaged(path, "program headers", e))? {
        if segment.p_type(endian) == elf::PT_TLS {
            let start: u64 = segment.p_vaddr(endian).into();
            let align = segment.p_align(endian).into().max(1);
            let end = start.wrapping_add(segment.p_memsz(endian).into());
            linked.tls =
                end.checked_next_multiple_of(align).filter(|&end| end >= start).map(|end| start..end);
        }
    }
    let dynamic = Dynamic::read(path, bytes, table, endian)?;
    if linked.only_dynamic_symbols {
        let all = dynamic.symbols.iter().enumerate();
        unit.symbols = all.map(|(i, _)| dynamic.symbol(unit, &linked, i as u32)).collect();
        if !unit.symbols.iter().any(|s| matches!(s.place, SymbolPlace::Section(_))) {
            let what = "has no symbols, so that nothing tells one function from another; compare the file as it was \
                        before it was stripped, or its object files";
            return Err(Error::input(path, "stripped", what));
        }
    }
    if !linked.only_dynamic_symbols {
        for index in 0..unit.symbols.len() {
            place_thread_local(unit, &linked, index);
        }
    }
    let layout = name_of_layout(unit);
    let tables = format!("a table of the linker's ({:016x})", hash_of_tables(unit));
    linked.tls_layout = push(unit, symbol_without_place(layout));
    linked.tables = push(unit, symbol_without_place(tables));
    for index in 0..unit.sections.len() as u32 {
        let wanted = unit.sections[index as usize].is_allocated() && index > 0;
        let kind = SymbolKind::Section;
        let place = SymbolPlace::Section(index);
        let symbol = Symbol { kind, place, ..symbol_without_place(String::new()) };
        linked.section_symbols.push(if wanted { push(unit, symbol) } else { 0 });
    }
    linked.dynamic = dynamic.relocs(path, bytes, table, unit, &linked)?;
    linked.dynamic.sort_by_key(|r| r.offset);
    unit.linked = Some(linked);
    Ok(())
}

fn push<'d>(unit: &mut Unit<'d>, symbol: Symbol<'d>) -> u32 {
    unit.symbols.push(symbol);
    unit.symbols.len() as u32 - 1
}

fn symbol_without_place<'d>(name: String) -> Symbol<'d> {
    Symbol {
        name: Cow::Owned(name),
        kind: SymbolKind::None,
        binding: Binding::Local,
        visibility: 0,
        other: 0,
        is_thumb: false,
        place: SymbolPlace::Undefined,
        offset: 0,
        size: 0,
        file: None,
    }
}

/// The value of a thread-local symbol is an offset in the thread-local block (gABI, "Thread-Local Storage"), which
/// begins where its first section does.
fn place_thread_local(unit: &mut Unit<'_>, linked: &Linked, index: usize) {
    let symbol = &mut unit.symbols[index];
    let (SymbolKind::Tls, SymbolPlace::Section(section)) = (symbol.kind, symbol.place) else { return };
    let start = linked.tls.as_ref().map(|tls| tls.start);
    let offset = start.zip(unit.sections.get(section as usize)).and_then(|(start, section)| {
        let offset = symbol.offset.wrapping_add(start).wrapping_sub(section.address);
        (offset.checked_add(symbol.size)? <= section.size).then_some(offset)
    });
    match offset {
        Some(offset) => symbol.offset = offset,
        // What lies outside of its section names no byte of it.
        None => symbol.place = SymbolPlace::Undefined,
    }
}

/// Tells one layout of the thread-local block from another: code that only has offsets in it cannot be understood,
/// but in equal layouts equal offsets are equal variables.
fn name_of_layout(unit: &Unit<'_>) -> String {
    let mut text = String::new();
    for symbol in unit.symbols.iter().filter(|s| s.kind == SymbolKind::Tls) {
        text.push_str(&format!("{} {:?} {} {}\n", symbol.name, symbol.place, symbol.offset, symbol.size));
    }
    format!("thread-local variables laid out as {:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
}

fn hash_of_tables(unit: &Unit<'_>) -> u64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    for section in unit.sections.iter().filter(|s| s.of_linker && s.is_allocated()) {
        hasher.update(&section.data);
    }
    hasher.digest()
}

/// The table of dynamic symbols.
struct Dynamic<'d, E: FileHeader> {
    symbols: Vec<(Cow<'d, str>, &'d E::Sym)>,
    endian: E::Endian,
    section: u32,
}

impl<'d, E: FileHeader<Endian = Endianness>> Dynamic<'d, E> {
    fn read(path: &Path, bytes: &'d [u8], table: &SectionTable<'d, E>, endian: Endianness) -> Result<Self> {
        let symbols = table
            .symbols(endian, bytes, elf::SHT_DYNSYM)
            .map_err(|e| damaged(path, "dynamic symbol table", e))?;
        let versions = table.versions(endian, bytes).map_err(|e| damaged(path, "symbol versions", e))?;
        let mut read = Vec::with_capacity(symbols.len());
        for (index, symbol) in symbols.enumerate() {
            let name =
                symbols.symbol_name(endian, symbol).map_err(|e| damaged(path, "name of a symbol", e))?;
            let version = versions.as_ref().and_then(|v| version(v, endian, index));
            let name = match version.filter(|_| symbol.is_undefined(endian)) {
                // As the linker writes it into the ordinary symbol table: another version is another function.
                Some(version) => Cow::Owned(format!("{}@{version}", text(name))),
                None => text(name),
            };
            read.push((name, symbol));
        }
        Ok(Dynamic { symbols: read, endian, section: symbols.section().0 as u32 })
    }

    fn symbol(&self, unit: &Unit<'d>, linked: &Linked, index: u32) -> Symbol<'d> {
        let Some((name, symbol)) = self.symbols.get(index as usize) else {
            return symbol_without_place(String::new());
        };
        let value: u64 = symbol.st_value(self.endian).into();
        let index = symbol.st_shndx(self.endian);
        let size: u64 = symbol.st_size(self.endian).into();
        let kind = SymbolKind::from_elf(symbol.st_type());
        let mut place = match index {
            elf::SHN_ABS => SymbolPlace::Absolute,
            index if index == elf::SHN_UNDEF || index >= elf::SHN_LORESERVE => SymbolPlace::Undefined,
            index => SymbolPlace::Section(u32::from(index)),
        };
        let mut offset = value;
        if let SymbolPlace::Section(index) = place {
            match unit.section(index) {
                Some(section) => {
                    let base =
                        if kind == SymbolKind::Tls { linked.tls.as_ref().map_or(0, |t| t.start) } else { 0 };
                    offset = value.wrapping_add(base).wrapping_sub(section.address);
                    // What lies outside of its section names no byte of it.
                    if offset.checked_add(size).is_none_or(|end| end > section.size) {
                        place = SymbolPlace::Undefined;
                    }
                }
                None => place = SymbolPlace::Reserved(index),
            }
        }
        Symbol {
            name: name.clone(),
            kind,
            binding: Binding::from_elf(symbol.st_bind()),
            visibility: symbol.st_other() & 3,
            other: 0,
            is_thumb: false,
            place,
            offset,
            size,
            file: None,
        }
    }

    /// A dynamic symbol as a symbol of the unit and bytes behind it. What the file has itself is a place in a
    /// section, where the unit's own symbols tell what lies there.
    fn known_symbol(&self, unit: &mut Unit<'d>, linked: &Linked, index: u32) -> (u32, u64) {
        let symbol = self.symbol(unit, linked, index);
        if let SymbolPlace::Section(section) = symbol.place
            && let Some(&stands_for) = linked.section_symbols.get(section as usize)
            && stands_for != 0
        {
            return (stands_for, symbol.offset);
        }
        (push(unit, symbol), 0)
    }

    fn relocs(
        &self,
        path: &Path,
        bytes: &'d [u8],
        table: &SectionTable<'d, E>,
        unit: &mut Unit<'d>,
        linked: &Linked,
    ) -> Result<Vec<Reloc>> {
        let mut relocs = Vec::new();
        let mut known: FxHashMap<u32, (u32, u64)> = FxHashMap::default();
        for section in table.iter() {
            let flags: u64 = section.sh_flags(self.endian).into();
            if flags & u64::from(elf::SHF_ALLOC) == 0 {
                continue;
            }
            let data = || section.data(self.endian, bytes).map_err(|e| damaged(path, "relocations", e));
            match section.sh_type(self.endian) {
                kind @ (elf::SHT_RELA | elf::SHT_REL) => {
                    let is_rela = kind == elf::SHT_RELA;
                    let own = decode_relocs(data()?, is_rela, unit.is_64, self.endian, unit.machine);
                    let of_symbols = section.sh_link(self.endian) == self.section;
                    for mut reloc in own {
                        if reloc.symbol != 0 && of_symbols {
                            let dynamic = reloc.symbol;
                            let (symbol, offset) = *known
                                .entry(dynamic)
                                .or_insert_with(|| self.known_symbol(unit, linked, dynamic));
                            reloc.symbol = symbol;
                            reloc.addend = reloc.addend.map(|a| a.wrapping_add_unsigned(offset));
                        }
                        relocs.push(reloc);
                    }
                }
                elf::SHT_RELR if unit.is_64 => relocs.extend(packed(data()?, unit)),
                _ => {}
            }
        }
        Ok(relocs)
    }
}

fn version<E: FileHeader<Endian = Endianness>>(
    versions: &VersionTable<'_, E>,
    endian: Endianness,
    symbol: SymbolIndex,
) -> Option<String> {
    let index = versions.version_index(endian, symbol);
    Some(text(versions.version(index).ok()??.name()).into_owned())
}

/// Unpacks relative relocations: an even word is the address of one, an odd word has a bit for each of the 63 words
/// behind the last (gABI, "Relative Relocation Table").
fn packed(bytes: &[u8], unit: &Unit<'_>) -> Vec<Reloc> {
    let relative = match unit.machine {
        elf::EM_X86_64 => elf::R_X86_64_RELATIVE,
        _ => return Vec::new(),
    };
    let reloc = |offset| Reloc { offset, r_type: relative, symbol: 0, addend: None };
    let mut relocs = Vec::new();
    let mut next = 0u64;
    for word in bytes.as_chunks::<8>().0 {
        let word = if unit.endian == Endianness::Little {
            u64::from_le_bytes(*word)
        } else {
            u64::from_be_bytes(*word)
        };
        if word & 1 == 0 {
            relocs.push(reloc(word));
            next = word.wrapping_add(8);
            continue;
        }
        for bit in (1..64).filter(|bit| word >> bit & 1 == 1) {
            relocs.push(reloc(next.wrapping_add((bit - 1) * 8)));
        }
        next = next.wrapping_add(63 * 8);
    }
    relocs
}

/// Clears the marks of sections whose entries the linker has merged: what it wrote is one run, in which strings share
/// their ends, and in a section with other data.
pub(super) fn flags_without_merging(flags: u64) -> u64 {
    flags & !u64::from(elf::SHF_MERGE | elf::SHF_STRINGS)
}

impl Section<'_> {
    /// Whether an address of the running program lies in the section.
    pub fn holds(&self, address: u64) -> bool {
        // The template of zeros for threads takes no room among the addresses, whatever its own says.
        let takes_room = !(self.is_nobits() && self.flags & u64::from(elf::SHF_TLS) != 0);
        self.is_allocated()
            && takes_room
            && address.checked_sub(self.address).is_some_and(|offset| offset < self.size)
    }
}
