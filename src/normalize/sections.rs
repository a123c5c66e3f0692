//! How each kind of section takes part in the comparison.

use crate::load::Section;

/// How a section takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Functions, data objects and nameless data.
    Ordinary,
    /// A table whose entries each belong to the function they point into.
    Table(TableLayout),
    /// Code or data that only table entries lead to; compared with the entry.
    ThroughTable,
    /// Says again what the code says already, or only where things are.
    Bookkeeping,
}

/// The entries of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLayout {
    /// Size of one entry in bytes.
    pub entry: u64,
    /// Bytes of an entry that hold source lines: offset and length.
    pub line: Option<(u64, u64)>,
    /// Bytes of an entry whose reference is a source file name: offset.
    pub file: Option<u64>,
    /// Where the entry refers to replacement code: offset of the reference, and of its length in bytes.
    pub replacement: Option<(u64, u64)>,
}

const fn table(entry: u64) -> Treatment {
    Treatment::Table(TableLayout { entry, line: None, file: None, replacement: None })
}

/// Sections by name, or by the start of the name where it ends in `*`. Layouts are those of Linux 6.1 on
/// x86-64 (`include/linux/jump_label.h`, `arch/x86/include/asm/{bug,extable,alternative}.h`).
const BY_NAME: &[(&str, Treatment)] = &[
    ("__jump_table", table(16)),
    (
        "__bug_table",
        Treatment::Table(TableLayout { entry: 12, line: Some((8, 2)), file: Some(4), replacement: None }),
    ),
    // Without CONFIG_DEBUG_BUGVERBOSE.
    ("__bug_table", table(8)),
    ("__ex_table", table(12)),
    (
        ".altinstructions",
        Treatment::Table(TableLayout { entry: 12, line: None, file: None, replacement: Some((4, 11)) }),
    ),
    // From Linux 6.3 on the flags have room of their own.
    (
        ".altinstructions",
        Treatment::Table(TableLayout { entry: 14, line: None, file: None, replacement: Some((4, 13)) }),
    ),
    (".altinstr_replacement", Treatment::ThroughTable),
    (".static_call_sites", table(8)),
    // Pointers to `struct pi_entry`, which holds nothing but the format, the level and the line of a printk
    // that the function's own code shows as well.
    (".printk_index", Treatment::Bookkeeping),
    (".parainstructions", Treatment::Bookkeeping),
    (".smp_locks", Treatment::Bookkeeping),
    (".retpoline_sites", Treatment::Bookkeeping),
    (".return_sites", Treatment::Bookkeeping),
    (".call_sites", Treatment::Bookkeeping),
    (".ibt_endbr_seal", Treatment::Bookkeeping),
    (".cfi_sites", Treatment::Bookkeeping),
    ("__mcount_loc", Treatment::Bookkeeping),
    ("__patchable_function_entries", Treatment::Bookkeeping),
    (".orc_unwind", Treatment::Bookkeeping),
    (".orc_unwind_ip", Treatment::Bookkeeping),
    (".orc_header", Treatment::Bookkeeping),
    (".eh_frame", Treatment::Bookkeeping),
    (".sframe", Treatment::Bookkeeping),
    // The kernel's description of types, made from the debug information.
    (".BTF", Treatment::Bookkeeping),
    (".BTF.ext", Treatment::Bookkeeping),
    (".comment", Treatment::Bookkeeping),
    (".note.*", Treatment::Bookkeeping),
    (".discard*", Treatment::Bookkeeping),
    (".llvm*", Treatment::Bookkeeping),
    (".kcfi_traps", Treatment::Bookkeeping),
];

/// How a section takes part.
pub fn treatment_of(section: &Section<'_>) -> Treatment {
    if section.of_linker { Treatment::Bookkeeping } else { treatment(&section.name) }
}

/// How the section of this name takes part. Of a table that has had several layouts this gives the first.
pub fn treatment(name: &str) -> Treatment {
    all_of(name).next().unwrap_or(Treatment::Ordinary)
}

/// The layouts that the table of this name has had.
pub fn layouts(name: &str) -> impl Iterator<Item = TableLayout> {
    all_of(name).filter_map(|treatment| match treatment {
        Treatment::Table(layout) => Some(layout),
        _ => None,
    })
}

fn all_of(name: &str) -> impl Iterator<Item = Treatment> {
    BY_NAME
        .iter()
        .filter(move |(pattern, _)| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *pattern,
        })
        .map(|(_, treatment)| *treatment)
}

/// The section's name without the function or data object that `-ffunction-sections` and `-fdata-sections` name
/// it after, so that `.text.unlikely.f` and `.text.f` differ and `.bss.buf.3` and `.bss.buf.5` do not.
pub fn family<'n>(section: &'n str, symbol: &str) -> &'n str {
    let class = crate::load::names::class(symbol);
    let strip =
        |name: &str| section.strip_suffix(name).and_then(|s| s.strip_suffix('.')).filter(|s| !s.is_empty());
    if let Some(family) = strip(symbol) {
        return family;
    }
    // A cold part stands in the section of its parent's name.
    if let Some(family) = crate::load::names::parent_of_cold(symbol).and_then(strip) {
        return family;
    }
    strip(&class).unwrap_or(section)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_forget_the_symbol() {
        assert_eq!(family(".text.f", "f"), ".text");
        assert_eq!(family(".text.unlikely.f", "f.cold"), ".text.unlikely");
        assert_eq!(family(".bss.buf.3", "buf.3"), ".bss");
        assert_eq!(family(".text", "text"), ".text");
        assert_eq!(family(".init.text", "f"), ".init.text");
    }

    #[test]
    fn tables_are_known() {
        assert!(matches!(treatment("__bug_table"), Treatment::Table(_)));
        assert_eq!(treatment(".note.gnu.property"), Treatment::Bookkeeping);
        assert_eq!(treatment(".text"), Treatment::Ordinary);
        assert_eq!(layouts(".altinstructions").map(|l| l.entry).collect::<Vec<_>>(), [12, 14]);
        assert_eq!(layouts(".text").count(), 0);
    }
}
