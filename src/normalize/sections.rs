//! How each kind of section takes part in the comparison.

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

/// The entries of a table. How long one is differs between kernel versions and is taken from the table itself:
/// it is the distance after which its relocations repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableLayout {
    /// Number of relocations in one entry.
    pub relocs: usize,
    /// Bytes of an entry that hold source lines: offset and length.
    pub line: Option<(u64, u64)>,
    /// The reference of an entry that names a source file: its offset in bytes.
    pub file: Option<u64>,
    /// The reference of an entry to replacement code: its offset in bytes. The entry's last byte is the code's
    /// length.
    pub replacement: Option<u64>,
}

const fn table(relocs: usize) -> Treatment {
    Treatment::Table(TableLayout { relocs, line: None, file: None, replacement: None })
}

/// Sections by name, or by the start of the name where it ends in `*`. The tables are those of Linux
/// (`include/linux/jump_label.h`, `include/linux/static_call_types.h`, and for x86-64
/// `arch/x86/include/asm/{bug,extable,alternative}.h`).
const BY_NAME: &[(&str, Treatment)] = &[
    ("__jump_table", table(3)),
    (
        "__bug_table",
        Treatment::Table(TableLayout { relocs: 2, line: Some((8, 2)), file: Some(4), replacement: None }),
    ),
    ("__ex_table", table(2)),
    (
        ".altinstructions",
        Treatment::Table(TableLayout { relocs: 2, line: None, file: None, replacement: Some(4) }),
    ),
    (".altinstr_replacement", Treatment::ThroughTable),
    (".static_call_sites", table(2)),
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
    (".comment", Treatment::Bookkeeping),
    (".note.*", Treatment::Bookkeeping),
    (".discard*", Treatment::Bookkeeping),
    (".llvm*", Treatment::Bookkeeping),
    (".kcfi_traps", Treatment::Bookkeeping),
];

/// How the section of this name takes part.
pub fn treatment(name: &str) -> Treatment {
    BY_NAME
        .iter()
        .find(|(pattern, _)| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *pattern,
        })
        .map_or(Treatment::Ordinary, |(_, treatment)| *treatment)
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
    }
}
