//! One object file, as plain tables.

use std::borrow::Cow;
use std::path::PathBuf;

use fixscope_arch::{Arch, Machine};
use object::{Endianness, elf};

use super::linked::Linked;

/// Symbol binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Binding {
    /// STB_GLOBAL.
    Global,
    /// STB_LOCAL.
    Local,
    /// STB_WEAK.
    Weak,
    /// STB_GNU_UNIQUE.
    Unique,
}

impl Binding {
    /// The binding of an ELF `st_bind`.
    pub(super) fn from_elf(bind: u8) -> Binding {
        match bind {
            elf::STB_LOCAL => Binding::Local,
            elf::STB_WEAK => Binding::Weak,
            elf::STB_GNU_UNIQUE => Binding::Unique,
            _ => Binding::Global,
        }
    }
}

/// Symbol type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SymbolKind {
    /// STT_NOTYPE: a label of hand-written assembly, or an undefined symbol.
    None,
    /// STT_OBJECT.
    Object,
    /// STT_FUNC.
    Function,
    /// STT_SECTION.
    Section,
    /// STT_FILE.
    File,
    /// STT_COMMON.
    Common,
    /// STT_TLS.
    Tls,
    /// STT_GNU_IFUNC.
    Ifunc,
    /// A type fixscope does not know.
    Other(u8),
}

impl SymbolKind {
    /// The type of an ELF `st_type`.
    pub(super) fn from_elf(kind: u8) -> SymbolKind {
        match kind {
            elf::STT_NOTYPE => SymbolKind::None,
            elf::STT_OBJECT => SymbolKind::Object,
            elf::STT_FUNC => SymbolKind::Function,
            elf::STT_SECTION => SymbolKind::Section,
            elf::STT_FILE => SymbolKind::File,
            elf::STT_COMMON => SymbolKind::Common,
            elf::STT_TLS => SymbolKind::Tls,
            elf::STT_GNU_IFUNC => SymbolKind::Ifunc,
            other => SymbolKind::Other(other),
        }
    }
}

/// Where a symbol is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SymbolPlace {
    /// Nowhere in this file.
    Undefined,
    /// SHN_ABS: the value is no address.
    Absolute,
    /// SHN_COMMON: the linker makes room; the value is the alignment.
    Common,
    /// In the section of this index.
    Section(u32),
    /// A reserved index fixscope does not know.
    Reserved(u32),
}

/// One symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol<'d> {
    /// Name; one that is not UTF-8 has its bytes written out, as in `a\xff`.
    pub name: Cow<'d, str>,
    /// Type.
    pub kind: SymbolKind,
    /// Binding.
    pub binding: Binding,
    /// ELF visibility (`st_other & 3`).
    pub visibility: u8,
    /// What else ELF `st_other` says (`st_other & !3`), which depends on the machine: on ppc64 where the function begins
    /// for those who share its table of contents.
    pub other: u8,
    /// Whether it is a function of T32 instructions. ELF files say it by bit 0 of the address (ELF for the Arm
    /// Architecture, 5.5.3), which `offset` does not have.
    pub is_thumb: bool,
    /// Where it is defined.
    pub place: SymbolPlace,
    /// Offset in bytes from the start of its section (the address minus the section's in linked files).
    pub offset: u64,
    /// Size in bytes.
    pub size: u64,
    /// Index of the FILE symbol before it, for local symbols.
    pub file: Option<u32>,
}

