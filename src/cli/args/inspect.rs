//! Arguments of the commands that look into files.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{Colour, TextArgs};

const EXIT_STATUS: &str = "\
Exit status:
  0  all went well
  2  trouble: something could not be read or found; standard error says what,
     and what to do";

const FILES: &str = "\
A FILE is an object file or an archive of them, such as a kernel's vmlinux.o,
module or lib.a, or an assembly file as compilers write them (-S).";

/// What stands below the help of `info`.
pub fn info_help() -> String {
    format!(
        "Examples:
  fixscope info audit.o
  fixscope info --functions --local --refs audit.o
  fixscope info audit.o:audit_log_start
  fixscope info --format json lib.a\n\n{FILES}\n\n{EXIT_STATUS}"
    )
}

/// What stands below the help of `show`.
pub fn show_help() -> String {
    format!(
        "Examples:
  fixscope show audit.o:audit_log_start
  fixscope show --normalized original/audit.o:audit_log_start patched/audit.o:audit_log_start

Cold parts stand behind their function. If several functions or data objects
have the name, all are shown.\n\n{FILES}\n\n{EXIT_STATUS}"
    )
}

/// What stands below the help of `callgraph`.
pub fn callgraph_help() -> String {
    format!(
        "Examples:
  fixscope callgraph --format svg kernel/audit*.o -o audit.svg
  fixscope callgraph kernel/audit*.o | dot -Tpdf -o audit.pdf
  fixscope callgraph --from audit_log_start --max-depth 2 --external audit.o
  fixscope callgraph --callers --from kfree_skb net/core/*.o
  fixscope callgraph --format json lib.a

Functions are nodes, one cluster a file; a data object is one when it leads to
a function, as a table of operations does. Cold parts count as their functions.
Calls between the files are found by global names. Where a call through a
register or memory leads is unknown; the node that has some says how many.\n\n{FILES}\n\n{EXIT_STATUS}"
    )
}

/// What stands below the help of `copy`.
pub fn copy_help() -> String {
    format!(
        "Examples:
  fixscope copy audit.s:audit_log_start -o start.s
  fixscope copy audit.s:audit_log_start audit.s:audit_log_end | gcc -c -x assembler -o both.o -

What the symbols need and no other file can see comes along: local functions,
static data, strings, tables, cold parts. Global symbols become references to
another file. What was asked for is global in the copy, also where it was local.
Statements stand there as in the file, without those for debuggers.

{EXIT_STATUS}"
    )
}

/// Arguments of `info`.
#[derive(Debug, Args)]
pub struct InfoArgs {
    /// Files to list; of FILE:SYMBOL only that symbol, with what it refers to
    #[arg(value_name = "FILE[:SYMBOL]", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<OsString>,

    /// List functions [default: functions and data objects]
    #[arg(long, help_heading = "What to list")]
    pub functions: bool,
    /// List data objects
    #[arg(long, help_heading = "What to list")]
    pub objects: bool,
    /// List what other files can see: global, weak and unique symbols [default: global and local ones]
    #[arg(long, help_heading = "What to list")]
    pub global: bool,
    /// List local symbols
    #[arg(long, help_heading = "What to list")]
    pub local: bool,
    /// List functions and data objects, global and local, as is the default
    #[arg(long, conflicts_with_all = ["functions", "objects", "global", "local"], help_heading = "What to list")]
    pub all: bool,
    /// List what each refers to: symbols by name, and strings and the like by content
    #[arg(long, help_heading = "What to list")]
    pub refs: bool,

    /// Form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Text, help_heading = "Output")]
    pub format: ListFormat,
    /// Tell more: where each reference is used, and files of local symbols
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: bool,
    /// When to colour text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto, help_heading = "Output")]
    pub color: Colour,
    /// How the outcome is shown.
    #[command(flatten)]
    pub output: InspectOutputArgs,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// What to show
    #[arg(value_name = "FILE:SYMBOL", required = true, value_hint = ValueHint::FilePath)]
    pub symbols: Vec<OsString>,

    /// Show what the comparison sees: labels by their order, content in place of addresses, no padding
    #[arg(long)]
    pub normalized: bool,

    /// Form of the listing
    #[arg(long, value_enum, default_value_t = ListFormat::Text, help_heading = "Output")]
    pub format: ListFormat,
    /// When to colour text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto, help_heading = "Output")]
    pub color: Colour,
    /// How the outcome is shown.
    #[command(flatten)]
    pub output: InspectOutputArgs,
}

/// Arguments of `callgraph`.
#[derive(Debug, Args)]
pub struct CallGraphArgs {
    /// Files to read; FILE:SYMBOL is FILE with the graph beginning at that symbol
    #[arg(value_name = "FILE[:SYMBOL]", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<OsString>,

    /// Show only what this function or data object reaches; can be given several times
    #[arg(long, alias = "function", value_name = "NAME", help_heading = "What to show")]
    pub from: Vec<String>,
    /// Show what reaches it, instead of what it reaches
    #[arg(long, help_heading = "What to show")]
    pub callers: bool,
    /// Show only what is reached over at most that many edges
    #[arg(long, value_name = "N", help_heading = "What to show")]
    pub max_depth: Option<u64>,
    /// Show functions too that are called and that none of the files defines
    #[arg(long, help_heading = "What to show")]
    pub external: bool,
    /// Leave out addresses that are taken, and the data objects that hold them
    #[arg(long, help_heading = "What to show")]
    pub calls_only: bool,

    /// Form of the graph
    #[arg(long, value_enum, default_value_t = GraphFormat::Dot, help_heading = "Output")]
    pub format: GraphFormat,
    /// Write at each edge how often it is taken
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: bool,
    /// How the outcome is shown.
    #[command(flatten)]
    pub output: InspectOutputArgs,
}

/// Arguments that the commands which look into files share.
#[derive(Debug, Args)]
pub struct InspectOutputArgs {
    /// Write to a file, whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Jobs to run at a time [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Show no progress
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// How assembly files are read.
    #[command(flatten)]
    pub text: TextArgs,
}

/// Forms of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Text,
    /// For programs; `src/report/inspect` has the schemas
    Json,
}

/// Forms of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// The language of Graphviz
    Dot,
    /// For programs; `src/report/inspect/callgraph.schema.json` describes it
    Json,
    /// A picture
    Svg,
}

/// Arguments of `copy`.
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// What to copy; all of one file
    #[arg(value_name = "FILE:SYMBOL", required = true, value_hint = ValueHint::FilePath)]
    pub symbols: Vec<OsString>,

    /// Write to a file, whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Tell what came along, and what the copy refers to
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: bool,
    /// Show no warnings
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// How assembly files are read.
    #[command(flatten)]
    pub text: TextArgs,
}
