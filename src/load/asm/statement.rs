//! Statements of an assembly file.

use std::ops::Range;

use super::sections::SectionId;
use super::token::{Name, Token, TokenKind, arguments};

/// One statement. Comments are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement<'t> {
    /// Where it stands in the file, in bytes, without the line's end and comments behind it.
    pub span: Range<usize>,
    /// Its line, counted from 1.
    pub line: u32,
    /// The section it is for; for one that changes sections, the new one.
    pub section: SectionId,
    /// The part of that section; parts are put together in ascending order (GNU assembler's manual,
    /// "Sub-Sections").
    pub subsection: i64,
    /// What it is.
    pub kind: StatementKind<'t>,
}

/// Kinds of statements.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind<'t> {
    /// `name:`
    Label(Name<'t>),
    /// `name = value`, `.set name, value` and `.equ name, value`.
    Assignment {
        /// The symbol.
        name: Name<'t>,
        /// The value's words.
        value: Vec<Token<'t>>,
    },
    /// A directive.
    Directive {
        /// Its name, with the point.
        name: &'t str,
        /// Everything behind the name.
        tokens: Vec<Token<'t>>,
    },
    /// An instruction.
    Instruction {
        /// The mnemonic, without prefixes such as `lock`.
        mnemonic: &'t str,
        /// All words, prefixes and mnemonic among them.
        tokens: Vec<Token<'t>>,
        /// Index in `tokens` of the first word of the operands.
        operands: usize,
    },
}

/// Directives that say something about the symbols they name and refer to none.
const ABOUT: [&str; 11] = [
    ".globl",
    ".global",
    ".weak",
    ".local",
    ".hidden",
    ".protected",
    ".internal",
    ".type",
    ".size",
    ".addrsig_sym",
    ".symver",
];

impl<'t> Statement<'t> {
    /// The symbol or label it defines.
    pub fn defines(&self) -> Option<Name<'t>> {
        match &self.kind {
            StatementKind::Label(name) | StatementKind::Assignment { name, .. } => Some(name.clone()),
            StatementKind::Directive { name: ".comm" | ".largecomm" | ".lcomm" | ".weakref", tokens } => {
                tokens.first().and_then(Token::name)
            }
            _ => None,
        }
    }

    /// The symbols it says something about, as `.globl` and `.size` do, without referring to them.
    pub fn describes(&self) -> Vec<Name<'t>> {
        match &self.kind {
            StatementKind::Directive { name, tokens } if ABOUT.contains(name) => {
                let many = !matches!(*name, ".type" | ".size" | ".symver");
                let arguments = arguments(tokens);
                let named = arguments.iter().take(if many { usize::MAX } else { 1 });
                named.filter_map(|a| a.first()?.name()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The symbols and labels it refers to, in order: what must come along when the statement is taken elsewhere.
    pub fn references(&self) -> Vec<Name<'t>> {
        let names = |tokens: &[Token<'t>]| -> Vec<Name<'t>> {
            let kinds = tokens.iter().map(|t| &t.kind);
            kinds.filter_map(|k| if let TokenKind::Name(n) = k { Some(n.clone()) } else { None }).collect()
        };
        match &self.kind {
            StatementKind::Label(_) => Vec::new(),
            StatementKind::Assignment { value, .. } => names(value),
            // Operands may have names in quotes.
            StatementKind::Instruction { tokens, operands, .. } => {
                tokens[*operands..].iter().filter_map(Token::name).collect()
            }
            StatementKind::Directive { name: ".size" | ".weakref", tokens } => {
                arguments(tokens).iter().skip(1).flat_map(|a| names(a)).collect()
            }
            StatementKind::Directive { name, .. } if ABOUT.contains(name) || names_no_symbol(name) => {
                Vec::new()
            }
            StatementKind::Directive {
                name:
                    ".section" | ".pushsection" | ".comm" | ".largecomm" | ".lcomm" | ".file" | ".ident" | ".loc",
                ..
            } => Vec::new(),
            StatementKind::Directive { tokens, .. } => names(tokens),
        }
    }
}

/// Whether the words behind a directive are registers, processors and the like.
fn names_no_symbol(name: &str) -> bool {
    const OTHERS: [&str; 16] = [
        ".arch",
        ".arch_extension",
        ".object_arch",
        ".cpu",
        ".fpu",
        ".syntax",
        ".eabi_attribute",
        ".save",
        ".vsave",
        ".pad",
        ".setfp",
        ".movsp",
        ".code",
        ".thumb",
        ".arm",
        ".variant_pcs",
    ];
    let is_frame = name.starts_with(".cfi_") && !matches!(name, ".cfi_personality" | ".cfi_lsda");
    is_frame || OTHERS.contains(&name)
}
