//! Files ↦ units: sections, symbols and relocations as the file has them. Never judges sameness.

pub mod dwarf;

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
