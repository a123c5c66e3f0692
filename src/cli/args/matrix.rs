//! Arguments of `matrix`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum, ValueHint};

use super::Colour;

/// What stands below the help.
pub fn help() -> String {
    "Examples:
  fixscope matrix cve.toml --reports reports
  fixscope matrix cve.toml --reports reports --cell amd64 --cell arm64
  fixscope matrix --merge reports --format markdown

FILE names the cells. Each is an ordinary `analyze`, whose report is kept as
REPORTS/NAME.json, so that cells can run on other machines and be merged:

  [[cell]]
  name = \"amd64\"
  options = [\"--tree\", \"linux-6.1\", \"--patch\", \"fix.patch\"]

Paths are relative to the folder that fixscope runs in.

Exit status:
  0  nothing differs in any cell
  1  something differs in one of them
  2  trouble: a cell or a report failed; standard error says which"
        .to_owned()
}

/// Arguments of `matrix`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["file", "merge"]))]
pub struct MatrixArgs {
    /// The cells, in TOML
    #[arg(value_name = "FILE", requires = "reports", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Put the reports together that a folder holds, and run nothing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with_all = ["reports", "cell"])]
    pub merge: Option<PathBuf>,
    /// Folder that the reports are kept in; it is made
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub reports: Option<PathBuf>,
    /// Run only this cell, and write no table; can be given several times
    #[arg(long, value_name = "NAME")]
    pub cell: Vec<String>,

    /// Form of the table
    #[arg(long, value_enum, default_value_t = TableFormat::Text, help_heading = "Output")]
    pub format: TableFormat,
    /// Write to a file, whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// When to colour text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto, help_heading = "Output")]
    pub color: Colour,
}

/// Forms of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For people
    Text,
    /// For programs; `src/report/matrix.schema.json` describes it
    Json,
    /// For a merge request
    Markdown,
}
