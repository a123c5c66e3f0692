//! `fixscope info`, `show`, `callgraph` and `copy`: files one by one, without another side.

use std::path::Path;

use fixscope_arch::Syntax;
use rayon::prelude::*;

use super::Progress;
use super::diff::report_error;
use crate::error::{Error, Result};
use crate::inputs::objects;
use crate::inputs::pairing::ObjectSource;
use crate::inspect::copy::{Copied, copy as cut_out};
use crate::inspect::model::{CallGraph, GraphUnit, Info, InfoUnit, SCHEMA_VERSION, Show};
use crate::inspect::{self, GraphRequest, Selection, UnitGraph};
use crate::load::{self, MappedFile, SymbolPlace, archive};
use crate::normalize::{EntityId, Normalized};
use crate::plan::{CallGraphPlan, CopyPlan, FileSymbol, InfoPlan, ShowPlan};
use crate::report::model::{ReportError, Tool};

/// Carries out `fixscope info`.
///
/// # Errors
/// When no threads can be started; trouble with single files is part of the outcome.
pub fn info(plan: &InfoPlan, progress: &dyn Progress) -> Result<Info> {
    let everything =
        Selection { functions: true, objects: true, global: true, local: true, references: true };
    let units = super::pool(plan.jobs)?.install(|| {
        each(&plan.files, progress, |file, source| {
            let Some(symbol) = &file.symbol else {
                return on_unit(source, plan.syntax, |n| {
                    Ok(inspect::info(n, shown(source), plan.selection, None))
                });
            };
            on_unit(source, plan.syntax, |n| {
                let ids = inspect::with_cold_parts(n, &inspect::matching(n, symbol));
                Ok(inspect::info(n, shown(source), everything, Some(&ids)))
            })
        })
    });
    let mut listed = Vec::new();
    for (file, units) in plan.files.iter().zip(units) {
        let mut failed = false;
        let mut of_file: Vec<InfoUnit> = Vec::new();
        for (name, unit) in units {
            of_file.push(unit.unwrap_or_else(|error| {
                failed = true;
                InfoUnit { name, errors: vec![report_error(&error)], ..InfoUnit::default() }
            }));
        }
        if let Some(symbol) = &file.symbol {
            // Of an archive only the members that have it are of interest.
            of_file.retain(|unit| !unit.symbols.is_empty() || !unit.errors.is_empty());
            if of_file.is_empty() && !failed {
                let errors = vec![report_error(&unknown(file, symbol, plan.syntax))];
                let name = file.path.display().to_string();
                of_file.push(InfoUnit { name, errors, ..InfoUnit::default() });
            }
        }
        listed.extend(of_file);
    }
    Ok(Info { schema_version: SCHEMA_VERSION, tool: tool(), units: listed })
}

/// Carries out `fixscope show`.
///
/// # Errors
/// When no threads can be started; trouble with single files is part of the outcome.
pub fn show(plan: &ShowPlan, progress: &dyn Progress) -> Result<Show> {
    let found = super::pool(plan.jobs)?.install(|| {
        each(&plan.symbols, progress, |file, source| {
            let symbol = file.symbol.as_deref().unwrap_or_default();
            on_unit(source, plan.syntax, |n| {
                let ids = inspect::matching(n, symbol);
                Ok(inspect::show(n, &shown(source), &ids, plan.form))
            })
        })
    });
    let (mut symbols, mut errors) = (Vec::new(), Vec::new());
    for (file, units) in plan.symbols.iter().zip(found) {
        let before = (symbols.len(), errors.len());
        for (_, unit) in units {
            match unit {
                Ok(shown) => symbols.extend(shown),
                Err(error) => errors.push(report_error(&error)),
            }
        }
        if (symbols.len(), errors.len()) == before {
            errors.push(report_error(&unknown(
                file,
                file.symbol.as_deref().unwrap_or_default(),
                plan.syntax,
            )));
        }
    }
    Ok(Show { schema_version: SCHEMA_VERSION, tool: tool(), symbols, errors })
}

