//! The whole flow: from a plan to what is shown.

mod abi;
mod analyze;
mod calls;
mod detail;
mod diff;
mod evidence;
mod inspect;
mod lines;
mod livepatch;
mod skeleton;
mod undecoded;

use crate::compare::Comparison;
use crate::error::{Error, Result};
use crate::livepatch::skeleton::SkeletonInput;
use crate::report::model::{Report, ReportError};

pub use crate::inputs::progress::Progress;
pub use abi::{abi, unit_in};
pub use analyze::analyze;
pub use diff::diff;
pub use inspect::{callgraph, copy, info, show};
pub use livepatch::{link, verify};

/// What a request came to.
#[derive(Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// Lines for standard error that are no trouble, such as a unit that was compiled without line directives.
    pub warnings: Vec<String>,
    /// Trouble that belongs to no unit and makes the exit status 2.
    pub errors: Vec<ReportError>,
    /// What a livepatch skeleton is made of, when it was asked for.
    pub skeleton: Option<SkeletonInput>,
    /// What would be done, as lines for standard output, when nothing else was asked for.
    pub dry_run: Option<Vec<String>>,
}

/// The threads that a request works with.
fn pool(jobs: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.max(1))
        .build()
        .map_err(|e| Error::Request(format!("cannot start {jobs} threads: {e}; ask for fewer with -j")))
}

/// The demangled name of each entry that has one.
fn demangle(comparison: &Comparison) -> Vec<Option<String>> {
    comparison.entries.iter().map(|entry| crate::load::names::demangled(&entry.name)).collect()
}
