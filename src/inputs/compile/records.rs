//! What is kept of the original side for those who ask what callers rely on.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::{Run, UnitPlan, with_ending};
use crate::inputs::command::{CompileCommand, Language};
use crate::inputs::recompile::{Asked, Recompiler, record_options};
use crate::pair::Side;
use crate::plan::Prove;

/// What all that is compiled again shares.
#[derive(Default)]
pub(super) struct Again {
    pub(super) asked: Asked,
    pub(super) compilations: Arc<AtomicU64>,
}

/// Files that are kept of the original side, for those who ask what callers rely on.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// What the compiler writes of the functions it copies and removes.
    pub(super) clones: Option<PathBuf>,
    /// What it writes of the arguments and results it takes away.
    pub(super) sra: Option<PathBuf>,
    /// The preprocessed text.
    pub(super) text: Option<PathBuf>,
}

impl Records {
    /// The options that make the compiler write them.
    pub(super) fn options(&self) -> Vec<OsString> {
        self.clones.as_deref().map(|clones| record_options(clones, self.sra.as_deref())).unwrap_or_default()
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.clones.iter().chain(&self.sra).chain(&self.text)
    }
}

impl Run<'_> {
    /// What is kept of the original side beside its object file. Only GCC writes what it copied.
    pub(super) fn records(
        &self,
        side: Side,
        command: &CompileCommand,
        version: &str,
        stem: &Path,
    ) -> Records {
        let is_compiled = matches!(command.language(), Language::C | Language::Cxx);
        let Some(abi) = self.stage.abi.filter(|_| is_compiled && side == Side::Original) else {
            return Records::default();
        };
        let is_gcc = !version.contains("clang");
        Records {
            clones: is_gcc.then(|| with_ending(stem, "clones")),
            sra: is_gcc.then(|| with_ending(stem, "sra")),
            text: (abi.prove != Prove::Off).then(|| with_ending(stem, "text.i")),
        }
    }

    /// What compiles a unit's original side again, from its preprocessed text.
    pub(super) fn recompiler(
        &self,
        unit: &UnitPlan,
        text: &Path,
        writes_records: bool,
    ) -> Option<Recompiler> {
        let recorded = unit.commands.original.as_ref()?;
        if matches!(recorded.language(), Language::Assembly | Language::AssemblyWithCpp) {
            return None;
        }
        let identity = self.compilers.identity(self.stage.runner, recorded).ok()?;
        Some(Recompiler {
            runner: self.stage.runner.clone(),
            command: self.visible(recorded),
            extra: self.extra(unit, recorded),
            text: text.to_path_buf(),
            folder: self.stage.work.path().join("again"),
            writes_records,
            version: identity.version,
            identity: identity.hash,
            asked: self.again.asked.clone(),
            compilations: self.again.compilations.clone(),
        })
    }
}
