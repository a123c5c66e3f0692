//! `matrix`: the same fix on many trees.

use std::path::{Path, PathBuf};

use clap::Parser;
use fixscope::error::{Error, Result};
use fixscope::report::model::Report;
use fixscope::report::{json, matrix as writer, write_json};
use fixscope::saved::{self, matrix};
use serde::Deserialize;

use super::args::matrix::{MatrixArgs, TableFormat};
use super::args::{Cli, Command};
use super::environment::Environment;
use super::output::Destination;
use super::{SAME, TROUBLE, complain, complaints, difference, progress, resolve};

/// What FILE holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    cell: Vec<Cell>,
}

/// One cell of the table's columns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    name: String,
    options: Vec<String>,
}

/// Carries out `matrix`.
///
/// # Errors
/// When the cells or the reports cannot be read, or the table cannot be written. A cell that fails is said on standard
/// error, and the others go on.
pub fn matrix(args: &MatrixArgs, environment: &Environment) -> Result<u8> {
    let destination = Destination::resolve(args.output.as_deref())?;
    let mut status = SAME;
    let folder = match (&args.file, &args.reports, &args.merge) {
        (Some(file), Some(reports), _) => {
            status = run(file, reports, &args.cell, environment)?;
            reports
        }
        (_, _, Some(folder)) => folder,
        _ => return Err(Error::Request("matrix: name a FILE with --reports, or --merge DIR".to_owned())),
    };
    if !args.cell.is_empty() {
        return Ok(status);
    }
    let reports = reports(folder)?;
    let table = matrix::matrix(&reports);
    let style = resolve::style(args.color, &destination, environment);
    destination.write(|out| match args.format {
        TableFormat::Text => writer::write(&table, style, out),
        TableFormat::Json => write_json(&table, out),
        TableFormat::Markdown => writer::write_markdown(&table, out),
    })?;
    for (name, report) in &reports {
        if args.merge.is_some() {
            let complaints = complaints(report, &[]);
            complaints.iter().for_each(|complaint| complain(&format!("{name}: {complaint}")));
            status = status.max(if complaints.is_empty() { difference(report) } else { TROUBLE });
        }
    }
    Ok(status)
}

/// Runs the cells and keeps their reports.
fn run(file: &Path, folder: &Path, wanted: &[String], environment: &Environment) -> Result<u8> {
    let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
    let refuse = |what: String| Error::input(file, "matrix", what);
    let cells: File = toml::from_str(&text).map_err(|e| refuse(e.to_string().trim_end().to_owned()))?;
    let mut names: Vec<&str> = cells.cell.iter().map(|cell| cell.name.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(refuse(format!("two cells are called {}; give each a name of its own", twice[0])));
    }
    if let Some(bad) =
        names.iter().find(|name| name.is_empty() || name.contains('/') || name.starts_with('.'))
    {
        return Err(refuse(format!("`{bad}` is no name of a file; name the cell otherwise")));
    }
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(refuse(format!("has no cell {unknown}; it has {}", names.join(", "))));
    }
    std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    let mut status = SAME;
    for cell in cells.cell.iter().filter(|cell| wanted.is_empty() || wanted.contains(&cell.name)) {
        status = status.max(run_cell(cell, folder, environment).unwrap_or_else(|error| {
            complain(&format!("{}: {error}", cell.name));
            TROUBLE
        }));
    }
    Ok(status)
}

/// Runs one cell as the command line would: with unchanged things listed, because they tell what is absent.
fn run_cell(cell: &Cell, folder: &Path, environment: &Environment) -> Result<u8> {
    let words =
        ["fixscope", "analyze", "--all"].map(str::to_owned).into_iter().chain(cell.options.iter().cloned());
    let cli = Cli::try_parse_from(words).map_err(|e| Error::Request(e.to_string().trim_end().to_owned()))?;
    let Command::Analyze(args) = cli.command else {
        return Err(Error::Request("options: only those of `analyze` have a meaning".to_owned()));
    };
    let (plan, shown) = resolve::analyze(*args, environment, std::io::empty())?;
    let bar = progress::Bar::new(environment.progress_terminal && !shown.quiet);
    let outcome = fixscope::pipeline::analyze(&plan, &bar);
    bar.finish();
    let outcome = outcome?;
    let mut report = outcome.report;
    report.cost = None;
    let destination = Destination::resolve(Some(&folder.join(format!("{}.json", cell.name))))?;
    destination.write(|out| json::write(&report, out))?;
    let complaints = complaints(&report, &outcome.errors);
    complaints.iter().for_each(|complaint| complain(&format!("{}: {complaint}", cell.name)));
    Ok(if complaints.is_empty() { difference(&report) } else { TROUBLE })
}

/// The reports of a folder in the order of their names.
fn reports(folder: &Path) -> Result<Vec<(String, Report)>> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|e| Error::io(folder, e))?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|e| e == "json") && !is_hidden(path));
    paths.sort();
    if paths.is_empty() {
        let what = "holds no report; reports are files called NAME.json";
        return Err(Error::input(folder, "no-report", what));
    }
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read(&path).map_err(|e| Error::io(&path, e))?;
        Ok((name, saved::read(&path.display().to_string(), &text)?))
    };
    paths.into_iter().map(read).collect()
}

/// Whether it is a file that another run is still writing.
fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}
