//! Assembly files as compilers write them.
//!
//! [`Parser`] gives the statements of a file, each with its place in the text, its section, and the symbols it
//! defines, describes and refers to. What differs between architectures stands in [`fixscope_arch::Syntax`].

mod literal;
mod parser;
pub mod sections;
pub mod statement;
#[cfg(test)]
mod tests;
pub mod token;

pub use parser::Parser;
pub use sections::{SectionHead, SectionId, Sections};
pub use statement::{Statement, StatementKind};
pub use token::{Name, Token, TokenKind};
