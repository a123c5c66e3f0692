//! `fixscope diff`: two files or folders.

use fixscope_arch::Syntax;
use rayon::prelude::*;

use super::lines::{self, LineTexts, NoTexts};
use super::{Outcome, Progress, calls, detail, evidence, undecoded};
use crate::compare::{self, Comparison, Status};
use crate::error::{Error, Result};
use crate::impact::{self, UnitEvidence};
use crate::inputs::pairing::{self, ObjectPair, ObjectSource};
use crate::load::{self, MappedFile, Unit};
use crate::pair::{Pair, Side};
use crate::plan::{DiffPlan, FileSymbol};
use crate::report::model::{ReportError, Request};
use crate::report::{ReportInput, UnitResult, build_report};

/// Carries out `fixscope diff`.
///
/// # Errors
/// When the two sides cannot be paired at all; trouble with single files is part of the outcome.
pub fn diff(plan: &DiffPlan, progress: &dyn Progress) -> Result<Outcome> {
    let pool = super::pool(plan.jobs)?;
    let options = compare::Options { all: plan.all, show: plan.show };
    let (mut units, graphs) = pool.install(|| -> Result<_> {
        let pairs = pairing::pair(plan.sides.as_ref().map(|side| side.path.as_path()))?;
        progress.stage("Comparing", Some(pairs.len() as u64));
        let symbols = plan.sides.as_ref().map(|side| side.symbol.as_deref());
        let alone = pairs.len() == 1;
        let compare_one = |pair: ObjectPair| {
            let mut unit = match symbols.any() {
                true => compare_symbols(&pair, symbols, Reading { options, syntax: plan.syntax }, alone),
                false => Ok(compare_pair(&pair, Reading { options, syntax: plan.syntax }, &NoTexts)),
            };
            let mut graph = None;
            if let Ok(unit) = &mut unit
                && let Some(comparison) = &unit.comparison
            {
                let objects = evidence::readable(&pair);
                let known = UnitEvidence { comparison, objects, map: &|_| None };
                unit.causes = impact::causes(known, None).entries;
                if plan.detail {
                    unit.lines = detail::lines(comparison, objects, &[], &|_, at| Some(at.line));
                    graph = calls::of_unit(&pair.name, &pair.objects, plan.syntax);
                }
            }
            progress.advance();
            (unit, graph)
        };
        let found: Vec<_> = pairs.into_par_iter().map(compare_one).collect();
        let (units, graphs): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        Ok((with_symbol(plan, units)?, graphs.into_iter().flatten().collect::<Vec<_>>()))
    })?;
    let warnings = units.iter_mut().flat_map(|unit| std::mem::take(&mut unit.warnings)).collect();
    let named = |side: &FileSymbol| match &side.symbol {
        Some(symbol) => format!("{}:{symbol}", side.path.display()),
        None => side.path.display().to_string(),
    };
    let request = Request {
        original: named(&plan.sides.original),
        patched: named(&plan.sides.patched),
        compilers: Vec::new(),
        line_directives: false,
    };
    let mut report = build_report(ReportInput {
        request,
        units,
        skipped: Vec::new(),
        cost: None,
        fix: None,
        all: plan.all,
        sources: false,
    });
    if plan.detail {
        calls::add(&mut report, graphs);
    }
    Ok(Outcome { report, warnings, errors: Vec::new(), skeleton: None, dry_run: None })
}

/// The units that have the symbol that was asked for, if one was.
fn with_symbol(plan: &DiffPlan, found: Vec<Result<UnitResult, Absent>>) -> Result<Vec<UnitResult>> {
    let (count, mut units, mut absent) = (found.len(), Vec::new(), None);
    for unit in found {
        match unit {
            Ok(unit) => units.push(unit),
            Err(Absent(error)) => absent = Some(error),
        }
    }
    match (units.is_empty(), absent) {
        (true, Some(error)) if count == 1 => Err(error),
        (true, Some(_)) => {
            let side = match plan.sides.original.symbol {
                Some(_) => &plan.sides.original,
                None => &plan.sides.patched,
            };
            let symbol = side.symbol.as_deref().unwrap_or_default();
            let what = format!("no object file in it has a function or data object `{symbol}`");
            Err(Error::input(&side.path, "symbol", what))
        }
        _ => Ok(units),
    }
}

/// How a pair of files is read and compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub options: compare::Options,
    /// How assembly files are written; `None` where their text tells it.
    pub syntax: Option<&'static Syntax>,
}

/// Compares one pair of object files. What goes wrong stands in the result, so that the others go on.
pub(super) fn compare_pair(
    pair: &ObjectPair,
    Reading { options, syntax }: Reading,
    texts: &dyn LineTexts,
) -> UnitResult {
    let compared = with_units(&pair.objects, syntax, |units| {
        let comparison = match (units.original, units.patched) {
            (Some(o), Some(p)) => compare::compare(Pair::new(o, p), options),
            (Some(o), None) => compare::one_sided(o, Side::Original),
            (None, Some(p)) => compare::one_sided(p, Side::Patched),
            (None, None) => Ok(Comparison::default()),
        }?;
        // Said once for both sides, and only where it matters: it costs decoding.
        let differs = comparison.entries.iter().any(|e| e.status == Status::Changed);
        let told = units.patched.filter(|_| differs).and_then(undecoded::told);
        Ok((comparison, told))
    });
    let compared = compared.map(|((comparison, told), mut about)| {
        about.warnings.extend(told);
        (comparison, about)
    });
    result(pair, compared, texts)
}

/// A symbol that a pair of object files has on neither side.
struct Absent(Error);

