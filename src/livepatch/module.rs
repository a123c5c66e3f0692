//! A built module, as far as linking and verifying it need to see it.

use std::path::{Path, PathBuf};

use object::read::elf::{FileHeader, SectionHeader, SectionTable, Sym, SymbolTable};
use object::{Endianness, SectionIndex, SymbolIndex, elf};

use crate::error::{Error, Result};

/// The file headers of all architectures with livepatches: they have 64 bits each.
pub type Header = elf::FileHeader64<Endianness>;
/// A relocation with an addend, the only kind these architectures use in modules.
pub type Rela = elf::Rela64<Endianness>;

/// What the kernel's build appends to a signed module (include/linux/module_signature.h).
const SIGNATURE: &[u8] = b"~Module signature appended~\n";

/// A module in memory.
#[derive(Debug)]
pub struct Module<'d> {
    /// Where it was read from, for messages.
    pub path: PathBuf,
    /// The file.
    pub data: &'d [u8],
    /// Its byte order.
    pub endian: Endianness,
    /// Its file header.
    pub header: &'d Header,
    /// Its sections.
    pub sections: SectionTable<'d, Header>,
    /// Its symbols.
    pub symbols: SymbolTable<'d, Header>,
}

/// A place in a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The section.
    pub section: SectionIndex,
    /// Bytes from its beginning.
    pub offset: u64,
}

impl<'d> Module<'d> {
    /// Reads a module.
    ///
    /// # Errors
    /// [`Error::Input`] when it is no relocatable ELF file of an architecture that has livepatches (`not-a-module`),
    /// signed (`signed`) or damaged (`truncated`).
    pub fn read(path: &Path, data: &'d [u8]) -> Result<Module<'d>> {
        let damaged = |what: &str, e: object::Error| {
            Error::input(path, "truncated", format!("damaged or truncated module: {what}: {e}"))
        };
        let refused = |what: &str| Err(Error::input(path, "not-a-module", what));
        if data.ends_with(SIGNATURE) {
            let what = "is signed, and any change makes the signature void; link first, then sign";
            return Err(Error::input(path, "signed", what));
        }
        if !data.starts_with(&elf::ELFMAG) {
            return refused("is no ELF file; name the .ko file that the kernel's build made");
        }
        if data.get(4) != Some(&elf::ELFCLASS64) {
            return refused("is a module of a 32 bit architecture; livepatches exist for 64 bit ones only");
        }
        let header = Header::parse(data).map_err(|e| damaged("file header", e))?;
        let endian = header.endian().map_err(|e| damaged("byte order", e))?;
        if header.e_type(endian) != elf::ET_REL {
            return refused("is a linked program or library; name the .ko file that the kernel's build made");
        }
        if header.e_machine(endian) == elf::EM_MIPS {
            return refused("is a module for MIPS, for which the kernel has no livepatches");
        }
        let sections = header.sections(endian, data).map_err(|e| damaged("section headers", e))?;
        let symbols =
            sections.symbols(endian, data, elf::SHT_SYMTAB).map_err(|e| damaged("symbol table", e))?;
        if symbols.is_empty() {
            return refused("has no symbols; a livepatch must not be stripped");
        }
        Ok(Module { path: path.to_path_buf(), data, endian, header, sections, symbols })
    }

    /// An error about this module.
    pub fn error(&self, code: &'static str, what: impl Into<String>) -> Error {
        Error::input(&self.path, code, what)
    }

    /// An error for a part that cannot be read.
    pub fn damaged(&self, what: &str, e: object::Error) -> Error {
        self.error("truncated", format!("damaged or truncated module: {what}: {e}"))
    }

    /// The header of a section.
    ///
    /// # Errors
    /// When there is no such section.
    pub fn section(&self, index: SectionIndex) -> Result<&'d elf::SectionHeader64<Endianness>> {
        self.sections.section(index).map_err(|e| self.damaged(&format!("section {}", index.0), e))
    }

