//! Arguments of the commands that read saved reports.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::inspect::ListFormat;
use super::{Colour, ViewArgs};

const REPORTS: &str = "\
A report is what `analyze` and `diff` write with --format json; with --show it
has the instructions, the text of the fix and the calls that other forms show.";

/// What stands below the help of `report`.
pub fn report_help() -> String {
    format!(
        "Examples:
  fixscope analyze --patch fix.patch --show --format json -o fix.json
  fixscope report fix.json
  fixscope report fix.json --pretty

{REPORTS}

Exit status:
  0  it was shown
  2  trouble: it could not be read or written; standard error says what, and
     what to do"
    )
}

/// What stands below the help of `diff-reports`.
pub fn diff_reports_help() -> String {
    format!(
        "Examples:
  fixscope diff-reports gcc.json clang.json
  fixscope diff-reports upstream.json backport.json --format json

Functions and data objects are matched by unit and name, then without what
compilers append to names, and last by a name that only one other unit has. What
one of the runs did not look at is no difference.

{REPORTS}

Exit status:
  0  both reports say the same
  1  they differ
  2  trouble: a report could not be read, or a unit failed in one of them"
    )
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The saved report; `-` is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// How it is shown.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// Arguments of `diff-reports`.
#[derive(Debug, Args)]
pub struct DiffReportsArgs {
    /// The first saved report
    #[arg(value_name = "FIRST", value_hint = ValueHint::FilePath)]
    pub first: PathBuf,
    /// The second one
    #[arg(value_name = "SECOND", value_hint = ValueHint::FilePath)]
    pub second: PathBuf,

    /// Form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Text, help_heading = "Output")]
    pub format: ListFormat,
    /// Write to a file, whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// When to colour text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto, help_heading = "Output")]
    pub color: Colour,
}
