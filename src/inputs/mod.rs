//! Finding and making the pairs of files to compare. Only this part starts processes.
//!
//! Flow: a [`FixSource`](crate::plan::FixSource) becomes a [`Fix`] (`fix`, `patch`, `git`), the fix and the user's
//! tree become a shadow tree (`shadow`), a build finds the units that read what the fix touches and compiles
//! them on both sides (`build` and the modules under it), and the outcome is [`BuiltUnits`].

pub mod build;
pub mod command;
pub mod compdb;
mod compile;
pub mod doctor;
pub mod fix;
mod git;
mod kbuild;
pub mod lines;
pub mod objects;
pub mod pager;
pub mod pairing;
pub mod patch;
pub mod progress;
pub mod recompile;
pub mod record;
pub mod runner;
pub mod shadow;
mod sides;
mod trees;

pub use command::CompileCommand;
pub use fix::{Fix, Hunk, TouchedFile};
pub use lines::{Directed, LineMap, NoDirectives};
pub use recompile::{Recompiled, Recompiler, Variant};

use std::path::PathBuf;

use crate::pair::Pair;
use crate::report::model::{Compiler, ReportError, Skipped};

/// What the build stage hands to the comparison.
#[derive(Debug, Default)]
pub struct BuiltUnits {
    /// One entry for each unit that reads a touched file, ordered by name.
    pub units: Vec<BuiltUnit>,
    /// Touched files that did not end as a unit.
    pub skipped: Vec<Skipped>,
    /// Trouble that belongs to no unit.
    pub errors: Vec<ReportError>,
    /// The compilers used.
    pub compilers: Vec<Compiler>,
    /// Compilations run, both sides together.
    pub compilations: u64,
    /// Whether any unit was compiled with `#line` directives.
    pub line_directives: bool,
    /// Lines for standard error, such as a unit that was compiled without directives.
    pub warnings: Vec<String>,
    /// Root of the shadow tree, as paths in debug information begin.
    pub shadow_root: PathBuf,
}

/// One translation unit, compiled on the sides it exists on.
#[derive(Debug)]
pub struct BuiltUnit {
    /// Path of the source relative to the tree; with ` (OUTPUT)` behind it when one source makes several units.
    pub name: String,
    /// Path of the source relative to the tree.
    pub source: PathBuf,
    /// The kernel's name of the module, or `vmlinux`, where it is known.
    pub module: Option<String>,
    /// The object files; one side is `None` for a new or removed source, or when its compilation failed.
    pub objects: Pair<Option<PathBuf>>,
    /// The assembly files, when they were asked for.
    pub assembly: Pair<Option<PathBuf>>,
    /// Preprocessed text was the same on both sides, so that nothing was compiled: all symbols are unchanged.
    pub same_text: bool,
    /// The unit was compiled with `#line` directives in the touched files it reads.
    pub line_directives: bool,
    /// Trouble with this unit.
    pub errors: Vec<ReportError>,
    /// What the compiler wrote of the functions it copied and removed on the original side, when it was asked for
    /// and the compiler is one that can.
    pub clones: Option<PathBuf>,
    /// What it wrote of the arguments and results it took away there.
    pub sra: Option<PathBuf>,
    /// Compiles the original side again, when that was asked for.
    pub again: Option<Recompiler>,
}
