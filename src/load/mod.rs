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

use std::path::Path;

use fixscope_arch::Syntax;

use crate::error::Result;

pub use file::MappedFile;
pub use linked::Linked;
pub use unit::{Binding, Reloc, Section, Symbol, SymbolKind, SymbolPlace, Unit};

/// Reads one object file, or one assembly file. `path` is for messages, and its extension tells assembly.
///
/// # Errors
/// As [`elf::read`] and [`asm::read`].
pub fn read<'d>(path: &'d Path, bytes: &'d [u8]) -> Result<Unit<'d>> {
    read_as(path, bytes, None)
}

/// As [`read`], where it is said how assembly files are written.
///
/// # Errors
/// As [`elf::read`] and [`asm::read_as`].
pub fn read_as<'d>(path: &'d Path, bytes: &'d [u8], syntax: Option<&'static Syntax>) -> Result<Unit<'d>> {
    if asm::is_assembly(path, bytes) { asm::read_as(path, bytes, syntax) } else { elf::read(path, bytes) }
}
