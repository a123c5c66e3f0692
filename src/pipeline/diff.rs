//! `fixscope diff`: two files or folders.

use rayon::prelude::*;

use super::lines::{self, LineTexts, NoTexts};
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
                let mut unit = compare_pair(&pair, options, &NoTexts);
                if let Some(comparison) = &unit.comparison {
                    let objects = pair.objects.as_ref().map(Option::as_ref);
                    let evidence = UnitEvidence { comparison, objects, map: &|_| None };
                    unit.causes = impact::causes(evidence, None).entries;
                }
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
pub(super) fn compare_pair(
    pair: &ObjectPair,
    options: compare::Options,
    texts: &dyn LineTexts,
) -> UnitResult {
    let shown = |source: &Option<ObjectSource>| source.as_ref().map(|s| s.shown().display().to_string());
    let mut result = UnitResult {
        name: pair.name.clone(),
        objects: Pair::new(shown(&pair.objects.original), shown(&pair.objects.patched)),
        ..UnitResult::default()
    };
    match compare_sources(&pair.objects, options, texts) {
        Ok((comparison, arch)) => {
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
    texts: &dyn LineTexts,
) -> Result<(Comparison, String)> {
    let open = |source: &Option<ObjectSource>| source.as_ref().map(|s| MappedFile::open(&s.path)).transpose();
    let files = Pair::new(open(&sources.original)?, open(&sources.patched)?);
    let bytes = |side: Side| -> Result<Option<&[u8]>> {
        let (Some(source), Some(file)) = (sources.get(side), files.get(side)) else { return Ok(None) };
        source.bytes(file).map(Some)
    };
    let read = |side: Side| -> Result<Option<Unit<'_>>> {
        let (Some(source), Some(bytes)) = (sources.get(side), bytes(side)?) else { return Ok(None) };
        elf::read(&source.shown(), bytes).map(Some)
    };
    let units = Pair::new(read(Side::Original)?, read(Side::Patched)?);
    let arch = |unit: &Unit<'_>| {
        fixscope_arch::by_elf_machine(unit.machine, unit.is_64)
            .map_or_else(String::new, |a| a.name().to_owned())
    };
    match (&units.original, &units.patched) {
        (Some(o), Some(p)) => {
            let mut comparison = compare::compare(Pair::new(o, p), options)?;
            if let (Some(bytes_o), Some(bytes_p)) = (bytes(Side::Original)?, bytes(Side::Patched)?) {
                let objects = Pair::new((o.path.as_path(), bytes_o), (p.path.as_path(), bytes_p));
                lines::find(&mut comparison, objects, texts);
            }
            Ok((comparison, arch(p)))
        }
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
