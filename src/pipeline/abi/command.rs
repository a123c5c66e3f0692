//! `fixscope abi`: what callers rely on in object files, or in units of a tree.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use super::{Asked, Looked, look};
use crate::compare;
use crate::error::{Error, Result};
use crate::inputs::pairing::{ObjectPair, ObjectSource};
use crate::inputs::progress::Progress;
use crate::inputs::{BuiltUnit, Recompiler, build, fix, objects};
use crate::load::names;
use crate::pair::Pair;
use crate::pipeline::diff::{Reading, compare_pair, report_error};
use crate::pipeline::lines::NoTexts;
use crate::pipeline::{Outcome, pool};
use crate::plan::{AbiPlan, AbiRequest, AnalyzePlan, FileSymbol, Prove};
use crate::report::model::{Cost, Kind, Report, ReportError, Request};
use crate::report::{ReportInput, UnitResult, build_report};

/// Carries out `fixscope abi`.
///
/// # Errors
/// When the request as a whole cannot be carried out, as when no unit has a function that was named.
pub fn abi(request: &AbiRequest, progress: &dyn Progress) -> Result<Outcome> {
    match request {
        AbiRequest::Files { files, jobs } => of_files(files, *jobs, progress),
        AbiRequest::Units { plan, functions } => of_units(plan, functions, progress),
    }
}

/// What is looked at without a compiler.
const AS_IT_IS: AbiPlan = AbiPlan { closure: false, prove: Prove::Off, limit: 0 };

fn of_files(files: &[FileSymbol], jobs: usize, progress: &dyn Progress) -> Result<Outcome> {
    progress.stage("Looking at what callers rely on", Some(files.len() as u64));
    let units: Vec<Vec<UnitResult>> = pool(jobs)?.install(|| {
        files
            .par_iter()
            .map(|file| {
                let named: Vec<String> = file.symbol.iter().cloned().collect();
                let asked = Asked::new(AS_IT_IS, &[], &named);
                let found = match objects::sources(&file.path) {
                    Ok(sources) => sources.iter().map(|source| object(source, &asked)).collect(),
                    Err(e) => vec![failed(file.path.display().to_string(), &e)],
                };
                progress.advance();
                found
            })
            .collect()
    });
    let original = files.iter().map(|f| f.path.display().to_string()).collect::<Vec<_>>().join(" ");
    let mut reported = Vec::new();
    for (file, units) in files.iter().zip(units) {
        let names: Vec<String> = file.symbol.iter().cloned().collect();
        let mut report = report(&original, units, None);
        keep(&mut report, &names, &file.path)?;
        reported.push(report);
    }
    Ok(outcome(merged(reported, original), Vec::new(), Vec::new()))
}

fn object(source: &ObjectSource, asked: &Asked<'_>) -> UnitResult {
    let name = source.shown().display().to_string();
    let mut result = compared(&name, source);
    if let Some(comparison) = &result.comparison {
        let mut looked = Looked {
            original: source,
            source: None,
            clones: None,
            sra: None,
            again: None,
            is_kernel: true,
            comparison,
            causes: &mut result.causes,
        };
        match look(&mut looked, asked) {
            Ok(abi) => result.abi = Some(abi),
            Err(e) => result.errors.push(report_error(&e)),
        }
    }
    result.objects = Pair::new(Some(name), None);
    result
}

/// An object file's functions and data objects, as entries: it is compared with itself.
fn compared(name: &str, source: &ObjectSource) -> UnitResult {
    let objects = Pair::new(Some(source.clone()), Some(source.clone()));
    let options = compare::Options { all: true, show: false };
    let pair = ObjectPair { name: name.to_owned(), objects };
    compare_pair(&pair, Reading { options, syntax: None }, &NoTexts)
}

fn failed(name: String, error: &Error) -> UnitResult {
    UnitResult { name, errors: vec![report_error(error)], ..UnitResult::default() }
}

fn of_units(plan: &AnalyzePlan, functions: &[String], progress: &dyn Progress) -> Result<Outcome> {
    let started = Instant::now();
    let root = build::source_root(plan);
    let fix = fix::resolve(&root, &plan.fix)?;
    let built = build::build(plan, &fix, progress)?;
    let roots = vec![built.shadow_root.clone(), root];
    let asked = Asked::new(plan.abi.unwrap_or(AS_IT_IS), &roots, functions);
    progress.stage("Looking at what callers rely on", Some(built.units.len() as u64));
    let units: Vec<UnitResult> = pool(plan.jobs)?.install(|| {
        built
            .units
            .par_iter()
            .map(|unit| {
                let result = built_unit(unit, &asked);
                progress.advance();
                result
            })
            .collect()
    });
    let again = built.units.iter().find_map(|unit| unit.again.as_ref()).map_or(0, Recompiler::compilations);
    let cost = Cost { compilations: built.compilations + again, seconds: started.elapsed().as_secs_f64() };
    let original = plan.tree.display().to_string();
    let mut report = report(&original, units, Some(cost));
    report.request.compilers = built.compilers;
    report.skipped = built.skipped;
    keep(&mut report, functions, &plan.tree)?;
    Ok(outcome(report, built.warnings, built.errors))
}

