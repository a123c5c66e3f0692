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
    /// The architecture's name, as [`crate::Arch::name`] gives it.
    pub arch: &'static str,
    /// What to call it in messages.
    pub name: &'static str,
    /// Architectures whose registers and mnemonics are mostly the same have the same family.
    pub family: &'static str,
    /// What tells it from the others.
    pub signs: Signs,
    /// Characters that begin a comment anywhere in a line.
    pub comments: &'static [u8],
    /// Texts that begin a comment anywhere in a line.
    pub comment_texts: &'static [&'static str],
    /// Texts that begin a comment only where a line begins.
    pub line_comments: &'static [&'static str],
    /// Characters that end a statement, beside the end of the line.
    pub separators: &'static [u8],
    /// The character in front of every register; `None` where registers are bare words.
    pub register_prefix: Option<u8>,
    /// The character in front of an immediate operand.
    pub immediate_prefix: u8,
    /// Whether that character may be missing and says nothing.
    pub immediate_is_optional: bool,
    /// What an operand in memory begins and ends with, behind its displacement if that stands in front.
    pub memory: [u8; 2],
    /// Whether the register that an instruction sets is its first operand, and not its last.
    pub destination_first: bool,
    /// Words of operands that are neither registers nor symbols: shifts, extensions, conditions. What a branch leads to
    /// or an address is taken of is a symbol all the same.
    pub words: &'static [&'static str],
    /// Mnemonics whose operands name no symbol: accesses to system registers, barriers, hints.
    pub wordy: &'static [&'static str],
    /// Mnemonics that take the address of a symbol or load what lies there, when it stands outside of brackets.
    pub addressing: &'static [&'static str],
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
    /// Instructions whose operands make them something else than what [`Syntax::mnemonics`] has for the mnemonic. The
    /// first rule that fits holds.
    pub rules: &'static [Rule],
    /// Conditions that may end a mnemonic of [`Syntax::mnemonics`].
    pub conditions: &'static [&'static str],
    /// What may end a mnemonic behind a point to choose the length of its encoding.
    pub widths: &'static [&'static str],
    /// Whether compilers put literals and tables among its code.
    pub has_literals: bool,
    /// Whether it has two instruction sets, of which the second one is T32.
    pub has_thumb: bool,
    /// Directives that no byte of a running program depends on, beside those of every architecture.
    pub silent: &'static [&'static str],
    /// Names that begin so stand for a place among data objects which code reaches by their distance from it: GCC's
    /// section anchors, and the variables that Clang merges.
    pub anchor_prefixes: &'static [&'static str],
    /// Mnemonics that make a part of an address, of which another instruction names the rest.
    pub completed: &'static [&'static str],
    /// Mnemonics that add a number, their last operand, to an address.
    pub adding: &'static [&'static str],
    /// What `@` may append to a symbol. In data the place in this table makes relocation types differ.
    pub modifiers: &'static [&'static str],
    /// Whether they stand in parentheses behind the symbol, and not behind `@`.
    pub modifiers_in_parentheses: bool,
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

/// What is found in the text of one architecture and in that of no other family.
#[derive(Debug)]
pub struct Signs {
    /// Directives and mnemonics of its family alone.
    pub statements: &'static [&'static str],
    /// Directives and mnemonics that tell it from the others of its family.
    pub own_statements: &'static [&'static str],
    /// Words of operands, such as registers, that tell it from the others of its family. Those of its family are told by
    /// [`Syntax::registers`].
    pub own_operands: &'static [&'static str],
    /// What stands somewhere in a line of text of the family.
    pub texts: &'static [&'static str],
}

/// What an instruction is, told by its operands as a record has them.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Mnemonic without condition and width.
    pub mnemonic: &'static str,
    /// What the operands begin with.
    pub begins: &'static str,
    /// A word that stands somewhere in the operands; empty for any.
    pub holds: &'static str,
    /// What it is then.
    pub kind: InsnKind,
}

