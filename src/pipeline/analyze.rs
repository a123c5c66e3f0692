//! `fixscope analyze`: a tree and a fix.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::abi::{Asked, Looked};
use super::calls::NamedGraph;
use super::diff::{Reading, compare_pair, report_error};
use super::lines::LineTexts;
use super::{Outcome, calls, detail, skeleton};
use crate::compare::{self, Comparison, Status};
use crate::error::Result;
use crate::impact::{self, FixEvidence, Location, TreeSources, UnitEvidence};
use crate::inputs::pairing::{ObjectPair, ObjectSource};
use crate::inputs::progress::Progress;
use crate::inputs::{BuiltUnit, BuiltUnits, Fix, LineMap, Recompiler, build, fix, lines};
use crate::livepatch::skeleton::{SkeletonFunction, SkeletonInput};
use crate::pair::{Pair, Side};
use crate::plan::{AnalyzePlan, FixSource};
use crate::report::model::{Cost, Request, SkipReason, Skipped};
use crate::report::{ReportInput, UnitResult, build_report};

/// Carries out `fixscope analyze`.
///
/// # Errors
/// When the request as a whole cannot be carried out; trouble with single units is part of the outcome.
pub fn analyze(plan: &AnalyzePlan, progress: &dyn Progress) -> Result<Outcome> {
    let started = Instant::now();
    progress.stage("Reading the fix", None);
    let root = build::source_root(plan);
    let fix = fix::resolve(&root, &plan.fix)?;
    if plan.dry_run {
        let lines = planned(&build::dry_run(plan, &fix, progress)?);
        return Ok(Outcome { dry_run: Some(lines), ..empty(plan) });
    }
    let built = build::build(plan, &fix, progress)?;
    let mut outcome = compare_units(plan, &root, &fix, built, progress)?;
    if let Some(cost) = &mut outcome.report.cost {
        cost.seconds = started.elapsed().as_secs_f64();
    }
    Ok(outcome)
}

/// Compares what was built and tells why each thing changed.
fn compare_units(
    plan: &AnalyzePlan,
    root: &Path,
    fix: &Fix,
    built: BuiltUnits,
    progress: &dyn Progress,
) -> Result<Outcome> {
    let sources = TreeSources { root: root.to_path_buf() };
    let roots = vec![built.shadow_root.clone(), root.to_path_buf()];
    let evidence = FixEvidence::new(fix, roots.clone(), &sources);
    let maps = line_maps(fix);
    let abi = plan.abi.map(|asked| Asked::new(asked, &roots, &[]));
    let material =
        Material { plan, root, fix, evidence: &evidence, roots: &roots, maps: &maps, abi: abi.as_ref() };
    progress.stage("Comparing", Some(built.units.len() as u64));
    let found: Vec<Found> = super::pool(plan.jobs)?.install(|| {
        built
            .units
            .par_iter()
            .map(|unit| {
                let found = material.unit(unit);
                progress.advance();
                found
            })
            .collect()
    });
    let mut outcome = empty(plan);
    outcome.warnings = fix.notes.clone();
    outcome.warnings.extend(built.warnings);
    outcome.errors = built.errors;
    let mut units = Vec::with_capacity(found.len());
    let mut skeleton = SkeletonInput { subject: fix.subject.clone(), ..SkeletonInput::default() };
    let mut graphs = Vec::new();
    for unit in found {
        graphs.extend(unit.graph);
        outcome.warnings.extend(unit.warnings);
        skeleton.functions.extend(unit.functions);
        skeleton.incomplete |= !unit.result.errors.is_empty();
        units.push(unit.result);
    }
    let mut skipped = built.skipped;
    skipped.extend(
        fix.unsupported
            .iter()
            .map(|u| Skipped { path: u.path.display().to_string(), reason: SkipReason::Unsupported }),
    );
    let request = Request {
        compilers: built.compilers,
        line_directives: built.line_directives,
        ..outcome.report.request
    };
    let again = built.units.iter().find_map(|unit| unit.again.as_ref()).map_or(0, Recompiler::compilations);
    let cost = Some(Cost { compilations: built.compilations + again, seconds: 0.0 });
    outcome.report = build_report(ReportInput {
        request,
        units,
        skipped,
        cost,
        fix: plan.detail.then(|| detail::fix_files(fix)),
        all: plan.all,
        sources: plan.detail,
    });
    if plan.detail {
        calls::add(&mut outcome.report, graphs);
    }
    outcome.skeleton = plan.skeleton.then_some(skeleton);
    Ok(outcome)
}

