//! The whole flow: from a plan to what is shown.

use std::collections::BTreeMap;

use crate::compare::Listing;
use crate::error::{Error, Result};
use crate::livepatch::skeleton::SkeletonInput;
use crate::plan::{AnalyzePlan, DiffPlan};
use crate::report::model::{Report, ReportError};

/// Where long work tells how far it is. Calls come from several threads.
pub trait Progress: Sync {
    /// A stage begins: what it does, and of how many steps it consists, where that is known.
    fn stage(&self, text: &str, total: Option<u64>);
    /// One step of the stage is done.
    fn advance(&self);
}

/// What a request came to.
#[derive(Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// Instructions of changed functions by the id of their entry, where they were asked for.
    pub listings: BTreeMap<String, Listing>,
    /// Lines for standard error that are no trouble, such as a unit that was compiled without line directives.
    pub warnings: Vec<String>,
    /// Trouble that belongs to no unit and makes the exit status 2.
    pub errors: Vec<ReportError>,
    /// What a livepatch skeleton is made of, when it was asked for.
    pub skeleton: Option<SkeletonInput>,
    /// What would be done, as lines for standard output, when nothing else was asked for.
    pub dry_run: Option<Vec<String>>,
}

/// Carries out `fixscope analyze`.
///
/// # Errors
/// When the request as a whole cannot be carried out; trouble with single units is part of the outcome.
pub fn analyze(_plan: &AnalyzePlan, _progress: &dyn Progress) -> Result<Outcome> {
    Err(Error::Request("the stages are not connected yet".to_owned()))
}

/// Carries out `fixscope diff`.
///
/// # Errors
/// When the request as a whole cannot be carried out; trouble with single units is part of the outcome.
pub fn diff(_plan: &DiffPlan, _progress: &dyn Progress) -> Result<Outcome> {
    Err(Error::Request("the stages are not connected yet".to_owned()))
}
