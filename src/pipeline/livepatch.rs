//! `fixscope livepatch`: from files to what is written.

use std::path::Path;

use crate::error::{Error, Result};
use crate::livepatch::link::{self, Exported, Linked};
use crate::livepatch::module::Module;
use crate::load::MappedFile;
use crate::plan::LinkPlan;

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