    /// The name of a section, as text.
    ///
    /// # Errors
    /// When it cannot be read, or is no UTF-8.
    pub fn section_name(&self, header: &elf::SectionHeader64<Endianness>) -> Result<&'d str> {
        let name = self
            .sections
            .section_name(self.endian, header)
            .map_err(|e| self.damaged("name of a section", e))?;
        std::str::from_utf8(name).map_err(|_| self.error("truncated", "the name of a section is no UTF-8"))
    }

    /// The name of a symbol, as text.
    ///
    /// # Errors
    /// When it cannot be read, or is no UTF-8.
    pub fn symbol_name(&self, symbol: &elf::Sym64<Endianness>) -> Result<&'d str> {
        let name =
            self.symbols.symbol_name(self.endian, symbol).map_err(|e| self.damaged("name of a symbol", e))?;
        std::str::from_utf8(name).map_err(|_| self.error("truncated", "the name of a symbol is no UTF-8"))
    }

    /// A symbol.
    ///
    /// # Errors
    /// When there is no such symbol.
    pub fn symbol(&self, index: SymbolIndex) -> Result<&'d elf::Sym64<Endianness>> {
        self.symbols.symbol(index).map_err(|e| self.damaged(&format!("symbol {}", index.0), e))
    }

    /// The contents of a section; of one without contents in the file, nothing.
    ///
    /// # Errors
    /// When they lie outside the file.
    pub fn contents(&self, header: &elf::SectionHeader64<Endianness>) -> Result<&'d [u8]> {
        header.data(self.endian, self.data).map_err(|e| self.damaged("contents of a section", e))
    }

    /// The first section with a name.
    ///
    /// # Errors
    /// When a name before it cannot be read.
    pub fn section_by_name(&self, wanted: &str) -> Result<Option<&'d elf::SectionHeader64<Endianness>>> {
        for header in self.sections.iter() {
            if self.section_name(header)? == wanted {
                return Ok(Some(header));
            }
        }
        Ok(None)
    }

    /// All sections with relocations: each with the section they belong to, in the order of the file.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn relocations(&self) -> Result<Vec<Relocations<'d>>> {
        let mut found = Vec::new();
        for (index, header) in self.sections.enumerate() {
            if let Some((rows, _)) = header
                .rela(self.endian, self.data)
                .map_err(|e| self.damaged(&format!("relocations of section {}", index.0), e))?
            {
                let target = SectionIndex(header.sh_info(self.endian) as usize);
                self.section(target)?;
                found.push(Relocations { index, header, target, rows });
            }
        }
        Ok(found)
    }

    /// Where a relocation leads, if that is in this module: symbol and addend, in bytes.
    ///
    /// # Errors
    /// When its symbol cannot be read.
    pub fn target(&self, rela: &Rela) -> Result<Option<Place>> {
        let symbol = self.symbol(SymbolIndex(rela.r_sym(self.endian, false) as usize))?;
        let section = symbol.st_shndx(self.endian);
        if section == elf::SHN_UNDEF || section >= elf::SHN_LORESERVE {
            return Ok(None);
        }
        let offset = symbol.st_value(self.endian).wrapping_add_signed(rela.r_addend.get(self.endian));
        Ok(Some(Place { section: SectionIndex(section.into()), offset }))
    }

    /// The keys and values of `.modinfo`, in their order.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn modinfo(&self) -> Result<Vec<(String, String)>> {
        let Some(header) = self.section_by_name(".modinfo")? else { return Ok(Vec::new()) };
        let text = self.contents(header)?;
        let entries = text.split(|&b| b == 0).filter(|entry| !entry.is_empty());
        Ok(entries
            .filter_map(|entry| {
                let entry = String::from_utf8_lossy(entry);
                entry.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()))
            })
            .collect())
    }

    /// The text that ends with a NUL at `place`.
    ///
    /// # Errors
    /// When there is none.
    pub fn text(&self, place: Place) -> Result<String> {
        let contents = self.contents(self.section(place.section)?)?;
        let rest = usize::try_from(place.offset).ok().and_then(|offset| contents.get(offset..));
        let end = rest.and_then(|rest| rest.iter().position(|&b| b == 0));
        match (rest, end) {
            (Some(rest), Some(end)) => Ok(String::from_utf8_lossy(&rest[..end]).into_owned()),
            _ => Err(self.error(
                "truncated",
                format!("damaged module: no text at {:#x} of section {}", place.offset, place.section.0),
            )),
        }
    }
}

/// The relocations of one section.
#[derive(Debug, Clone, Copy)]
pub struct Relocations<'d> {
    /// The section they stand in.
    pub index: SectionIndex,
    /// Its header.
    pub header: &'d elf::SectionHeader64<Endianness>,
    /// The section they change.
    pub target: SectionIndex,
    /// The relocations, in the order of the file.
    pub rows: &'d [Rela],
}
