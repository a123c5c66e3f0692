//! The command line: the only part that reads arguments, the environment and standard input, and that decides
//! the exit status.

mod abi;
mod args;
mod config;
mod environment;
mod file_symbol;
mod inspect;
mod livepatch;
mod matrix;
mod output;
mod progress;
mod resolve;
mod saved;
mod shell;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use fixscope::error::Result;
use fixscope::livepatch::skeleton::{SkeletonInput, write_skeleton};
use fixscope::pipeline::{self, Outcome};
use fixscope::report::graph::{closure, svg};
use fixscope::report::model::{Report, ReportError, SkipReason};
use fixscope::report::{html, json, markdown, sarif, stat, text};

use args::{Cli, Command, Format};
use environment::Environment;
use progress::Bar;
use resolve::Presentation;

/// Does what the command line says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let environment = Environment::read();
    match execute(cli, &environment) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(TROUBLE)
        }
    }
}

/// Every compared symbol is unchanged or differs in line numbers only.
const SAME: u8 = 0;
/// At least one symbol is changed, new or removed.
const DIFFERENT: u8 = 1;
/// Something could not be read, built or compared. Wins over [`DIFFERENT`].
const TROUBLE: u8 = 2;

fn execute(cli: Cli, environment: &Environment) -> Result<u8> {
    let bar = |shown: &Presentation| Bar::new(environment.progress_terminal && !shown.quiet);
    match cli.command {
        Command::Analyze(args) => {
            let (plan, shown) = resolve::analyze(*args, environment, io::stdin().lock())?;
            let bar = bar(&shown);
            let outcome = pipeline::analyze(&plan, &bar);
            bar.finish();
            present(outcome?, &shown)
        }
        Command::Diff(args) => {
            let (plan, shown) = resolve::diff(args, environment)?;
            let bar = bar(&shown);
            let outcome = pipeline::diff(&plan, &bar);
            bar.finish();
            present(outcome?, &shown)
        }
        Command::Abi(args) => abi::abi(*args, environment),
        Command::Info(args) => inspect::info(&args, environment),
        Command::Show(args) => inspect::show(&args, environment),
        Command::Callgraph(args) => inspect::callgraph(args, environment),
        Command::Copy(args) => inspect::copy(&args),
        Command::Report(args) => saved::report(&args, environment, io::stdin().lock()),
        Command::DiffReports(args) => saved::diff_reports(&args, environment),
        Command::Matrix(args) => matrix::matrix(&args, environment),
        Command::Doctor => shell::doctor(),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { subcommand } => shell::man(subcommand.as_deref()),
        Command::Livepatch { command } => livepatch::run(&command),
    }
}

fn present(outcome: Outcome, shown: &Presentation) -> Result<u8> {
    let Outcome { mut report, warnings, errors, skeleton, dry_run } = outcome;
    if !shown.quiet {
        for warning in &warnings {
            complain(&format!("warning: {warning}"));
        }
    }
    if !shown.text.verbose {
        // Two runs write the same bytes unless somebody asks how long they took.
        report.cost = None;
    }
    prepare(&mut report, shown);
    shown.destination.write_paged(shown.pager.as_deref(), |out| match &dry_run {
        Some(lines) => lines.iter().try_for_each(|line| writeln!(out, "{line}")),
        None => write_report(&report, shown, out),
    })?;
    if let Some(graph) = &shown.graph {
        graph.write(|out| svg::write(&closure::drawing(&report), out))?;
    }
    let complaints = complaints(&report, &errors);
    for complaint in &complaints {
        complain(complaint);
    }
    if let (Some(dir), Some(material)) = (&shown.skeleton, &skeleton) {
        skeleton_to(dir, material, shown.quiet)?;
    }
    Ok(if complaints.is_empty() { difference(&report) } else { TROUBLE })
}

/// Takes out of a report what shall not be shown.
fn prepare(report: &mut Report, shown: &Presentation) {
    if !shown.demangle {
        let symbols = report.units.iter_mut().flat_map(|unit| &mut unit.symbols);
        symbols.for_each(|symbol| symbol.demangled = None);
    }
}

/// Writes a report in the form that was asked for.
fn write_report(report: &Report, shown: &Presentation, out: &mut dyn Write) -> io::Result<()> {
    match shown.format {
        Format::Text if shown.stat => stat::write(report, shown.text.width, shown.text.style, out),
        Format::Text => text::write(report, shown.text, out),
        Format::Json => json::write(report, out),
        Format::Markdown => markdown::write(report, shown.context, out),
        Format::Sarif => sarif::write(report, out),
        Format::Html => html::write(report, shown.context, out),
    }
}

fn skeleton_to(dir: &std::path::Path, material: &SkeletonInput, quiet: bool) -> Result<()> {
    let message = if material.functions.is_empty() {
        "no function changed, so that no skeleton was written".to_owned()
    } else {
        let source = write_skeleton(dir, material)?;
        format!("wrote {}; it is a beginning, look for TODO in it", source.display())
    };
    if !quiet {
        complain(&message);
    }
    Ok(())
}

/// What went wrong: one message for each unit error, each touched file that was not compared, and each trouble
/// that belongs to no unit.
fn complaints(report: &Report, errors: &[ReportError]) -> Vec<String> {
    let message = |error: &ReportError, unit: Option<&str>| {
        let path = error.path.as_deref().or(unit).filter(|path| !error.message.contains(path));
        path.map_or_else(|| error.message.clone(), |path| format!("{path}: {}", error.message))
    };
    let general = errors.iter().map(|error| message(error, None));
    let units = report.units.iter().flat_map(|unit| {
        let name = unit.name.as_str();
        unit.errors.iter().map(move |error| message(error, Some(name)))
    });
    let skipped = report.skipped.iter().filter_map(|skipped| {
        let what = match skipped.reason {
            SkipReason::Documentation => return None,
            SkipReason::NotBuilt => "this configuration does not build it; analyze one that does",
            SkipReason::NotCompiled => {
                "no compilation reads it; build what uses it, or name its users with --units"
            }
            SkipReason::BuildFile => {
                "is an input of the build and was not compared; look at what it changes yourself"
            }
            SkipReason::Unsupported => {
                "is a kind of file that is not compared; look at what it changes yourself"
            }
        };
        Some(format!("{}: {what}", skipped.path))
    });
    general.chain(units).chain(skipped).collect()
}

/// The exit status of a report in which nothing failed. A unit that is there on one side only differs even if it
/// holds no symbol.
fn difference(report: &Report) -> u8 {
    let summary = &report.summary;
    let one_sided = report.units.iter().any(|unit| unit.original.is_some() != unit.patched.is_some());
    if summary.changed + summary.new + summary.removed > 0 || one_sided { DIFFERENT } else { SAME }
}

/// Writes one message to standard error. There is nobody to tell when that fails.
fn complain(message: &str) {
    let visible: Vec<_> = message.lines().map(fixscope::report::style::visible).collect();
    let _ = writeln!(io::stderr().lock(), "fixscope: {}", visible.join("\n"));
}
