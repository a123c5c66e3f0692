//! Statements ↦ what sections hold, and symbols.

use std::borrow::Cow;

use fixscope_arch::Syntax;

use super::expr::{self, Expr, Place, Scope, Sum, SymbolId, Term};
use super::parser::Parser;
use super::parts::Parts;
use super::statement::{Statement, StatementKind};
use super::symbols::{Symbols, Value};
use super::token::{Name, Token, TokenKind, arguments};
use crate::error::Result;
use crate::load::{Binding, SymbolKind};

/// Everything a file says, before it is put together.
pub(super) struct Builder<'t> {
    pub syntax: &'static Syntax,
    pub symbols: Symbols<'t>,
    pub parts: Parts,
    /// The name of the source, where the file gives it.
    pub source: Option<Vec<u8>>,
    /// Functions with tables of exception handlers: the function's start and the table.
    pub handlers: Vec<(Place, Expr, u32)>,
    /// Whether instructions are T32 ones from here on, where there are two instruction sets.
    pub is_thumb: bool,
    /// The same for the last instruction behind the last label that is not local.
    pub last_mode: Option<bool>,
    /// Where the function that call frame information is being given for begins.
    frame: Option<Place>,
}

impl<'t> Scope<'t> for Builder<'t> {
    fn symbol(&mut self, name: Name<'t>) -> SymbolId {
        self.symbols.id(name)
    }

    fn modifier(&self, word: &[u8]) -> Option<u8> {
        let found = self.syntax.modifiers.iter().position(|m| m.as_bytes().eq_ignore_ascii_case(word));
        found.and_then(|i| u8::try_from(i).ok())
    }

    fn here(&self) -> Place {
        self.parts.here()
    }
}

/// Directives that no byte of a running program depends on: debug information, unwinding, and what the assembler
/// may assume.
const SILENT: [&str; 14] = [
    ".loc",
    ".loc_mark_labels",
    ".ident",
    ".addrsig",
    ".addrsig_sym",
    ".gnu_attribute",
    ".version",
    ".print",
    ".title",
    ".sbttl",
    ".line",
    ".ln",
    ".stabs",
    ".stabn",
];

