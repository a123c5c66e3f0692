//! `report` and `diff-reports`.

use std::io::Read;
use std::path::Path;

use fixscope::error::{Error, Result};
use fixscope::report::model::Report;
use fixscope::report::{difference as writer, write_json};
use fixscope::saved::{self, difference};

use super::args::inspect::ListFormat;
use super::args::saved::{DiffReportsArgs, ReportArgs};
use super::environment::Environment;
use super::output::Destination;
use super::{DIFFERENT, SAME, TROUBLE, complain, prepare, resolve, write_report};

/// Carries out `report`.
///
/// # Errors
/// When the report cannot be read or shown.
pub fn report(args: &ReportArgs, environment: &Environment, mut stdin: impl Read) -> Result<u8> {
    let shown = resolve::presentation(&args.view, None, environment)?;
    let mut report = if args.file.as_os_str() == "-" {
        let mut text = Vec::new();
        stdin.read_to_end(&mut text).map_err(|e| Error::io("standard input", e))?;
        saved::read("standard input", &text)?
    } else {
        read(&args.file)?
    };
    prepare(&mut report, &shown);
    shown.destination.write_paged(shown.pager.as_deref(), |out| write_report(&report, &shown, out))?;
    Ok(SAME)
}

/// Carries out `diff-reports`.
///
/// # Errors
/// When a report cannot be read, or the outcome cannot be written.
pub fn diff_reports(args: &DiffReportsArgs, environment: &Environment) -> Result<u8> {
    let destination = Destination::resolve(args.output.as_deref())?;
    let (first, second) = (read(&args.first)?, read(&args.second)?);
    let names = [&args.first, &args.second].map(|path| path.display().to_string());
    let found = difference::difference((&names[0], &first), (&names[1], &second));
    let style = resolve::style(args.color, &destination, environment);
    destination.write(|out| match args.format {
        ListFormat::Text => writer::write(&found, style, out),
        ListFormat::Json => write_json(&found, out),
    })?;
    for failed in &found.failed {
        let report = if failed.second { &names[1] } else { &names[0] };
        let what = "failed there, so that nothing can be said of what it holds; make that report again";
        complain(&format!("{report}: {} {what}", failed.unit));
    }
    Ok(match (found.failed.is_empty(), found.entries.is_empty()) {
        (false, _) => TROUBLE,
        (true, false) => DIFFERENT,
        (true, true) => SAME,
    })
}

fn read(path: &Path) -> Result<Report> {
    let text = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    saved::read(&path.display().to_string(), &text)
}