/// One section.
#[derive(Debug, Clone)]
pub struct Section<'d> {
    /// Name; one that is not UTF-8 has its bytes written out, as in `a\xff`.
    pub name: Cow<'d, str>,
    /// ELF `sh_type`.
    pub sh_type: u32,
    /// ELF `sh_flags`.
    pub flags: u64,
    /// Address in the running program; 0 in object files.
    pub address: u64,
    /// Whether the linker made it by itself, to say where things are. Never in object files.
    pub of_linker: bool,
    /// Size in bytes; also of sections without bytes in the file.
    pub size: u64,
    /// ELF `sh_addralign`.
    pub align: u64,
    /// ELF `sh_entsize`.
    pub entsize: u64,
    /// The bytes; empty for SHT_NOBITS and for sections that are not loaded.
    pub data: Cow<'d, [u8]>,
    /// Indices of the sections that hold its relocations. There is more than one in livepatch modules, whose
    /// `.klp.rela.` sections stand beside the ordinary one (kernel, livepatch/module-elf-format).
    pub reloc_sections: Vec<u32>,
    /// Signature of its COMDAT group.
    pub group: Option<Cow<'d, str>>,
}

impl Section<'_> {
    /// Whether the section is part of the running program.
    pub fn is_allocated(&self) -> bool {
        self.flags & u64::from(elf::SHF_ALLOC) != 0
    }

    /// Whether it holds code.
    pub fn is_code(&self) -> bool {
        self.flags & u64::from(elf::SHF_EXECINSTR) != 0
    }

    /// Whether the program may write to it.
    pub fn is_writable(&self) -> bool {
        self.flags & u64::from(elf::SHF_WRITE) != 0
    }

    /// Whether the linker merges equal entries of it.
    pub fn is_mergeable(&self) -> bool {
        self.flags & u64::from(elf::SHF_MERGE) != 0
    }

    /// Whether its entries are strings that end in a zero character of `entsize` bytes.
    pub fn is_strings(&self) -> bool {
        self.flags & u64::from(elf::SHF_STRINGS) != 0
    }

    /// Whether it takes room in memory and none in the file.
    pub fn is_nobits(&self) -> bool {
        self.sh_type == elf::SHT_NOBITS
    }
}

/// One relocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reloc {
    /// Offset in bytes from the start of the section it applies to.
    pub offset: u64,
    /// ELF relocation type.
    pub r_type: u32,
    /// Index of the symbol; 0 for none.
    pub symbol: u32,
    /// The addend; `None` where it stands in the relocated field (SHT_REL).
    pub addend: Option<i64>,
}

/// One object file.
#[derive(Debug, Clone)]
pub struct Unit<'d> {
    /// The file, with the member in parentheses for archives.
    pub path: PathBuf,
    /// ELF `e_machine`.
    pub machine: u16,
    /// Whether it is ELFCLASS64.
    pub is_64: bool,
    /// Byte order.
    pub endian: Endianness,
    /// ELF `e_flags`.
    pub e_flags: u32,
    /// ELF `e_type`.
    pub e_type: u16,
    /// Sections by index; the one of index 0 is empty.
    pub sections: Vec<Section<'d>>,
    /// Symbols by index; the one of index 0 is empty.
    pub symbols: Vec<Symbol<'d>>,
    /// The symbol table and its string table as bytes, to see at once that nothing differs.
    pub raw_symbols: (&'d [u8], &'d [u8]),
    /// The bytes of each section that holds relocations, by index of that section, with `true` for SHT_RELA.
    pub(super) raw_relocs: Vec<(u32, &'d [u8], bool)>,
    /// What only linked programs and shared libraries have; `None` for object files.
    pub linked: Option<Linked>,
    /// What only assembly has. Where it is there, code is records of text ([`fixscope_arch::text`]), whose bytes are
    /// not those that will run, and data is the bytes it will be.
    pub text: Option<Text>,
}

/// What a unit of assembly text has in place of what an object file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// By section: its relocations, ordered by offset, with the types of [`fixscope_arch::text::relocs`].
    pub relocs: Vec<Vec<Reloc>>,
    /// By section: offsets of its records and the lines they stand in, ascending.
    pub lines: Vec<Vec<(u64, u32)>>,
}