/// Compares one symbol of a pair of object files. When no other pair can have it, a name that does not say which
/// symbol is meant is as good as none.
fn compare_symbols(
    pair: &ObjectPair,
    symbols: Pair<Option<&str>>,
    Reading { options, syntax }: Reading,
    alone: bool,
) -> Result<UnitResult, Absent> {
    let compared = with_units(&pair.objects, syntax, |units| {
        let empty = units.original.or(units.patched).map(Unit::emptied);
        let (Some(o), Some(p)) = (units.original.or(empty.as_ref()), units.patched.or(empty.as_ref())) else {
            return Ok(Ok(Comparison::default()));
        };
        if let Some(comparison) = compare::compare_symbols(Pair::new(o, p), symbols, options)? {
            return Ok(Ok(comparison));
        }
        let unknown = match (symbols.original, symbols.patched) {
            (Some(name), _) if units.original.is_some() => compare::unknown_symbol(o, name),
            (_, Some(name)) => compare::unknown_symbol(p, name),
            (name, _) => compare::unknown_symbol(p, name.unwrap_or_default()),
        };
        Ok(Err(unknown))
    });
    match compared {
        Ok((Err(unknown), _)) => Err(Absent(unknown)),
        Ok((Ok(comparison), about)) => Ok(result(pair, Ok((comparison, about)), &NoTexts)),
        Err(error) if error.code() == "symbol" || alone && error.code() == "symbol-ambiguous" => {
            Err(Absent(error))
        }
        Err(error) => Ok(result(pair, Err(error), &NoTexts)),
    }
}

/// What came of a pair: a comparison, or what went wrong.
fn result(pair: &ObjectPair, compared: Result<(Comparison, About)>, texts: &dyn LineTexts) -> UnitResult {
    let shown = |source: &Option<ObjectSource>| source.as_ref().map(|s| s.shown().display().to_string());
    let mut result = UnitResult {
        name: pair.name.clone(),
        objects: Pair::new(shown(&pair.objects.original), shown(&pair.objects.patched)),
        ..UnitResult::default()
    };
    match compared {
        Ok((mut comparison, about)) => {
            if let Some(objects) = evidence::readable(pair).both() {
                lines::find(&mut comparison, objects, texts);
            }
            result.demangled = super::demangle(&comparison);
            result.comparison = Some(comparison);
            result.arch = about.arch;
            result.warnings = about.warnings;
        }
        Err(error) => result.errors.push(report_error(&error)),
    }
    result
}

/// Loads the object files of a pair and does something with them.
fn with_units<T>(
    sources: &Pair<Option<ObjectSource>>,
    syntax: Option<&'static Syntax>,
    work: impl FnOnce(Pair<Option<&Unit<'_>>>) -> Result<T>,
) -> Result<(T, About)> {
    let open = |source: &Option<ObjectSource>| source.as_ref().map(|s| MappedFile::open(&s.path)).transpose();
    let files = Pair::new(open(&sources.original)?, open(&sources.patched)?);
    let names = sources.as_ref().map(|source| source.as_ref().map(ObjectSource::shown));
    let read = |side: Side, syntax| -> Result<Option<Unit<'_>>> {
        let (Some(source), Some(file), Some(name)) = (sources.get(side), files.get(side), names.get(side))
        else {
            return Ok(None);
        };
        load::read_as(name, source.bytes(file)?, syntax).map(Some)
    };
    let syntax = match syntax {
        Some(syntax) => Some(syntax),
        None => syntax_of_both(sources, &files)?,
    };
    let (original, patched) = rayon::join(|| read(Side::Original, syntax), || read(Side::Patched, syntax));
    let units = Pair::new(original?, patched?);
    let arch = |unit: &Unit<'_>| unit.arch().map_or_else(String::new, |a| a.name().to_owned());
    let about = About {
        arch: units.patched.as_ref().or(units.original.as_ref()).map(arch).unwrap_or_default(),
        warnings: [&units.original, &units.patched].into_iter().flatten().flat_map(warnings).collect(),
    };
    Ok((work(units.as_ref().map(Option::as_ref))?, about))
}

/// How both sides are written, where the text of one of them tells that and the text of the other one does not: data
/// alone could be of any architecture.
fn syntax_of_both(
    sources: &Pair<Option<ObjectSource>>,
    files: &Pair<Option<MappedFile>>,
) -> Result<Option<&'static Syntax>> {
    let told = |side: Side| -> Result<Option<(&'static Syntax, bool)>> {
        let (Some(source), Some(file)) = (sources.get(side), files.get(side)) else { return Ok(None) };
        let (name, bytes) = (source.shown(), source.bytes(file)?);
        if !load::asm::is_assembly(&name, bytes) {
            return Ok(None);
        }
        load::asm::detect(&name, bytes).map(Some)
    };
    Ok(match (told(Side::Original)?, told(Side::Patched)?) {
        (Some((_, false)), Some((syntax, true))) | (Some((syntax, true)), Some((_, false))) => Some(syntax),
        _ => None,
    })
}

/// What to know about a pair of object files beside what differs.
struct About {
    arch: String,
    warnings: Vec<String>,
}

fn warnings(unit: &Unit<'_>) -> impl Iterator<Item = String> {
    few_symbols(unit).into_iter().chain(evidence::too_much(unit))
}

/// What to know about a file whose functions are not all named.
fn few_symbols(unit: &Unit<'_>) -> Option<String> {
    unit.linked.as_ref().filter(|linked| linked.only_dynamic_symbols)?;
    Some(format!(
        "{}: has only the symbols for the dynamic linker; all functions that it does not export are compared \
         together, as the code without a name of their section",
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
