//! The debug sections of an ELF file, decompressed and relocated.

use std::borrow::Cow;
use std::path::Path;

use object::elf::SHF_ALLOC;
use object::read::{CompressionFormat, Object, ObjectSection, ObjectSymbol};
use object::{BinaryFormat, RelocationKind, RelocationTarget, SectionFlags, SectionIndex, SymbolSection};

use crate::error::{Error, Result};

/// Largest debug section that is decompressed, in bytes. A header may claim any size; nothing that a compiler
/// writes for one object file comes near.
const MAX_SECTION: u64 = 1 << 30;

/// Distance between the ranges given to two sections, so that the address behind a section's last byte, which
/// ends a sequence of lines, is never the first of another.
const GAP: u64 = 0x1000;

/// What gimli reads: borrowed slices of the relocated sections.
pub(super) type Slice<'a> = gimli::EndianSlice<'a, gimli::RunTimeEndian>;

/// The debug sections of one object file and the addresses that its other sections were given.
pub(super) struct Sections<'data> {
    endian: gimli::RunTimeEndian,
    debug: Vec<(&'static str, Cow<'data, [u8]>)>,
    /// Start address, size and index of each allocated section, ordered by address.
    ranges: Vec<(u64, u64, u32)>,
    /// Sentences about what could not be read.
    pub(super) troubles: Vec<String>,
    /// The file, for messages.
    pub(super) path: String,
}

/// The sections that carry evidence.
const WANTED: [gimli::SectionId; 10] = [
    gimli::SectionId::DebugAbbrev,
    gimli::SectionId::DebugAddr,
    gimli::SectionId::DebugInfo,
    gimli::SectionId::DebugLine,
    gimli::SectionId::DebugLineStr,
    gimli::SectionId::DebugRanges,
    gimli::SectionId::DebugRngLists,
    gimli::SectionId::DebugStr,
    gimli::SectionId::DebugStrOffsets,
    gimli::SectionId::DebugTypes,
];

impl<'data> Sections<'data> {
    /// Reads the debug sections of `data`; `path` is for messages.
    pub(super) fn read(data: &'data [u8], path: &Path) -> Result<Self> {
        let file = object::File::parse(data)
            .map_err(|e| Error::input(path, "not-elf", format!("no object file that can be read: {e}")))?;
        if file.format() != BinaryFormat::Elf {
            return Err(Error::input(path, "not-elf", "not an ELF file; give object files made for Linux"));
        }
        let endian =
            if file.is_little_endian() { gimli::RunTimeEndian::Little } else { gimli::RunTimeEndian::Big };
        let mut sections = Sections {
            endian,
            debug: Vec::new(),
            ranges: Vec::new(),
            troubles: Vec::new(),
            path: path.display().to_string(),
        };
        let bases = sections.place_sections(&file);
        for id in WANTED {
            sections.load(&file, id.name(), &bases);
        }
        Ok(sections)
    }

    /// The sections in the form gimli reads.
    pub(super) fn dwarf(&self) -> gimli::Dwarf<Slice<'_>> {
        let found = gimli::DwarfSections::load(|id| {
            let data =
                self.debug.iter().find(|(name, _)| *name == id.name()).map_or(&[][..], |(_, data)| data);
            Ok::<_, std::convert::Infallible>(data)
        });
        let Ok(found) = found;
        found.borrow(|data| gimli::EndianSlice::new(data, self.endian))
    }

    /// The section and the offset in it that an address of the relocated debug information stands for. The
    /// address behind a section's last byte belongs to that section.
    pub(super) fn place(&self, address: u64) -> Option<(u32, u64)> {
        let i = self.ranges.partition_point(|&(start, ..)| start <= address).checked_sub(1)?;
        let (start, size, section) = self.ranges[i];
        (address - start <= size).then_some((section, address - start))
    }

    /// Gives every section its address: allocated ones a range of their own (their real one in a linked file),
    /// debug sections of one name the offset at which they stand when they are put behind each other.
    fn place_sections(&mut self, file: &object::File<'data>) -> Vec<u64> {
        let linked = file.kind() != object::ObjectKind::Relocatable;
        let mut bases = Vec::new();
        let mut next = GAP;
        let mut debug_sizes: rustc_hash::FxHashMap<String, u64> = rustc_hash::FxHashMap::default();
        for section in file.sections() {
            let index = section.index().0;
            if bases.len() <= index {
                bases.resize(index + 1, 0);
            }
            let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
            if sh_flags & u64::from(SHF_ALLOC) != 0 {
                let start = if linked { section.address() } else { next };
                bases[index] = start;
                self.ranges.push((start, section.size(), index as u32));
                next = start.saturating_add(section.size()).saturating_add(GAP) & !0xf;
            } else if let Ok(name) = section.name()
                && name.starts_with(".debug")
            {
                // More than one section of a name: type units and macro information in COMDAT groups.
                let size = section.compressed_file_range().map_or(section.size(), |r| r.uncompressed_size);
                let sum = debug_sizes.entry(name.to_owned()).or_insert(0);
                bases[index] = *sum;
                *sum = sum.saturating_add(size);
            }
        }
        self.ranges.sort_unstable();
        bases
    }

    fn load(&mut self, file: &object::File<'data>, name: &'static str, bases: &[u64]) {
        let mut whole: Option<Cow<'data, [u8]>> = None;
        // `.zdebug_*` is the form that GNU tools wrote before SHF_COMPRESSED; `object` decompresses it too.
        let old_name = name.replacen(".debug", ".zdebug", 1);
        for section in file.sections() {
            if !section.name().is_ok_and(|n| n == name || n == old_name) {
                continue;
            }
            let mut part = match contents(&section) {
                Ok(part) => part,
                Err(why) => {
                    self.troubles.push(format!("{}: section {name} cannot be read: {why}", self.path));
                    continue;
                }
            };
            let unplaced = relocate(file, &section, &mut part, bases, self.endian);
            if unplaced > 0 {
                self.troubles.push(format!(
                    "{}: {unplaced} relocations of section {name} are of a kind that fixscope does not apply",
                    self.path
                ));
            }
            whole = Some(match whole.take() {
                None => part,
                Some(mut before) => {
                    before.to_mut().extend_from_slice(&part);
                    before
                }
            });
        }
        if let Some(data) = whole {
            self.debug.push((name, data));
        }
    }
}