fn built_unit(unit: &BuiltUnit, asked: &Asked<'_>) -> UnitResult {
    let mut result = UnitResult::default();
    if let Some(object) = &unit.objects.original {
        let source = ObjectSource::file(object.clone());
        result = compared(&unit.name, &source);
        if let Some(comparison) = &result.comparison {
            let mut looked = Looked {
                original: &source,
                source: Some(&unit.source),
                clones: unit.clones.as_deref(),
                sra: unit.sra.as_deref(),
                again: unit.again.as_ref(),
                is_kernel: unit.module.is_some(),
                comparison,
                causes: &mut result.causes,
            };
            match look(&mut looked, asked) {
                Ok(abi) => result.abi = Some(abi),
                Err(e) => result.errors.push(report_error(&e)),
            }
        }
    }
    result.name.clone_from(&unit.name);
    result.module.clone_from(&unit.module);
    result.objects = Pair::default();
    result.errors.extend(unit.errors.iter().cloned());
    result
}

fn report(original: &str, units: Vec<UnitResult>, cost: Option<Cost>) -> Report {
    let request = Request {
        original: original.to_owned(),
        patched: String::new(),
        compilers: Vec::new(),
        line_directives: false,
    };
    build_report(ReportInput {
        request,
        units,
        skipped: Vec::new(),
        cost,
        fix: None,
        all: true,
        sources: false,
    })
}

/// Leaves the functions, or those that were named, and what the compiler made of them.
fn keep(report: &mut Report, functions: &[String], place: &Path) -> Result<()> {
    for unit in &mut report.units {
        unit.symbols.retain(|s| s.kind == Kind::Function && s.cold_of.is_none());
    }
    let is_there = |name: &String| {
        let of_source =
            |s: &crate::report::model::SymbolReport| s.name == *name || names::stem(&s.name) == name;
        let held = |s: &crate::report::model::SymbolReport| {
            s.abi.iter().flatten().any(|entry| entry.other.name == *name)
        };
        report.units.iter().flat_map(|u| &u.symbols).any(|s| of_source(s) || held(s))
    };
    let failed = report.units.iter().any(|u| !u.errors.is_empty());
    if let Some(unknown) = functions.iter().find(|name| !is_there(name) && !failed) {
        return Err(Error::input(
            place,
            "no-symbol",
            format!("has no function {unknown}; `fixscope info` lists what an object file has"),
        ));
    }
    if !functions.is_empty() {
        for unit in &mut report.units {
            unit.symbols.retain_mut(|s| {
                if functions.iter().any(|name| s.name == *name || names::stem(&s.name) == name) {
                    return true;
                }
                // A function of which no code is left stands in the lists of those who hold it.
                if let Some(list) = &mut s.abi {
                    list.retain(|entry| entry.other.id.is_none() && functions.contains(&entry.other.name));
                    return !list.is_empty();
                }
                false
            });
        }
    }
    report.summary.unchanged = report.units.iter().map(|u| u.symbols.len() as u64).sum();
    Ok(())
}

/// One report of several.
fn merged(reports: Vec<Report>, original: String) -> Report {
    let mut all = report(&original, Vec::new(), None);
    for one in reports {
        all.summary.units += one.summary.units;
        all.summary.units_failed += one.summary.units_failed;
        all.summary.unchanged += one.summary.unchanged;
        all.units.extend(one.units);
    }
    all.units.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn outcome(report: Report, warnings: Vec<String>, errors: Vec<ReportError>) -> Outcome {
    Outcome { report, warnings, errors, skeleton: None, dry_run: None }
}

/// The sources that were named, relative to the tree.
///
/// # Errors
/// When one is not there.
pub fn unit_in(tree: &Path, typed: &Path) -> Result<PathBuf> {
    let path = tree.join(typed);
    let found = path.canonicalize().map_err(|e| Error::io(&path, e))?;
    found.strip_prefix(tree).map(Path::to_path_buf).map_err(|_| {
        Error::Request(format!(
            "{}: lies outside of {}; name a source of the tree",
            typed.display(),
            tree.display()
        ))
    })
}
