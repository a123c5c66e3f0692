//! Files ↦ [`Unit`]s: sections, symbols and relocations as the file has them.
//!
//! Everything borrows from the mapped file. Debug sections are known by their headers and not read. Nothing here
//! judges whether two things are the same.

pub mod archive;
pub mod dwarf;
pub mod elf;
pub mod file;
pub mod linked;
pub mod names;
pub mod unit;

pub use file::MappedFile;
pub use linked::Linked;
pub use unit::{Binding, Reloc, Section, Symbol, SymbolKind, SymbolPlace, Unit};