/// Carries out `fixscope callgraph`.
///
/// # Errors
/// When the graph shall begin at a name that no file has; trouble with single files is part of the outcome.
pub fn callgraph(plan: &CallGraphPlan, progress: &dyn Progress) -> Result<CallGraph> {
    let read = super::pool(plan.jobs)?.install(|| {
        each(&plan.files, progress, |_, source| on_unit(source, plan.syntax, |n| Ok(inspect::unit_graph(n))))
    });
    let mut request = GraphRequest {
        external: plan.external,
        from: plan.from.iter().map(|name| (name.clone(), None)).collect(),
        callers: plan.callers,
        max_depth: plan.max_depth,
        calls_only: plan.calls_only,
    };
    let (mut units, mut graphs) = (Vec::new(), Vec::new());
    for (file, of_file) in plan.files.iter().zip(read) {
        let first = units.len();
        for (name, graph) in of_file {
            let errors: Vec<ReportError> = graph.as_ref().err().map(report_error).into_iter().collect();
            units.push(GraphUnit { name, errors });
            graphs.push(graph.unwrap_or_else(|_| UnitGraph::default()));
        }
        if let Some(symbol) = &file.symbol {
            request.from.push((symbol.clone(), Some(first..units.len())));
        }
    }
    if graphs.len() == units.iter().filter(|unit| !unit.errors.is_empty()).count() {
        // Nothing could be read, and a name that is not found would only hide why.
        request.from.clear();
    }
    inspect::assemble(units, &graphs, &request)
}

/// Carries out `fixscope copy`.
///
/// # Errors
/// When the file is no assembly, cannot be read, or does not define a symbol.
pub fn copy(plan: &CopyPlan) -> Result<Copied> {
    if plan.file.is_dir() {
        return Err(Error::input(&plan.file, "not-a-file", "is a folder; name an assembly file"));
    }
    let file = MappedFile::open(&plan.file)?;
    let bytes = file.bytes();
    if bytes.starts_with(b"\x7fELF") || archive::is_archive(bytes) {
        let what = "holds machine code, and symbols are cut out of assembly text; compile the source with -S and \
                    name what comes of that";
        return Err(Error::input(&plan.file, "no-text", what));
    }
    if !load::asm::is_assembly(&plan.file, bytes) {
        return Err(Error::input(
            &plan.file,
            "no-text",
            "is no assembly text; name a file that `gcc -S` wrote",
        ));
    }
    cut_out(&plan.file, bytes, &plan.symbols, plan.syntax)
}

/// What came of one object file: its name, and the outcome.
type Each<T> = (String, Result<T>);

/// Does something with every object file that the files name, in their order. A file that cannot be opened is one
/// failed object file.
fn each<T: Send>(
    files: &[FileSymbol],
    progress: &dyn Progress,
    work: impl Fn(&FileSymbol, &ObjectSource) -> Result<T> + Sync,
) -> Vec<Vec<Each<T>>> {
    progress.stage("Reading", Some(files.len() as u64));
    let of_file = |file: &FileSymbol| {
        let done = match objects::sources(&file.path) {
            Ok(sources) => sources.par_iter().map(|source| (shown(source), work(file, source))).collect(),
            Err(error) => vec![(file.path.display().to_string(), Err(error))],
        };
        progress.advance();
        done
    };
    files.par_iter().map(of_file).collect()
}

pub(super) fn on_unit<T>(
    source: &ObjectSource,
    syntax: Option<&'static Syntax>,
    work: impl FnOnce(&Normalized<'_, '_>) -> Result<T>,
) -> Result<T> {
    let file = MappedFile::open(&source.path)?;
    let shown = source.shown();
    let unit = load::read_as(&shown, source.bytes(&file)?, syntax)?;
    let arch = crate::normalize::arch_of(&unit)?;
    work(&Normalized::new(&unit, arch))
}

fn shown(source: &ObjectSource) -> String {
    source.shown().display().to_string()
}

fn tool() -> Tool {
    Tool { name: "fixscope".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// The message for a symbol that a file does not define, with names like it. The file is read once more for that.
fn unknown(file: &FileSymbol, symbol: &str, syntax: Option<&'static Syntax>) -> Error {
    let mut is_used = false;
    let mut names: Vec<String> = Vec::new();
    for source in objects::sources(&file.path).unwrap_or_default() {
        let _ = on_unit(&source, syntax, |n| {
            is_used |= n.unit.symbols.iter().any(|s| s.name == symbol && s.place == SymbolPlace::Undefined);
            names.extend(n.ids().map(|id: EntityId| n.name(id).to_owned()));
            Ok(())
        });
    }
    let near = inspect::near(symbol, names.iter().map(String::as_str));
    let what = match (is_used, near.as_slice()) {
        (true, _) => format!("only refers to {symbol} and does not define it; name the file that does"),
        (false, []) => {
            format!("has no function or data object {symbol}; `fixscope info` lists what it has")
        }
        (false, near) => {
            format!("has no function or data object {symbol}; is it {}?", near.join(" or "))
        }
    };
    Error::input(Path::new(&file.path), "no-symbol", what)
}
