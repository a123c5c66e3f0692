//! Whether a built livepatch is what the fix is, and whether the kernel can load it: `fixscope livepatch verify`.

mod form;
mod functions;
mod image;
mod symbols;

use serde::Serialize;

use super::module::Module;
use super::tables;
use crate::error::Result;
use crate::load::Unit;

pub use symbols::KernelSymbols;

/// What is the matter with a livepatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// A replacement is not the function of the patched build.
    Different,
    /// A replacement or helper is in no object file of the patched build.
    NotInBuild,
    /// Several object files of the patched build have the function, and the module's is not the same as each.
    Ambiguous,
    /// The kernel cannot redirect the original function: it does not begin with a call to the tracer, or is gone.
    Unpatchable,
    /// The module has its own copy of a variable that the unit keeps a value in.
    OwnCopy,
    /// A symbol is not in the kernel or the module that is patched, or not alone with its name.
    Symbol,
    /// A name of an object that the kernel does not know.
    Object,
    /// References by name that were not linked, or in a form that the kernel does not read.
    Unlinked,
    /// Relocations in a table that the kernel has read before they are applied.
    Table,
    /// The module needs another module to be loaded.
    Depends,
    /// The module was built for another kernel.
    Vermagic,
    /// The module says nowhere in its data what it replaces.
    NoTables,
}

/// One thing that is the matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What it is about: a function, symbol, section or the module.
    pub subject: String,
    /// What kind of thing.
    pub code: Code,
    /// One sentence, without a full stop.
    pub what: String,
}

impl Finding {
    fn new(code: Code, subject: impl Into<String>, what: impl Into<String>) -> Finding {
        Finding { code, subject: subject.into(), what: what.into() }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verdict {
    /// What is the matter, ordered by subject.
    pub findings: Vec<Finding>,
    /// Replacements and helpers that are the patched build's functions.
    pub same: Vec<String>,
    /// What could not be checked, and why.
    pub unchecked: Vec<String>,
}

/// What a livepatch is held against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a, 'd> {
    /// The object files of the patched build that have the replaced functions.
    pub patched: &'a [Unit<'d>],
    /// The symbols of the kernel and of its modules.
    pub kernel: &'a KernelSymbols,
}

/// Verifies a module, which was also read as `unit`.
///
/// # Errors
/// When the module is damaged, or of another architecture than the patched build.
pub fn verify(module: &Module<'_>, unit: &Unit<'_>, against: Against<'_, '_>) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    form::check(module, against.kernel, &mut verdict)?;
    match tables::read(module)? {
        Some(tables) => {
            symbols::check(module, &tables, against.kernel, &mut verdict)?;
            functions::check(module, unit, &tables, against.patched, &mut verdict)?;
        }
        None => verdict.findings.push(Finding::new(
            Code::NoTables,
            module.path.display().to_string(),
            "has no struct klp_patch in its data, so that nothing says what it replaces",
        )),
    }
    verdict.findings.sort();
    verdict.findings.dedup();
    verdict.same.sort();
    Ok(verdict)
}