impl<'d> Unit<'d> {
    /// The relocations of a section as bytes, with `true` for SHT_RELA: one item for each section that holds some.
    pub fn raw_relocs(&self, section: u32) -> impl Iterator<Item = (&'d [u8], bool)> + use<'_, 'd> {
        let holders = self.sections.get(section as usize).map_or(&[][..], |s| &s.reloc_sections);
        holders.iter().filter_map(|holder| {
            let i = self.raw_relocs.binary_search_by_key(holder, |r| r.0).ok()?;
            Some((self.raw_relocs[i].1, self.raw_relocs[i].2))
        })
    }

    /// The relocations of a section, ordered by offset.
    pub fn relocs(&self, section: u32) -> Vec<Reloc> {
        if let Some(text) = &self.text {
            return text.relocs.get(section as usize).cloned().unwrap_or_default();
        }
        let mut relocs = Vec::new();
        for (bytes, is_rela) in self.raw_relocs(section) {
            let mut decoded =
                super::elf::decode_relocs(bytes, is_rela, self.is_64, self.endian, self.machine);
            if !is_rela && let (Some(arch), Some(info)) = (self.arch(), self.section(section)) {
                super::halves::join(arch, &self.symbols, &info.data, &mut decoded);
            }
            if relocs.is_empty() {
                relocs = decoded;
            } else {
                relocs.extend(decoded);
            }
        }
        // In linked files, where the linker kept them, they tell addresses.
        let start = self.sections.get(section as usize).map_or(0, |s| s.address);
        if start != 0 && self.linked.is_some() {
            for reloc in &mut relocs {
                reloc.offset = reloc.offset.wrapping_sub(start);
            }
        }
        // The ABI does not promise an order; compilers give ascending ones, and so sorting is cheap.
        relocs.sort_by_key(|r| r.offset);
        relocs
    }

    /// A unit of the same kind that holds nothing.
    #[must_use]
    pub fn emptied(&self) -> Unit<'d> {
        Unit {
            path: self.path.clone(),
            sections: Vec::new(),
            symbols: Vec::new(),
            raw_symbols: (&[], &[]),
            raw_relocs: Vec::new(),
            linked: None,
            text: self.text.as_ref().map(|_| Text::default()),
            ..*self
        }
    }

    /// The section of this index.
    pub fn section(&self, index: u32) -> Option<&Section<'d>> {
        self.sections.get(index as usize)
    }

    /// Its instruction set, when there is one for it.
    pub fn arch(&self) -> Option<&'static dyn Arch> {
        let machine = Machine {
            elf: self.machine,
            is_64: self.is_64,
            is_big_endian: self.endian == Endianness::Big,
            flags: self.e_flags,
        };
        match self.text {
            Some(_) => fixscope_arch::text::by_elf_machine(machine),
            None => fixscope_arch::by_elf_machine(machine),
        }
    }

    /// Whether sizes and offsets in a section are those that a running program has.
    pub fn is_measured(&self, section: u32) -> bool {
        self.text.is_none() || !self.section(section).is_some_and(Section::is_code)
    }

    /// The line, counted from 1, of what stands at an offset of a section of an assembly file; of what follows where
    /// nothing stands there, and of the last where nothing follows.
    pub fn line(&self, section: u32, offset: u64) -> Option<u32> {
        let lines = self.text.as_ref()?.lines.get(section as usize)?;
        let i = lines.partition_point(|(at, _)| *at < offset);
        lines.get(i).or(lines.last()).map(|(_, line)| *line)
    }

    /// Whether two units have the same symbols, told by their tables.
    pub fn same_symbols(&self, other: &Unit<'_>) -> bool {
        match (&self.text, &other.text) {
            (None, None) => self.raw_symbols == other.raw_symbols,
            _ => self.symbols == other.symbols,
        }
    }

    /// Whether a section of this index has the same relocations in two units, told by their tables.
    pub fn same_relocs(&self, other: &Unit<'_>, section: u32) -> bool {
        match (&self.text, &other.text) {
            (None, None) => self.raw_relocs(section).eq(other.raw_relocs(section)),
            _ => self.relocs(section) == other.relocs(section),
        }
    }
}
