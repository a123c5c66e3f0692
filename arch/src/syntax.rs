//! How the assembly text of an architecture is written: what differs between architectures, as data.
//!
//! Sources: the GNU assembler's manual, chapter "Machine Dependent Features", and its `tc-*.c` files, whose tables
//! `comment_chars`, `line_comment_chars` and `line_separator_chars` these fields repeat.

use crate::InsnKind;

/// The assembly text of one architecture.
#[derive(Debug)]
pub struct Syntax {
    /// ELF `e_machine` of what it is assembled to.
    pub machine: u16,
    /// Whether it is assembled to ELFCLASS64.
    pub is_64: bool,
    /// What to call it in messages.
    pub name: &'static str,
    /// Characters that begin a comment anywhere in a line.
    pub comments: &'static [u8],
    /// Texts that begin a comment only where a line begins.
    pub line_comments: &'static [&'static str],
    /// Characters that end a statement, beside the end of the line.
    pub separators: &'static [u8],
    /// The character in front of every register; `None` where registers are bare words.
    pub register_prefix: Option<u8>,
    /// The character in front of an immediate operand.
    pub immediate_prefix: u8,
    /// The character in front of an operand that a branch goes through.
    pub indirect_prefix: Option<u8>,
    /// Names that begin so are known to the assembler only.
    pub local_prefix: &'static str,
    /// Size in bytes of what `.word` writes.
    pub word: u8,
    /// Whether the number of `.align` is a power of two's exponent and not a number of bytes.
    pub align_is_exponent: bool,
    /// Words that may stand in front of a mnemonic and are no instruction of their own with it.
    pub prefixes: &'static [&'static str],
    /// Mnemonics that are not [`InsnKind::Plain`]. [`InsnKind::Jump`] and [`InsnKind::Call`] through an operand
    /// with [`Syntax::indirect_prefix`] are the indirect kinds.
    pub mnemonics: &'static [(&'static str, InsnKind)],
    /// What `@` may append to a symbol. In data the place in this table makes relocation types differ.
    pub modifiers: &'static [&'static str],
    /// The one of them that a direct branch means anyway.
    pub branch_modifier: Option<&'static str>,
    /// Mnemonics that do nothing but put an immediate into a register or memory, when they have one.
    pub loads: &'static [&'static str],
    /// What mnemonics do to the registers that their operands name, for those that touch no other ones but flags and
    /// stack pointer.
    pub accesses: &'static [(Access, &'static [&'static str])],
    /// Registers, one list for each width.
    pub registers: &'static [Registers],
    /// The number of the flags in [`crate::RegSet`].
    pub flags: u8,
    /// Mnemonics that only another architecture has, and which.
    pub foreign: &'static [(&'static str, &'static str)],
    /// Base registers in parentheses that only another architecture has, and which.
    pub foreign_bases: &'static [(&'static str, &'static str)],
}

/// What an instruction does to the registers that its operands name. A register that an address is made of is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It sets its last operand.
    Set,
    /// It changes its last operand and sets the flags.
    Change,
    /// As [`Access::Change`], and the flags as they were matter to it.
    ChangeByFlags,
    /// It reads its operands and sets the flags.
    Compare,
    /// It reads its operands and moves the stack pointer.
    Push,
    /// It sets its last operand and moves the stack pointer.
    Pop,
}

/// Registers of one width.
#[derive(Debug)]
pub struct Registers {
    /// The number of the first one in [`crate::RegSet`]; the others follow. What lies above 127 is no register.
    pub first: u8,
    /// Whether setting one leaves nothing of the register that it is a part of.
    pub whole: bool,
    /// Their names, without prefix.
    pub names: &'static [&'static str],
}

impl Syntax {
    /// What a mnemonic, without prefixes, does to the flow of control.
    pub fn kind(&self, mnemonic: &[u8]) -> InsnKind {
        self.place(mnemonic).map_or(InsnKind::Plain, |i| self.mnemonics[i].1)
    }

    /// Where a mnemonic stands in [`Syntax::mnemonics`].
    pub fn place(&self, mnemonic: &[u8]) -> Option<usize> {
        self.mnemonics.iter().position(|(name, _)| name.as_bytes() == mnemonic)
    }

    /// What a mnemonic, without prefixes, does to registers; `None` when that is not known.
    pub fn access(&self, mnemonic: &[u8]) -> Option<Access> {
        let has = |names: &[&str]| names.iter().any(|name| name.as_bytes() == mnemonic);
        self.accesses.iter().find(|(_, names)| has(names)).map(|(access, _)| *access)
    }

    /// The number in [`crate::RegSet`] of a register by its name without prefix, and whether it is a whole one.
    pub fn register(&self, name: &[u8]) -> Option<(u8, bool)> {
        self.registers.iter().find_map(|list| {
            let place = list.names.iter().position(|n| n.as_bytes() == name)?;
            Some((list.first.saturating_add(u8::try_from(place).ok()?), list.whole))
        })
    }

    /// Whether a word stands in front of mnemonics.
    pub fn is_prefix(&self, word: &[u8]) -> bool {
        self.prefixes.iter().any(|p| p.as_bytes() == word)
    }
}
