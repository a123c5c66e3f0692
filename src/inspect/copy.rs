//! Symbols cut out of an assembly file, with the local things they need.
//!
//! The file is divided into blocks (`blocks`): functions with what stands in their text, and data objects. The blocks
//! that are asked for and what they need are written again (`write`), statement by statement as they stand in the
//! file. Sections are entered anew where the next statement needs another one, so that nothing depends on statements
//! that were left out.

mod blocks;
mod write;

use std::collections::BTreeSet;
use std::path::Path;

use fixscope_arch::Syntax;
use rustc_hash::FxHashSet;

use crate::error::{Error, Result};
use crate::load::asm::{Name, Parser, Statement, StatementKind, detect};

use super::names::near;
use blocks::{Blocks, Source};

/// What was cut out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copied {
    /// The assembly text.
    pub text: Vec<u8>,
    /// Functions and data objects that were copied because those that were asked for need them.
    pub needed: Vec<String>,
    /// Of those the ones that can be written to: the copy has its own, with a value of its own.
    pub own_data: Vec<String>,
    /// Symbols that are referred to and not copied.
    pub external: Vec<String>,
}

/// Cuts symbols out of an assembly file. What they need of the file and nobody else can see comes along, and what
/// that needs in turn; global symbols become references to another file. What is asked for becomes global. `syntax` is how the text is written;
/// without it the text tells that.
///
/// # Errors
/// [`Error::Input`] when the text cannot be read (`assembly`) or does not define a symbol (`no-symbol`).
pub fn copy(path: &Path, text: &[u8], symbols: &[String], syntax: Option<&'static Syntax>) -> Result<Copied> {
    let syntax = match syntax {
        Some(syntax) => syntax,
        None => detect(path, text)?.0,
    };
    let mut parser = Parser::new(path, text, syntax);
    let mut statements = Vec::new();
    for statement in parser.by_ref() {
        statements.push(statement?);
    }
    let source = Source { text, statements: &statements, sections: parser.sections(), syntax };
    let blocks = Blocks::find(&source);
    let wanted: FxHashSet<&str> = symbols.iter().map(String::as_str).collect();
    for symbol in symbols {
        if symbol.starts_with(syntax.local_prefix)
            || blocks.of(&Name::Symbol(symbol.as_str().into())).is_none()
        {
            let known = blocks.symbols().filter(|name| !name.starts_with(syntax.local_prefix));
            let hint = match near(symbol, known).as_slice() {
                [] => "`fixscope info` lists what it has".to_owned(),
                near => format!("is it {}?", near.join(" or ")),
            };
            let what = format!("has no function or data object {symbol}; {hint}");
            return Err(Error::input(path, "no-symbol", what));
        }
    }
    let needed = needed(&source, &blocks, &wanted);
    Ok(write::write(&source, &blocks, &needed, &wanted))
}

/// What is copied.
struct Needed {
    /// By block.
    blocks: Vec<bool>,
    /// Names that are referred to and defined elsewhere.
    external: BTreeSet<String>,
}

fn needed(source: &Source<'_, '_>, blocks: &Blocks<'_>, wanted: &FxHashSet<&str>) -> Needed {
    let mut needed = Needed { blocks: vec![false; blocks.all.len()], external: BTreeSet::new() };
    let mut queue: Vec<usize> =
        wanted.iter().filter_map(|name| blocks.of(&Name::Symbol((*name).into()))).collect();
    queue.sort_unstable();
    let statements = |block: usize| blocks.all[block].statements.iter().map(|&i| &source.statements[i]);
    loop {
        while let Some(block) = queue.pop() {
            if std::mem::replace(&mut needed.blocks[block], true) {
                continue;
            }
            queue.extend(&blocks.all[block].tables);
            for statement in statements(block) {
                // Another name can only be given to what is there.
                let gives_name = matches!(statement.kind, StatementKind::Assignment { .. });
                for name in statement.references() {
                    match blocks.of(&name) {
                        Some(to) if gives_name || !blocks.is_elsewhere(&name, to, wanted, source) => {
                            queue.push(to);
                        }
                        _ => {
                            if let Name::Symbol(name) = name {
                                needed.external.insert(name.into_owned());
                            }
                        }
                    }
                }
            }
        }
        // Tables that nothing names say something about what they refer to: constructors, places of tracing.
        for (i, block) in blocks.all.iter().enumerate() {
            if needed.blocks[i] || !block.is_unnamed {
                continue;
            }
            let about_copied = |name: Name<'_>| blocks.of(&name).is_some_and(|to| needed.blocks[to]);
            if statements(i).flat_map(Statement::references).any(about_copied) {
                queue.push(i);
            }
        }
        if queue.is_empty() {
            break;
        }
    }
    needed
}
