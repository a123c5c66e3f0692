//! Assembly files as compilers write them.
//!
//! [`Parser`] gives the statements of a file, each with its place in the text, its section, and the symbols it
//! defines, describes and refers to. [`read`] makes a [`Unit`] of them, with code as records of text
//! ([`fixscope_arch::text`]) and data as the bytes it will be. What differs between architectures stands in [`fixscope_arch::Syntax`].

mod builder;
mod code;
mod data;
mod detect;
mod expr;
mod fields;
mod lexer;
mod literal;
mod numbering;
mod operands;
mod parser;
mod parts;
mod reserved;
mod resolve;
pub mod sections;
pub mod statement;
mod symbols;
#[cfg(test)]
mod tests;
pub mod token;

use std::path::Path;

use fixscope_arch::Syntax;

use crate::error::{Error, Result};
use crate::load::Unit;

pub use parser::Parser;
pub use sections::{SectionHead, SectionId, Sections};
pub use statement::{Statement, StatementKind};
pub use token::{Name, Token, TokenKind};

/// The name of places that have none.
pub const PLACE: &str = ".L.";

/// Reads an assembly file, whose text tells how it is written. `path` is for messages.
///
/// # Errors
/// As [`read_as`], and where the text does not tell how it is written.
pub fn read<'t>(path: &'t Path, text: &'t [u8]) -> Result<Unit<'t>> {
    read_as(path, text, None)
}

/// Reads an assembly file that is written so. `path` is for messages.
///
/// # Errors
/// [`Error::Input`] that names the file, the line and what is wrong there (`assembly`): text that is no assembly, or
/// for another architecture, or that says something whose meaning fixscope does not know.
pub fn read_as<'t>(path: &'t Path, text: &'t [u8], syntax: Option<&'static Syntax>) -> Result<Unit<'t>> {
    if text.is_empty() {
        return Err(Error::input(path, "empty", "is empty; was the build interrupted?"));
    }
    let syntax = match syntax {
        Some(syntax) => syntax,
        None => detect(path, text)?.0,
    };
    let mut parser = Parser::new(path, text, syntax);
    let builder = builder::Builder::read(&mut parser)?;
    let unit = resolve::unit(path, builder, parser.sections().all());
    unit.map_err(|(line, what)| parser.error(line, what))
}

/// How a file is written, and whether anything in its text tells that. `path` is for messages.
///
/// # Errors
/// [`Error::Input`] (`assembly`) where the text could be of two architectures.
pub fn detect(path: &Path, text: &[u8]) -> Result<(&'static Syntax, bool)> {
    detect::syntax_of(text).map_err(|what| Error::input(path, "assembly", what))
}

/// Whether a file is assembly, by its name, and by how it begins where the name says nothing.
pub fn is_assembly(path: &Path, bytes: &[u8]) -> bool {
    if bytes.starts_with(&object::elf::ELFMAG) {
        return false;
    }
    if path.extension().is_some_and(|e| e == "s" || e == "S" || e == "asm") {
        return true;
    }
    const STARTS: [&str; 14] = [
        ".file",
        ".text",
        ".section",
        ".globl",
        ".global",
        ".type",
        ".ident",
        ".data",
        ".arch",
        ".cpu",
        ".syntax",
        ".eabi_attribute",
        ".fpu",
        ".code",
    ];
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).into_owned();
    let mut lines = start.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', '/']));
    let first = lines.next().and_then(|l| l.split_whitespace().next());
    first.is_some_and(|word| STARTS.contains(&word))
}