fn contents<'data>(section: &object::Section<'data, '_>) -> std::result::Result<Cow<'data, [u8]>, String> {
    let data = section.compressed_data().map_err(|e| e.to_string())?;
    if data.format != CompressionFormat::None && data.uncompressed_size > MAX_SECTION {
        return Err(format!("it claims {} bytes when decompressed", data.uncompressed_size));
    }
    data.decompress().map_err(|e| e.to_string())
}

/// Applies the relocations of a debug section; returns the number of those that were left out.
fn relocate(
    file: &object::File<'_>,
    section: &object::Section<'_, '_>,
    data: &mut Cow<'_, [u8]>,
    bases: &[u64],
    endian: gimli::RunTimeEndian,
) -> u64 {
    let base_of = |index: SectionIndex| bases.get(index.0).copied().unwrap_or(0);
    let big = endian == gimli::RunTimeEndian::Big;
    let mut unplaced = 0;
    if file.kind() != object::ObjectKind::Relocatable {
        return 0;
    }
    for (offset, relocation) in section.relocations() {
        let width = match (relocation.kind(), relocation.size()) {
            (RelocationKind::Absolute, 32) => 4,
            (RelocationKind::Absolute, 64) => 8,
            // Offsets of thread-local variables say nothing about code.
            (RelocationKind::Unknown, _) if is_tls(&relocation) => continue,
            _ => {
                unplaced += 1;
                continue;
            }
        };
        let target = match relocation.target() {
            RelocationTarget::Symbol(index) => match file.symbol_by_index(index) {
                Ok(symbol) => match symbol.section() {
                    SymbolSection::Section(s) => base_of(s).wrapping_add(symbol.address()),
                    SymbolSection::Absolute => symbol.address(),
                    _ => 0,
                },
                Err(_) => {
                    unplaced += 1;
                    continue;
                }
            },
            RelocationTarget::Section(index) => base_of(index),
            RelocationTarget::Absolute => 0,
            _ => {
                unplaced += 1;
                continue;
            }
        };
        let field = usize::try_from(offset).ok().and_then(|start| Some(start..start.checked_add(width)?));
        let Some(field) = field.filter(|f| f.end <= data.len()) else {
            unplaced += 1;
            continue;
        };
        let field = &mut data.to_mut()[field];
        let mut value = target.wrapping_add(relocation.addend() as u64);
        if relocation.has_implicit_addend() {
            let there = field.iter().enumerate().fold(0u64, |sum, (i, byte)| {
                let at = if big { width - 1 - i } else { i };
                sum | u64::from(*byte) << (8 * at)
            });
            value = value.wrapping_add(there);
        }
        for (i, byte) in field.iter_mut().enumerate() {
            let at = if big { width - 1 - i } else { i };
            *byte = (value >> (8 * at)) as u8;
        }
    }
    unplaced
}

fn is_tls(relocation: &object::Relocation) -> bool {
    matches!(
        relocation.flags(),
        object::RelocationFlags::Elf {
            r_type: object::elf::R_X86_64_DTPOFF64
                | object::elf::R_X86_64_DTPOFF32
                | object::elf::R_386_TLS_LDO_32
        }
    )
}
