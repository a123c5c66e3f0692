//! Assembly files as compilers write them.
//!
//! [`Parser`] gives the statements of a file, each with its place in the text, its section, and the symbols it
//! defines, describes and refers to. [`read`] makes a [`Unit`] of them, with code as records of text
//! ([`fixscope_arch::text`]) and data as the bytes it will be. What differs between architectures stands in [`fixscope_arch::Syntax`].

mod builder;
mod code;
mod data;
mod expr;
mod literal;
mod numbering;
mod parser;
mod parts;
mod resolve;
pub mod sections;
pub mod statement;
mod symbols;
#[cfg(test)]
mod tests;
pub mod token;

use std::path::Path;

use crate::error::{Error, Result};
use crate::load::Unit;

pub use parser::Parser;
pub use sections::{SectionHead, SectionId, Sections};
pub use statement::{Statement, StatementKind};
pub use token::{Name, Token, TokenKind};

/// Reads an assembly file. `path` is for messages.
///
/// # Errors
/// [`Error::Input`] that names the file, the line and what is wrong there (`assembly`): text that is no assembly, or
/// for another architecture, or that says something whose meaning fixscope does not know.
pub fn read<'t>(path: &'t Path, text: &'t [u8]) -> Result<Unit<'t>> {
    if text.is_empty() {
        return Err(Error::input(path, "empty", "is empty; was the build interrupted?"));
    }
    let [syntax] = fixscope_arch::SYNTAXES else {
        return Err(Error::input(path, "assembly", "could be for several architectures"));
    };
    let mut parser = Parser::new(path, text, syntax);
    let builder = builder::Builder::read(&mut parser)?;
    let unit = resolve::unit(path, builder, parser.sections().all());
    unit.map_err(|(line, what)| parser.error(line, what))
}

/// Whether a file is assembly, by its name, and by how it begins where the name says nothing.
pub fn is_assembly(path: &Path, bytes: &[u8]) -> bool {
    if bytes.starts_with(&object::elf::ELFMAG) {
        return false;
    }
    if path.extension().is_some_and(|e| e == "s" || e == "S" || e == "asm") {
        return true;
    }
    const STARTS: [&str; 8] = [".file", ".text", ".section", ".globl", ".global", ".type", ".ident", ".data"];
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).into_owned();
    let mut lines = start.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', '/']));
    let first = lines.next().and_then(|l| l.split_whitespace().next());
    first.is_some_and(|word| STARTS.contains(&word))
}