/// What an instruction does to the registers that its operands name. A register that an address is made of is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It sets its destination.
    Set,
    /// It sets its first two operands.
    SetPair,
    /// It sets its destination and the flags.
    SetWithFlags,
    /// It sets its destination, and the flags as they were matter to it.
    SetByFlags,
    /// It writes its operands to memory.
    Store,
    /// It changes its destination.
    Modify,
    /// It changes its destination and sets the flags.
    Change,
    /// As [`Access::Change`], and the flags as they were matter to it.
    ChangeByFlags,
    /// It reads its operands and sets the flags.
    Compare,
    /// It reads its operands and moves the stack pointer.
    Push,
    /// It sets its destination and moves the stack pointer.
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

/// The first names of a run of numbered registers: `numbered!("x", 31)` are `x0` to `x30`.
macro_rules! numbered {
    ($letter:literal, 16) => {
        numbered!(@ $letter; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    ($letter:literal, 31) => {
        numbered!(@ $letter; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30)
    };
    ($letter:literal, 32) => {
        numbered!(@ $letter; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)
    };
    (@ $letter:literal; $($number:literal)*) => { [$(concat!($letter, $number)),*] };
}
pub(crate) use numbered;

/// A mnemonic taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mnemonic {
    /// Its place in [`Syntax::mnemonics`].
    pub place: usize,
    /// The place of its condition in [`Syntax::conditions`], counted from 1; 0 for none.
    pub condition: u8,
}

impl Syntax {
    /// What a mnemonic, without prefixes, does to the flow of control if its operands do not make it something else.
    pub fn kind(&self, mnemonic: &[u8]) -> InsnKind {
        self.mnemonic(mnemonic).map_or(InsnKind::Plain, |m| self.kind_of(m, &[]))
    }

    /// What an instruction does to the flow of control. A branch through a register that may not happen is plain.
    pub fn kind_of(&self, mnemonic: Mnemonic, operands: &[u8]) -> InsnKind {
        let Some((name, kind)) = self.mnemonics.get(mnemonic.place) else { return InsnKind::Plain };
        let rule = self.rules.iter().find(|rule| {
            rule.mnemonic == *name
                && operands.starts_with(rule.begins.as_bytes())
                && (rule.holds.is_empty() || words(operands).any(|word| word == rule.holds.as_bytes()))
        });
        match rule.map_or(*kind, |rule| rule.kind) {
            kind if mnemonic.condition == 0 => kind,
            InsnKind::Jump => InsnKind::ConditionalJump,
            InsnKind::Call => InsnKind::Call,
            InsnKind::IndirectCall => InsnKind::IndirectCall,
            _ => InsnKind::Plain,
        }
    }

    /// Finds a mnemonic, without prefixes, in [`Syntax::mnemonics`].
    pub fn mnemonic(&self, mnemonic: &[u8]) -> Option<Mnemonic> {
        let mnemonic = self.without_width(mnemonic);
        if let Some(place) = self.place(mnemonic) {
            return Some(Mnemonic { place, condition: 0 });
        }
        let condition = self.conditions.iter().position(|c| mnemonic.ends_with(c.as_bytes()))?;
        let base = &mnemonic[..mnemonic.len() - self.conditions[condition].len()];
        Some(Mnemonic { place: self.place(base)?, condition: u8::try_from(condition + 1).ok()? })
    }

    /// A mnemonic without what chooses the length of its encoding.
    pub fn without_width<'m>(&self, mnemonic: &'m [u8]) -> &'m [u8] {
        let found = self.widths.iter().find_map(|w| mnemonic.strip_suffix(w.as_bytes())?.strip_suffix(b"."));
        found.unwrap_or(mnemonic)
    }

    /// Where a mnemonic stands in [`Syntax::mnemonics`].
    pub fn place(&self, mnemonic: &[u8]) -> Option<usize> {
        self.mnemonics.iter().position(|(name, _)| name.as_bytes() == mnemonic)
    }

    /// What a mnemonic, without prefixes, does to registers; `None` when that is not known.
    pub fn access(&self, mnemonic: &[u8]) -> Option<Access> {
        let mnemonic = self.without_width(mnemonic);
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

/// The words of operands.
fn words(operands: &[u8]) -> impl Iterator<Item = &[u8]> {
    operands.split(|c| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}
