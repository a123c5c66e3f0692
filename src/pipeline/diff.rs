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
    let units = pool.install(|| -> Result<Vec<(UnitResult, Vec<String>)>> {
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
    let (units, warnings): (Vec<_>, Vec<_>) = units.into_iter().unzip();
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
        warnings: warnings.concat(),
        errors: Vec::new(),
        skeleton: None,
        dry_run: None,
    })
}

/// Compares one pair of object files; warnings stand beside the result. What goes wrong stands in the result, so that
/// the others go on.
pub(super) fn compare_pair(pair: &ObjectPair, options: compare::Options) -> (UnitResult, Vec<String>) {
    let shown = |source: &Option<ObjectSource>| source.as_ref().map(|s| s.shown().display().to_string());
    let mut result = UnitResult {
        name: pair.name.clone(),
        objects: Pair::new(shown(&pair.objects.original), shown(&pair.objects.patched)),
        ..UnitResult::default()
    };
    let mut warnings = Vec::new();
    match compare_sources(&pair.objects, options) {
        Ok(Compared { comparison, arch, warnings: of_unit }) => {
            warnings = of_unit;
            let objects = Pair::default();
            let evidence = UnitEvidence { comparison: &comparison, objects, map: &|_| None };
            result.causes = impact::causes(evidence, None).entries;
            result.demangled = super::demangle(&comparison);
            result.comparison = Some(comparison);
            result.arch = arch;
        }
        Err(error) => result.errors.push(report_error(&error)),
    }
    (result, warnings)
}

/// What comparing one pair gave.
struct Compared {
    comparison: Comparison,
    arch: String,
    warnings: Vec<String>,
}

fn compare_sources(sources: &Pair<Option<ObjectSource>>, options: compare::Options) -> Result<Compared> {
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
    let warnings = [&units.original, &units.patched].into_iter().flatten().filter_map(few_symbols).collect();
    let (comparison, arch) = match (&units.original, &units.patched) {
        (Some(o), Some(p)) => (compare::compare(Pair::new(o, p), options)?, arch(p)),
        (Some(o), None) => (compare::one_sided(o, Side::Original)?, arch(o)),
        (None, Some(p)) => (compare::one_sided(p, Side::Patched)?, arch(p)),
        (None, None) => (Comparison::default(), String::new()),
    };
    Ok(Compared { comparison, arch, warnings })
}

/// What to know about a file whose functions are not all named.
fn few_symbols(unit: &Unit<'_>) -> Option<String> {
    unit.linked.as_ref().filter(|linked| linked.only_dynamic_symbols)?;
    Some(format!(
        "{}: has only the symbols for the dynamic linker; all functions that it does not export are compared          together, as the code without a name of their section",
        unit.path.display()
    ))
}

pub(super) fn report_error(error: &Error) -> ReportError {
    ReportError {
        code: error.code().to_owned(),
        message: error.to_string(),
        path: error.path().map(|p| p.display().to_string()),
    }
}
