//! Choosing how a tree is built, and building it.

use super::progress::Progress;
use super::{BuiltUnits, Fix};
use crate::error::{Error, Result};
use crate::plan::{AnalyzePlan, BuildKind};

/// What building came to.
#[derive(Debug)]
pub enum Built {
    /// Only planned.
    Planned(Vec<String>),
    /// Built.
    Units(BuiltUnits),
}

/// Builds.
pub fn build(plan: &AnalyzePlan, fix: &Fix, progress: &dyn Progress) -> Result<Built> {
    let work = super::shadow::WorkDir::open(&plan.work_dir, &plan.tree)?;
    match plan.build.kind {
        BuildKind::Kbuild => Err(Error::Request("later".into())),
        BuildKind::Compdb => Err(Error::Request("later".into())),
        BuildKind::Auto | BuildKind::Make => {
            Ok(Built::Units(super::record::driver::make(plan, fix, &work, progress)?))
        }
    }
}
