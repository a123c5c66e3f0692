//! `fixscope diff`: two files or folders.

use rayon::prelude::*;

use super::{Outcome, Progress};
use crate::compare::{self, Comparison};
use crate::error::{Error, Result};
use crate::impact::{self, UnitEvidence};
use crate::inputs::pairing::{self, ObjectPair, ObjectSource};
use crate::load::{MappedFile, Unit, elf};
use crate::pair::{Pair, Side};
use crate::plan::DiffPlan;
use crate::report::model::{ReportError, Request};
use crate::report::{ReportInput, UnitResult, build_report};

/// Carries out `fixscope diff`.
///
/// # Errors
/// When the two sides cannot be paired at all; trouble with single files is part of the outcome.
pub fn diff(plan: &DiffPlan, progress: &dyn Progress) -> Result<Outcome> {
    let pool = super::pool(plan.jobs)?;
    let options = compare::Options { all: plan.all, show: plan.show };
    let units = pool.install(|| -> Result<Vec<UnitResult>> {
        let pairs = pairing::pair(plan.sides.as_ref().map(std::path::PathBuf::as_path))?;
        progress.stage("Comparing", Some(pairs.len() as u64));
        Ok(pairs
            .into_par_iter()
            .map(|pair| {
                let unit = compare_pair(&pair, options);
                progress.advance();
                unit
            })
            .collect())
    })?;
    let request = Request {
        original: plan.sides.original.display().to_string(),
        patched: plan.sides.patched.display().to_string(),
        compilers: Vec::new(),
        line_directives: false,
    };
    let built = build_report(ReportInput { request, units, skipped: Vec::new(), cost: None, all: plan.all });
    Ok(Outcome {
        report: built.report,
        listings: built.listings,
        warnings: Vec::new(),
        errors: Vec::new(),
        skeleton: None,
        dry_run: None,
    })
}

/// Compares one pair of object files. What goes wrong stands in the result, so that the others go on.
pub(super) fn compare_pair(pair: &ObjectPair, options: compare::Options) -> UnitResult {
    let shown = |source: &Option<ObjectSource>| source.as_ref().map(|s| s.shown().display().to_string());
    let mut result = UnitResult {
        name: pair.name.clone(),
        objects: Pair::new(shown(&pair.objects.original), shown(&pair.objects.patched)),
        ..UnitResult::default()
    };
    match compare_sources(&pair.objects, options) {
        Ok((comparison, arch)) => {
            let objects = Pair::default();
            let evidence = UnitEvidence { comparison: &comparison, objects, map: &|_| None };
            result.causes = impact::causes(evidence, None).entries;
            result.demangled = super::demangle(&comparison);
            result.comparison = Some(comparison);
            result.arch = arch;
        }
        Err(error) => result.errors.push(report_error(&error)),
    }
    result
}

fn compare_sources(
    sources: &Pair<Option<ObjectSource>>,
    options: compare::Options,
) -> Result<(Comparison, String)> {
    let open = |source: &Option<ObjectSource>| source.as_ref().map(|s| MappedFile::open(&s.path)).transpose();
    let files = Pair::new(open(&sources.original)?, open(&sources.patched)?);
    let read = |side: Side| -> Result<Option<Unit<'_>>> {
        let (Some(source), Some(file)) = (sources.get(side), files.get(side)) else { return Ok(None) };
        elf::read(&source.shown(), source.bytes(file)?).map(Some)
    };
    let (original, patched) = rayon::join(|| read(Side::Original), || read(Side::Patched));
    let units = Pair::new(original?, patched?);
    let arch = |unit: &Unit<'_>| {
        fixscope_arch::by_elf_machine(unit.machine, unit.is_64)
            .map_or_else(String::new, |a| a.name().to_owned())
    };
    match (&units.original, &units.patched) {
        (Some(o), Some(p)) => Ok((compare::compare(Pair::new(o, p), options)?, arch(p))),
        (Some(o), None) => Ok((compare::one_sided(o, Side::Original)?, arch(o))),
        (None, Some(p)) => Ok((compare::one_sided(p, Side::Patched)?, arch(p))),
        (None, None) => Ok((Comparison::default(), String::new())),
    }
}

pub(super) fn report_error(error: &Error) -> ReportError {
    ReportError {
        code: error.code().to_owned(),
        message: error.to_string(),
        path: error.path().map(|p| p.display().to_string()),
    }
}
