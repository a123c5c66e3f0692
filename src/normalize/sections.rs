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
    /// Strings that describe a module to tools. Only the namespaces it may use have an effect on its code.
    ModuleInfo,
    /// As [`Self::Bookkeeping`], and so is the data that nothing else leads to.
    Index,
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

/// Sections by name, or by the start of the name where it ends in `*`. What is not here is ordinary: `.fixup` and
/// `.altinstr_aux` (code that table entries and jumps lead to), `__ksymtab*`, `_kprobe_blacklist` and other tables
/// with a symbol for each entry, and tables without symbols, which are compared under their section.
///
/// Layouts are those of x86. An object does not say which one it has, but every entry begins with a reference
/// to the place it is for, and only one layout puts references there. Sources: Linux,
/// `include/linux/jump_label.h`, `include/linux/static_call_types.h`,
/// `arch/x86/include/asm/{bug,extable,alternative,paravirt_types}.h`.
const BY_NAME: &[(&str, Treatment)] = &[
    // Code, target and key; whether the branch is likely is a bit of the key's addend. Absolute before Linux 4.20.
    ("__jump_table", table(16)),
    ("__jump_table", table(24)),
    // On 32-bit machines, both.
    ("__jump_table", table(12)),
    // The flags tell a warning from a BUG, and whether it is said once.
    (
        "__bug_table",
        Treatment::Table(TableLayout { entry: 12, line: Some((8, 2)), file: Some(4), replacement: None }),
    ),
    // Without CONFIG_DEBUG_BUGVERBOSE.
    ("__bug_table", table(8)),
    // Instruction, fixup, and the handler (before Linux 5.16 a third reference); before 4.6 the first two only.
    ("__ex_table", table(12)),
    ("__ex_table", table(8)),
    (
        ".altinstructions",
        Treatment::Table(TableLayout { entry: 12, line: None, file: None, replacement: Some((4, 11)) }),
    ),
    // Up to Linux 5.13 with a byte for the length of the padding.
    (
        ".altinstructions",
        Treatment::Table(TableLayout { entry: 13, line: None, file: None, replacement: Some((4, 11)) }),
    ),
    // From Linux 6.3 on the flags have room of their own.
    (
        ".altinstructions",
        Treatment::Table(TableLayout { entry: 14, line: None, file: None, replacement: Some((4, 13)) }),
    ),
    (".altinstr_replacement", Treatment::ThroughTable),
    // Call and key; whether it is a tail call is a bit of the key's addend.
    (".static_call_sites", table(8)),
    (".modinfo", Treatment::ModuleInfo),
    // Pointers to `struct pi_entry`, which holds nothing but the format, the level and the line of a printk
    // that the function's own code shows as well.
    (".printk_index", Treatment::Index),
    // The call that is patched shows in the code, and it names the operation: `call *pv_ops+N`.
    (".parainstructions", Treatment::Bookkeeping),
    // The prefix shows in the code.
    (".smp_locks", Treatment::Bookkeeping),
    // The call or jump of the thunk shows in the code.
    (".retpoline_sites", Treatment::Bookkeeping),
    (".return_sites", Treatment::Bookkeeping),
    (".call_sites", Treatment::Bookkeeping),
    // `endbr64`, and the hash of the type in front of a function, show in the code.
    (".ibt_endbr_seal", Treatment::Bookkeeping),
    (".cfi_sites", Treatment::Bookkeeping),
    (".kcfi_traps", Treatment::Bookkeeping),
    // The call of the tracer, or the NOPs for it, show in the code.
    ("__mcount_loc", Treatment::Bookkeeping),
    ("__patchable_function_entries", Treatment::Bookkeeping),
    // How to unwind follows from the code. Tables of exception handlers are compared all the same.
    (".orc_unwind", Treatment::Bookkeeping),
    (".orc_unwind_ip", Treatment::Bookkeeping),
    (".orc_header", Treatment::Bookkeeping),
    (".eh_frame", Treatment::Bookkeeping),
    (".ARM.exidx*", Treatment::Bookkeeping),
    (".sframe", Treatment::Bookkeeping),
    // The kernel's description of types, made from the debug information.
    (".BTF", Treatment::Bookkeeping),
    (".BTF.ext", Treatment::Bookkeeping),
    // Which registers the code uses (System V ABI, MIPS RISC Processor Supplement, 4-8).
    (".MIPS.options", Treatment::Bookkeeping),
    (".reginfo", Treatment::Bookkeeping),
    // Not part of the program, or dropped by the linker script.
    (".comment", Treatment::Bookkeeping),
    (".note.*", Treatment::Bookkeeping),
    (".discard*", Treatment::Bookkeeping),
    (".llvm*", Treatment::Bookkeeping),
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
    // What stands in front of a function stands in its section.
    if let Some(family) = crate::load::names::prefixed_function(symbol).and_then(strip) {
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
        assert_eq!(family(".text.f", "__cfi_f"), ".text");
    }

    #[test]
    fn tables_are_known() {
        assert!(matches!(treatment("__bug_table"), Treatment::Table(_)));
        assert_eq!(treatment(".note.gnu.property"), Treatment::Bookkeeping);
        assert_eq!(treatment(".text"), Treatment::Ordinary);
        assert_eq!(layouts(".altinstructions").map(|l| l.entry).collect::<Vec<_>>(), [12, 13, 14]);
        assert_eq!(treatment(".discard.addressable"), Treatment::Bookkeeping);
        assert_eq!(layouts(".text").count(), 0);
    }
}