/// A plan as lines to read.
fn planned(dry: &build::DryRun) -> Vec<String> {
    let mut lines: Vec<String> = dry.calls.iter().map(|call| format!("first: {call}")).collect();
    for unit in &dry.units {
        lines.push(unit.name.clone());
        // Both sides are compiled by the same command unless the fix changes how the unit is built.
        let (original, patched) = (&unit.commands.original, &unit.commands.patched);
        let same = original == patched;
        let sides =
            if same { vec![("both", patched)] } else { vec![("original", original), ("patched", patched)] };
        lines.extend(sides.into_iter().filter_map(|(side, c)| Some(format!("  {side}: {}", c.as_ref()?))));
    }
    lines.extend(dry.notes.iter().map(|note| format!("note: {note}")));
    let (units, compilations) = (dry.units.len(), dry.compilations);
    lines.push(format!("{units} units, at most {compilations} compilations"));
    lines
}

/// An outcome that says nothing but what was asked.
fn empty(plan: &AnalyzePlan) -> Outcome {
    let patched = match &plan.fix {
        FixSource::Patches { patches, .. } => {
            patches.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(" ")
        }
        FixSource::Nothing(_) => String::new(),
        FixSource::PatchedDir(dir) => dir.display().to_string(),
        FixSource::Revisions { original: Some(original), patched, .. } => format!("{original}..{patched}"),
        FixSource::Revisions { original: None, patched, .. } => patched.clone(),
    };
    let request = Request {
        original: plan.tree.display().to_string(),
        patched,
        compilers: Vec::new(),
        line_directives: false,
    };
    let report = build_report(ReportInput {
        request,
        units: Vec::new(),
        skipped: Vec::new(),
        cost: None,
        fix: None,
        all: false,
        sources: false,
    });
    Outcome { report, warnings: Vec::new(), errors: Vec::new(), skeleton: None, dry_run: None }
}

/// How each touched file was numbered where a unit was compiled with line directives. Making them again gives the
/// same, since they follow from the two texts alone.
fn line_maps(fix: &Fix) -> FxHashMap<PathBuf, LineMap> {
    fix.files
        .iter()
        .filter_map(|file| Some((file.patched_path.clone()?, lines::with_directives(file, None).ok()?.map)))
        .collect()
}

/// What all units need.
struct Material<'a> {
    plan: &'a AnalyzePlan,
    root: &'a Path,
    fix: &'a Fix,
    evidence: &'a FixEvidence<'a>,
    roots: &'a [PathBuf],
    maps: &'a FxHashMap<PathBuf, LineMap>,
    abi: Option<&'a Asked<'a>>,
}

/// What one unit gave.
struct Found {
    result: UnitResult,
    warnings: Vec<String>,
    functions: Vec<SkeletonFunction>,
    graph: Option<NamedGraph>,
}