impl<'t> Builder<'t> {
    /// Reads all statements.
    pub(super) fn read(parser: &mut Parser<'t>) -> Result<Builder<'t>> {
        let mut builder = Builder {
            syntax: parser.syntax(),
            symbols: Symbols::default(),
            parts: Parts::default(),
            source: None,
            handlers: Vec::new(),
            is_thumb: false,
            last_mode: None,
            frame: None,
        };
        let mut entered = None;
        while let Some(statement) = parser.next() {
            let statement = statement?;
            if entered != Some((statement.section, statement.subsection)) {
                let head = parser.sections().head(statement.section);
                builder.parts.enter(statement.section, statement.subsection, head);
                entered = Some((statement.section, statement.subsection));
                builder.last_mode = None;
            }
            let allocated = parser.sections().head(statement.section).is_allocated();
            builder.statement(&statement, allocated).map_err(|what| parser.error(statement.line, what))?;
        }
        Ok(builder)
    }

    fn statement(&mut self, statement: &Statement<'t>, allocated: bool) -> Result<(), String> {
        (self.symbols.line, self.parts.line) = (statement.line, statement.line);
        match &statement.kind {
            StatementKind::Directive { name, tokens } => {
                if self.about_symbols(name, tokens)? || self.about_file(name, tokens)? {
                    return Ok(());
                }
                // What is no part of the program may hold what it likes.
                if !allocated || is_section_directive(name) || self.data(name, tokens)? {
                    return Ok(());
                }
                Err(format!("`{name}`, a directive that fixscope does not know; it may write bytes"))
            }
            StatementKind::Label(name) if allocated => {
                if matches!(name, Name::Symbol(name) if !name.starts_with(self.syntax.local_prefix)) {
                    self.last_mode = None;
                }
                self.symbols.define(name.clone(), Value::Label(self.parts.here()))?;
                let id = self.symbols.id(name.clone());
                self.symbols.get_mut(id).is_thumb = self.is_thumb;
                Ok(())
            }
            StatementKind::Assignment { name, value } => {
                let value = self.expression(value)?;
                self.symbols.define(name.clone(), Value::Set(value))
            }
            StatementKind::Instruction { mnemonic, tokens, operands } if allocated => {
                self.instruction(mnemonic, tokens, *operands)
            }
            StatementKind::Label(_) | StatementKind::Instruction { .. } => Ok(()),
        }
    }

    /// One expression and nothing behind it.
    pub(super) fn expression(&mut self, tokens: &[Token<'t>]) -> Result<Expr, String> {
        let (expr, used) = expr::parse(tokens, self)?;
        match tokens.get(used) {
            None => Ok(expr),
            Some(token) => {
                let text = String::from_utf8_lossy(&token.text[..token.text.len().min(40)]).into_owned();
                Err(format!("`{text}` behind an expression"))
            }
        }
    }

    /// The value of an expression that must be known here, as the assembler has it for sizes of space.
    pub(super) fn known(&self, expr: &Expr) -> Option<Sum> {
        let distance = |a: Term, b: Term| {
            let (a, b) = (self.place(a)?, self.place(b)?);
            (a.part == b.part && !self.parts.all[a.part as usize].is_code)
                .then_some(i128::from(a.offset) - i128::from(b.offset))
        };
        let mut sum = expr.sum(&|id| self.set_to(id, 0), &distance).ok()?;
        if let Some(number) = sum.number(&distance) {
            sum = Sum { constant: number, ..Sum::default() };
        }
        Some(sum)
    }

    /// As [`Self::known`], for numbers.
    pub(super) fn known_number(&self, expr: &Expr) -> Option<i128> {
        self.known(expr).filter(|sum| sum.plus.is_empty() && sum.minus.is_empty()).map(|sum| sum.constant)
    }

    fn set_to(&self, id: SymbolId, depth: u32) -> Option<Sum> {
        match &self.symbols.get(id).value {
            Value::Set(expr) if depth < 50 => expr.sum(&|id| self.set_to(id, depth + 1), &|_, _| None).ok(),
            _ => None,
        }
    }

    pub(super) fn place(&self, term: Term) -> Option<Place> {
        match term {
            Term::Here(place) => Some(place),
            Term::Symbol(id, None) => match self.symbols.get(id).value {
                Value::Label(place) => Some(place),
                _ => None,
            },
            Term::Symbol(..) => None,
        }
    }

    fn about_symbols(&mut self, name: &str, tokens: &[Token<'t>]) -> Result<bool, String> {
        let arguments = arguments(tokens);
        let first = || -> Result<Name<'t>, String> {
            let name = arguments.first().and_then(|a| a.first()).and_then(Token::name);
            name.ok_or_else(|| format!("`{name}` without a name", name = name_of(tokens)))
        };
        let number = |this: &mut Self, i: usize| -> Result<u64, String> {
            let expr = this.expression(arguments.get(i).copied().unwrap_or_default())?;
            let number = this.known_number(&expr).and_then(|n| u64::try_from(n).ok());
            number.ok_or_else(|| "a size or alignment that is no number".to_owned())
        };
        match name {
            ".globl" | ".global" | ".weak" | ".local" | ".hidden" | ".protected" | ".internal" => {
                for argument in &arguments {
                    let symbol = argument.first().and_then(Token::name);
                    let symbol = symbol.ok_or_else(|| format!("`{name}` without a name"))?;
                    let id = self.symbols.id(symbol);
                    let entry = self.symbols.get_mut(id);
                    match name {
                        ".globl" | ".global" if entry.binding == Some(Binding::Weak) => {}
                        ".globl" | ".global" => entry.binding = entry.binding.or(Some(Binding::Global)),
                        ".weak" => entry.binding = Some(Binding::Weak),
                        ".local" => entry.binding = Some(Binding::Local),
                        ".hidden" => entry.visibility = object::elf::STV_HIDDEN,
                        ".protected" => entry.visibility = object::elf::STV_PROTECTED,
                        _ => entry.visibility = object::elf::STV_INTERNAL,
                    }
                }
            }
            ".type" => {
                let id = self.symbols.id(first()?);
                // A comma may be missing, and the sigil may look like a register's.
                let word = tokens.last().map_or(&b""[..], |t| t.text);
                let word = word.strip_prefix(b"%").unwrap_or(word);
                let entry = self.symbols.get_mut(id);
                entry.kind = match word {
                    b"function" | b"STT_FUNC" | b"\"function\"" => Some(SymbolKind::Function),
                    b"object" | b"STT_OBJECT" | b"common" | b"STT_COMMON" | b"\"object\"" => {
                        Some(SymbolKind::Object)
                    }
                    b"tls_object" | b"STT_TLS" => Some(SymbolKind::Tls),
                    b"gnu_indirect_function" | b"STT_GNU_IFUNC" => Some(SymbolKind::Ifunc),
                    b"gnu_unique_object" => {
                        entry.binding = Some(Binding::Unique);
                        Some(SymbolKind::Object)
                    }
                    b"notype" | b"STT_NOTYPE" => None,
                    word => {
                        let word = String::from_utf8_lossy(word);
                        return Err(format!("symbol type `{word}`, which fixscope does not know"));
                    }
                };
            }
            ".size" => {
                let id = self.symbols.id(first()?);
                let value = self.expression(arguments.get(1).copied().unwrap_or_default())?;
                let line = self.symbols.line;
                self.symbols.get_mut(id).size = Some((value, line));
            }
            // The large one (`tc-i386.c`) is placed apart from the others, which says nothing of what it is.
            ".comm" | ".lcomm" | ".largecomm" => {
                let symbol = first()?;
                let size = number(self, 1)?;
                let align = if arguments.len() > 2 { number(self, 2)?.max(1) } else { 1 };
                self.common(name == ".lcomm", symbol, size, align)?;
            }
            ".symver" => {
                let id = self.symbols.id(first()?);
                let words = arguments.get(1).copied().unwrap_or_default();
                let name: Vec<u8> = words.iter().flat_map(|t| t.text.iter().copied()).collect();
                self.symbols.get_mut(id).versions.push(String::from_utf8_lossy(&name).into_owned());
            }
            ".weakref" => {
                let alias = self.symbols.id(first()?);
                let target = arguments.get(1).and_then(|a| a.first()).and_then(Token::name);
                let target = self.symbols.id(target.ok_or("`.weakref` without what it stands for")?);
                let entry = self.symbols.get_mut(alias);
                (entry.value, entry.is_alias) = (Value::Set(Expr::Symbol(target, None)), true);
                let entry = self.symbols.get_mut(target);
                if matches!(entry.value, Value::Undefined) {
                    entry.binding = entry.binding.or(Some(Binding::Weak));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `.comm`; of a symbol that is local, room in `.bss`.
    fn common(&mut self, lcomm: bool, symbol: Name<'t>, size: u64, align: u64) -> Result<(), String> {
        let id = self.symbols.id(symbol.clone());
        let line = self.symbols.line;
        if let Name::Symbol(name) = &symbol
            && name == "__gnu_lto_slim"
        {
            return Err(
                "is GCC's intermediate language (slim LTO), not code; compile with -fno-lto".to_owned()
            );
        }
        let entry = self.symbols.get_mut(id);
        let is_local = lcomm || entry.binding == Some(Binding::Local);
        if !is_local {
            // It may be repeated; the largest counts.
            if let Value::Common { size: before, align: other } = entry.value {
                entry.value = Value::Common { size: size.max(before), align: align.max(other) };
                return Ok(());
            }
            entry.kind = entry.kind.or(Some(SymbolKind::Object));
            entry.binding = entry.binding.or(Some(Binding::Global));
            return self.symbols.define(symbol, Value::Common { size, align });
        }
        entry.kind = entry.kind.or(Some(SymbolKind::Object));
        entry.size = Some((Expr::Number(i128::from(size)), line));
        // The assembler writes it to `.bss` at once, which is the third section of every file.
        let before = self.parts.here().part;
        self.parts.enter_bss();
        let placed = self.parts.align(align, 0, None).and_then(|()| {
            let here = self.parts.here();
            self.parts.fill(size, 0)?;
            self.symbols.define(symbol, Value::Label(here))
        });
        self.parts.return_to(before);
        placed
    }

    fn about_file(&mut self, name: &str, tokens: &[Token<'t>]) -> Result<bool, String> {
        match name {
            ".file" => {
                // With a number it is for debug information.
                if let [Token { kind: TokenKind::String, text }] = tokens {
                    self.source = super::literal::string(text);
                }
            }
            ".cfi_startproc" => self.frame = Some(self.parts.here()),
            ".cfi_endproc" => self.frame = None,
            ".cfi_lsda" => {
                let arguments = arguments(tokens);
                // `.cfi_lsda 255` takes a table back.
                if let Some(table) = arguments.get(1) {
                    let table = self.expression(table)?;
                    let start = self.frame.ok_or("`.cfi_lsda` outside of `.cfi_startproc`")?;
                    self.handlers.push((start, table, self.symbols.line));
                }
            }
            name if name.starts_with(".cfi_") || SILENT.contains(&name) => {}
            name if self.syntax.silent.contains(&name) => {}
            ".thumb" | ".thumb_func" | ".force_thumb" if self.syntax.has_thumb => self.is_thumb = true,
            ".arm" if self.syntax.has_thumb => self.is_thumb = false,
            ".code" if self.syntax.has_thumb => match tokens {
                [Token { text: b"16", .. }] => self.is_thumb = true,
                [Token { text: b"32", .. }] => self.is_thumb = false,
                _ => return Err("`.code` without 16 or 32".to_owned()),
            },
            // Who unwinds the stack is the same for all that a compiler makes of one language.
            ".personality" if self.syntax.has_thumb => {}
            ".intel_syntax" => {
                let what = "`.intel_syntax`: fixscope reads AT&T syntax; compile without -masm=intel";
                // A file may say what it is not.
                return Err(what.to_owned());
            }
            ".code32" | ".code16" | ".code16gcc" => {
                let arch = self.syntax.arch;
                return Err(format!("`{name}`, and the file is read as {arch}; compare the object files"));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn is_section_directive(name: &str) -> bool {
    matches!(
        name,
        ".text"
            | ".data"
            | ".bss"
            | ".rodata"
            | ".section"
            | ".pushsection"
            | ".popsection"
            | ".previous"
            | ".subsection"
            | ".handlerdata"
    )
}

fn name_of(tokens: &[Token<'_>]) -> Cow<'static, str> {
    match tokens.first() {
        Some(token) => {
            Cow::Owned(String::from_utf8_lossy(&token.text[..token.text.len().min(40)]).into_owned())
        }
        None => Cow::Borrowed("nothing"),
    }
}
