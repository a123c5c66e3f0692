//! `fixscope livepatch`: from files to what is written.

use std::path::Path;

use crate::error::{Error, Result};
use crate::livepatch::link::{self, Exported, Linked};
use crate::livepatch::module::Module;
use crate::livepatch::verify::{self, Against, KernelSymbols, Verdict};
use crate::load::{self, MappedFile};
use crate::plan::{LinkPlan, VerifyPlan};

/// Carries out `fixscope livepatch link`.
///
/// # Errors
/// Those of reading the files and of [`link::link`].
pub fn link(plan: &LinkPlan) -> Result<Linked> {
    let file = MappedFile::open(&plan.module)?;
    let module = Module::read(&plan.module, file.bytes())?;
    let exported = exported(&plan.symvers)?;
    link::link(&module, link::Request { exported: exported.as_ref(), patched_by: &plan.patched_by })
}

/// Carries out `fixscope livepatch verify`.
///
/// # Errors
/// Those of reading the files and of [`verify::verify`].
pub fn verify(plan: &VerifyPlan) -> Result<Verdict> {
    let file = MappedFile::open(&plan.module)?;
    let module = Module::read(&plan.module, file.bytes())?;
    let unit = load::read(&plan.module, file.bytes())?;
    let mut kernel = KernelSymbols::default();
    for path in &plan.base {
        // Files of /proc have no size and cannot be mapped.
        kernel.add(path, &std::fs::read(path).map_err(|e| Error::io(path, e))?)?;
    }
    let files = plan.patched.iter().map(|path| MappedFile::open(path)).collect::<Result<Vec<_>>>()?;
    let patched =
        files.iter().map(|file| load::read(file.path(), file.bytes())).collect::<Result<Vec<_>>>()?;
    verify::verify(&module, &unit, Against { patched: &patched, kernel: &kernel })
}

/// The names of all the files; `None` where none is named.
fn exported(files: &[std::path::PathBuf]) -> Result<Option<Exported>> {
    let mut all: Option<Exported> = None;
    for path in files {
        let exported = Exported::read(path, &text(path)?)?;
        all.get_or_insert_default().extend(exported);
    }
    Ok(all)
}

fn text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    String::from_utf8(bytes).map_err(|_| Error::input(path, "not-text", "is no text in UTF-8"))
}