impl Material<'_> {
    fn unit(&self, unit: &BuiltUnit) -> Found {
        let mut found =
            Found { result: self.compare(unit), warnings: Vec::new(), functions: Vec::new(), graph: None };
        let Some(comparison) = &found.result.comparison else { return found };
        let map = |path: &Path| if unit.line_directives { self.maps.get(path) } else { None };
        let sources = unit.objects.as_ref().map(|o| o.clone().map(ObjectSource::file));
        let causes = impact::causes(
            UnitEvidence { comparison, objects: sources.as_ref().map(Option::as_ref), map: &map },
            Some(self.evidence),
        );
        let objects = unit.objects.as_ref().map(|o| o.as_deref());
        found.warnings = causes.warnings;
        found.result.causes = causes.entries;
        if self.plan.detail {
            let disk = |side, at: &Location| match (side, map(&at.file)) {
                (Side::Patched, Some(map)) => map.to_disk(at.line),
                _ => Some(at.line),
            };
            let objects = sources.as_ref().map(Option::as_ref);
            found.result.lines = detail::lines(comparison, objects, self.roots, &disk);
            found.graph = calls::of_unit(&unit.name, &sources, None);
        }
        found.result.sources = causes.sources;
        if let (Some(asked), Some(original)) = (self.abi, &sources.original) {
            let mut looked = Looked {
                original,
                source: Some(&unit.source),
                clones: unit.clones.as_deref(),
                sra: unit.sra.as_deref(),
                again: unit.again.as_ref(),
                is_kernel: unit.module.is_some(),
                comparison,
                causes: &mut found.result.causes,
            };
            match super::abi::look(&mut looked, asked) {
                Ok(abi) => found.result.abi = Some(abi),
                Err(e) => found.result.errors.push(report_error(&e)),
            }
        }
        if self.plan.skeleton && changes(comparison) {
            let unit = skeleton::UnitMaterial {
                name: &unit.name,
                module: unit.module.as_deref(),
                objects,
                comparison,
                map: &map,
            };
            let tree = skeleton::TreeMaterial { tree: self.root, fix: self.fix, roots: self.roots };
            match skeleton::functions(&unit, &tree) {
                Ok(functions) => found.functions = functions,
                Err(e) => {
                    found.warnings.push(format!("{e}; the skeleton lacks the functions of {}", unit.name));
                }
            }
        }
        found
    }

    fn compare(&self, unit: &BuiltUnit) -> UnitResult {
        let kept = |path: &PathBuf| self.plan.keep.then(|| path.display().to_string());
        let mut result = if unit.same_text || !unit.objects.any() {
            UnitResult::default()
        } else if unit.errors.is_empty() {
            let objects = unit.objects.as_ref().map(|o| o.clone().map(ObjectSource::file));
            let options = compare::Options { all: self.plan.all || self.abi.is_some(), show: self.plan.show };
            let reading = Reading { options, syntax: None };
            let texts = Texts { material: self, line_directives: unit.line_directives };
            compare_pair(&ObjectPair { name: unit.name.clone(), objects }, reading, &texts)
        } else {
            // One side that failed to compile would make every symbol of the other one new or removed.
            UnitResult::default()
        };
        result.name = unit.name.clone();
        result.module = unit.module.clone();
        // The objects lie in the work folder and are gone or written anew by the next run, unless they are kept.
        result.objects = unit.objects.as_ref().map(|o| o.as_ref().and_then(kept));
        result.errors.extend(unit.errors.iter().cloned());
        result
    }
}

/// The sources of one unit as the fix has them.
struct Texts<'a> {
    material: &'a Material<'a>,
    line_directives: bool,
}

impl LineTexts for Texts<'_> {
    fn roots(&self) -> &[PathBuf] {
        self.material.roots
    }

    fn same_text(&self, lines: Pair<(&Path, u32)>) -> bool {
        let (path, seen) = lines.patched;
        let map = self.material.maps.get(path).filter(|_| self.line_directives);
        let disk = map.map_or(Some(seen), |map| map.to_disk(seen));
        disk.is_some_and(|line| self.material.evidence.same_line(Pair::new(lines.original, (path, line))))
    }
}

fn changes(comparison: &Comparison) -> bool {
    comparison.entries.iter().any(|e| matches!(e.status, Status::Changed | Status::New))
}
