//! The linked file: the bytes of the module, with as few of them changed as can be.
//!
//! No section moves but the tables of names, which grow: the new sections, tables of names and section headers are
//! appended, and numbers of sections and symbols stay. Writing the file anew with a library was rejected: a module is
//! full of tables that others read by offset and number, and nobody should have to look whether they still fit.

use object::Endianness;
use object::elf::{self, FileHeader64, SectionHeader64, Sym64};
use object::endian::{U16, U32, U64};
use object::pod::{bytes_of, bytes_of_slice, from_bytes_mut};
use object::read::elf::{FileHeader, SectionHeader};
use rustc_hash::FxHashMap;

use super::{Moved, References, SHF_RELA_LIVEPATCH, SHN_LIVEPATCH};
use crate::error::Result;
use crate::livepatch::module::{Module, Rela};

/// Bytes of a relocation with an addend.
const RELA_SIZE: u64 = size_of::<Rela>() as u64;

pub(super) fn write(module: &Module<'_>, references: &References, moved: &[Moved]) -> Result<Vec<u8>> {
    let endian = module.endian;
    let mut out = Output { bytes: module.data.to_vec() };
    if references.is_empty() {
        return Ok(out.bytes);
    }
    let mut headers: Vec<SectionHeader64<Endianness>> = module.sections.iter().copied().collect();
    if headers.len() + moved.len() >= usize::from(elf::SHN_LORESERVE) {
        return Err(module.error("klp-relocation", "has more sections than the kernel loads"));
    }

    for relocations in module.relocations()? {
        if !moved.iter().any(|moved| moved.from == relocations.index) {
            continue;
        }
        let stays = |rela: &&Rela| !references.contains_key(&(rela.r_sym(endian, false) as usize));
        let rest: Vec<Rela> = relocations.rows.iter().filter(stays).copied().collect();
        let offset = relocations.header.sh_offset(endian);
        out.replace(offset, bytes_of_slice(&rest));
        let gone = (relocations.rows.len() - rest.len()) * size_of::<Rela>();
        out.replace(offset + bytes_of_slice(&rest).len() as u64, &vec![0; gone]);
        headers[relocations.index.0].sh_size = U64::new(endian, rest.len() as u64 * RELA_SIZE);
    }

    let names =
        module.header.shstrndx(endian, module.data).map_err(|e| module.damaged("section names", e))?;
    let mut strings = Strings::new(module, &headers);
    let symbols = module.symbols.section();
    let table = headers[symbols.0].sh_offset(endian);
    let symbol_names = headers[symbols.0].sh_link(endian) as usize;
    for (&index, reference) in references {
        let at = table + (index * size_of::<Sym64<Endianness>>()) as u64;
        let name = strings.add(symbol_names, &reference.to_string())?;
        if let Some(symbol) = out.part::<Sym64<Endianness>>(at) {
            symbol.st_name = U32::new(endian, name);
            symbol.st_shndx = U16::new(endian, SHN_LIVEPATCH);
        }
    }
    for moved in moved {
        let flags = SHF_RELA_LIVEPATCH | u64::from(elf::SHF_ALLOC | elf::SHF_INFO_LINK);
        headers.push(SectionHeader64 {
            sh_name: U32::new(endian, strings.add(names as usize, &moved.name)?),
            sh_type: U32::new(endian, elf::SHT_RELA),
            sh_flags: U64::new(endian, flags),
            sh_addr: U64::new(endian, 0),
            sh_offset: U64::new(endian, out.append(bytes_of_slice(&moved.rows))),
            sh_size: U64::new(endian, moved.rows.len() as u64 * RELA_SIZE),
            sh_link: U32::new(endian, symbols.0 as u32),
            sh_info: U32::new(endian, moved.target.0 as u32),
            sh_addralign: U64::new(endian, 8),
            sh_entsize: U64::new(endian, RELA_SIZE),
        });
    }
    for (section, text) in strings.finish() {
        headers[section].sh_offset = U64::new(endian, out.append(&text));
        headers[section].sh_size = U64::new(endian, text.len() as u64);
    }
    let at = out.append(bytes_of_slice(&headers));
    let mut header = *module.header;
    header.e_shoff = U64::new(endian, at);
    header.e_shnum = U16::new(endian, headers.len() as u16);
    out.replace(0, bytes_of::<FileHeader64<Endianness>>(&header));
    Ok(out.bytes)
}

struct Output {
    bytes: Vec<u8>,
}

impl Output {
    /// Writes over bytes that are there.
    fn replace(&mut self, offset: u64, bytes: &[u8]) {
        let start = offset as usize;
        if let Some(old) = self.bytes.get_mut(start..start.saturating_add(bytes.len())) {
            old.copy_from_slice(bytes);
        }
    }

    fn part<T: object::pod::Pod>(&mut self, offset: u64) -> Option<&mut T> {
        from_bytes_mut(self.bytes.get_mut(offset as usize..)?).ok().map(|(part, _)| part)
    }

    /// Writes behind all others, at a multiple of 8 bytes, and returns where.
    fn append(&mut self, bytes: &[u8]) -> u64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let at = self.bytes.len() as u64;
        self.bytes.extend_from_slice(bytes);
        at
    }
}

/// Tables of names that grow. What was in them keeps its offsets; the sections' and the symbols' may be one table.
struct Strings<'m, 'd> {
    module: &'m Module<'d>,
    headers: Vec<SectionHeader64<Endianness>>,
    grown: Vec<(usize, Vec<u8>)>,
    known: FxHashMap<(usize, String), u32>,
}

impl<'m, 'd> Strings<'m, 'd> {
    fn new(module: &'m Module<'d>, headers: &[SectionHeader64<Endianness>]) -> Self {
        Strings { module, headers: headers.to_vec(), grown: Vec::new(), known: FxHashMap::default() }
    }

    /// Adds a name to the table in a section and returns its offset there.
    fn add(&mut self, section: usize, name: &str) -> Result<u32> {
        if let Some(&offset) = self.known.get(&(section, name.to_owned())) {
            return Ok(offset);
        }
        let position = match self.grown.iter().position(|(grown, _)| *grown == section) {
            Some(position) => position,
            None => {
                let header = self.headers.get(section).ok_or_else(|| {
                    self.module.error("truncated", "damaged module: its table of names is no section")
                })?;
                self.grown.push((section, self.module.contents(header)?.to_vec()));
                self.grown.len() - 1
            }
        };
        let text = &mut self.grown[position].1;
        let offset = u32::try_from(text.len())
            .map_err(|_| self.module.error("truncated", "its table of names is too large"))?;
        text.extend_from_slice(name.as_bytes());
        text.push(0);
        self.known.insert((section, name.to_owned()), offset);
        Ok(offset)
    }

    fn finish(self) -> Vec<(usize, Vec<u8>)> {
        self.grown
    }
}
