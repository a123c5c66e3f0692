//! Files ↦ [`Unit`]s: sections, symbols and relocations as the file has them.
//!
//! Everything that can borrows from the mapped file. Debug sections are known by their headers and not read. Nothing here
//! judges whether two things are the same.

pub mod archive;
pub mod asm;
pub mod dwarf;
pub mod elf;
pub mod file;
mod halves;
pub mod linked;
pub mod names;
pub mod unit;

pub use file::MappedFile;
pub use linked::Linked;
pub use unit::{Binding, Reloc, Section, Symbol, SymbolKind, SymbolPlace, Unit};

/// Reads one object file, or one assembly file. `path` is for messages, and its extension tells assembly.
///
/// # Errors
/// As [`elf::read`] and [`asm::read`].
pub fn read<'d>(path: &'d std::path::Path, bytes: &'d [u8]) -> crate::error::Result<Unit<'d>> {
    if asm::is_assembly(path, bytes) { asm::read(path, bytes) } else { elf::read(path, bytes) }
}
