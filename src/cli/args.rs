//! What may be typed. Nothing here touches a file or the environment.

pub mod abi;
pub mod inspect;
pub mod livepatch;
pub mod matrix;
pub mod saved;

use std::ffi::OsString;
use std::path::PathBuf;

use abi::AbiArgs;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, ValueHint};
use fixscope_arch::{SYNTAXES, Syntax};

const EXIT_STATUS: &str = "\
Exit status:
  0  nothing changed, or line numbers only
  1  at least one function or data object is changed, new or removed
  2  trouble: something could not be read, built or compared; standard error
     says what, and what to do";

const ANALYZE_EXAMPLES: &str = "\
Examples:
  fixscope analyze --tree linux --patch fix.patch
  fixscope analyze --tree linux --rev v6.1.20..v6.1.21 --format json -o report.json
  fixscope analyze --patched ../zlib-1.3 --build-command 'make -j2' --show
  fixscope analyze --rev HEAD~1..HEAD --format html -o report.html
  git show | fixscope analyze --patch - --skeleton ../livepatch-fix

The tree is only read. What is compiled goes to the work folder.

Defaults of a project stand in `.fixscope.toml` at the root of its tree: build,
build-command, cflags, launcher, units, keep-line-changes, context and color, each
as the option of that name. An option wins.";

const DIFF_EXAMPLES: &str = "\
Examples:
  fixscope diff original/audit.o patched/audit.o --show
  fixscope diff original/audit.o:audit_log patched/audit.o:audit_log --pretty --full
  fixscope diff original/ patched/ --format json

FILE:SYMBOL compares one function (with its cold part) or data object. Without a
symbol on the other side, its counterpart there is found. Two names may differ:
their functions are compared all the same. A name that occurs several times is
chosen by its source file, FILE:SYMBOL@SOURCE.c, or by its number among those of
its name, FILE:SYMBOL@2.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "fixscope", version, max_term_width = 100, after_help = EXIT_STATUS)]
#[command(about = "Tells which functions a source fix really touches")]
#[command(
    long_about = "Tells which functions a source fix really touches: it compiles the original and the patched \
                  tree, compares every function at the machine level, and says which changed and why."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile a tree without and with a fix, and tell which functions change
    #[command(after_help = format!("{ANALYZE_EXAMPLES}\n\n{EXIT_STATUS}"))]
    Analyze(Box<AnalyzeArgs>),
    /// Compare two object files, archives or folders of them, or one symbol of each
    #[command(after_help = format!("{DIFF_EXAMPLES}\n\n{EXIT_STATUS}"))]
    Diff(DiffArgs),
    /// Tell what callers rely on beyond the calling convention
    #[command(after_help = abi::help())]
    Abi(Box<abi::AbiCommandArgs>),
    /// List the functions and data objects of object and assembly files
    #[command(after_help = inspect::info_help())]
    Info(inspect::InfoArgs),
    /// Show functions and data objects as fixscope sees them
    #[command(after_help = inspect::show_help())]
    Show(inspect::ShowArgs),
    /// Draw who calls whom, for Graphviz or as JSON
    #[command(visible_alias = "cg", after_help = inspect::callgraph_help())]
    Callgraph(inspect::CallGraphArgs),
    /// Cut functions and data objects out of an assembly file, with what they need
    #[command(after_help = inspect::copy_help())]
    Copy(inspect::CopyArgs),
    /// Make a built livepatch into one that loads, or check one
    Livepatch {
        /// Which step.
        #[command(subcommand)]
        command: livepatch::LivepatchCommand,
    },
    /// Show a saved report in any form
    #[command(after_help = saved::report_help())]
    Report(saved::ReportArgs),
    /// Tell what two saved reports say differently: two compilers, two trees, two versions of a fix
    #[command(after_help = saved::diff_reports_help())]
    DiffReports(saved::DiffReportsArgs),
    /// Tell how one fix fares on many trees, configurations and architectures
    #[command(after_help = matrix::help())]
    Matrix(matrix::MatrixArgs),
    /// Tell which tools are found, and what is missing for which job
    #[command(
        after_help = "Exit status:\n  0  everything is there\n  1  something is missing that some job needs"
    )]
    Doctor,
    /// Write the completions of a shell
    #[command(
        after_help = "Example:\n  fixscope completions bash > ~/.local/share/bash-completion/completions/fixscope"
    )]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Write the manual page of fixscope or of a subcommand
    #[command(after_help = "Example:\n  fixscope man analyze | man -l -")]
    Man {
        /// The subcommand
        #[arg(value_name = "SUBCOMMAND")]
        subcommand: Option<String>,
    },
}

/// Arguments of `analyze`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("fix").required(true).args(["patch", "patched", "rev"]))]
pub struct AnalyzeArgs {
    /// Root of the original source tree, never written to [default: this folder; with --rev its git checkout]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub tree: Option<PathBuf>,
    /// Pass over the tree's `.fixscope.toml`
    #[arg(long)]
    pub no_config: bool,

    /// Patches to apply one after the other; `-` is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath, help_heading = "The fix")]
    pub patch: Vec<PathBuf>,
    /// A second tree with the fix in it
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "The fix")]
    pub patched: Option<PathBuf>,
    /// Two revisions of the git checkout, `A..B`, or one commit against its first parent
    #[arg(long, value_name = "A..B|COMMIT", help_heading = "The fix")]
    pub rev: Option<String>,
    /// Leading path components to strip from names in patches [default: found out]
    #[arg(long, alias = "patch-level", value_name = "N", conflicts_with_all = ["patched", "rev"], help_heading = "The fix")]
    pub strip: Option<usize>,
    /// With --rev, accept tracked files that differ from the revision that is checked out
    #[arg(long, conflicts_with_all = ["patch", "patched"], help_heading = "The fix")]
    pub allow_dirty: bool,

    /// How the tree is built
    #[arg(long, value_enum, default_value_t = Build::Auto, help_heading = "Building")]
    pub build: Build,
    /// The command that builds the tree, for --build make
    #[arg(long, value_name = "CMD", help_heading = "Building")]
    pub build_command: Option<String>,
    /// Flags to add to every compilation, split as a shell does
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true, help_heading = "Building")]
    pub cflags: Vec<String>,
    /// Program to put in front of the compiler, such as ccache or distcc
    #[arg(long, value_name = "PROGRAM", help_heading = "Building")]
    pub launcher: Option<String>,
    /// Sources to look at for a header in a tree that was never built
    #[arg(long, value_name = "GLOB", help_heading = "Building")]
    pub units: Vec<String>,
    /// Compile with the line numbers as they are, so that a moved `__LINE__` counts
    #[arg(long, help_heading = "Building")]
    pub keep_line_changes: bool,
    /// Also make assembly of both sides; --keep leaves it in the work folder
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Building")]
    pub emit: Option<Emit>,
    /// Folder for everything that is built [default: one for each tree in the user's cache folder]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Building")]
    pub work_dir: Option<PathBuf>,
    /// Leave the objects of both sides in the work folder
    #[arg(long, help_heading = "Building")]
    pub keep: bool,
    /// List units, commands and compilations, and compile nothing
    #[arg(long, conflicts_with_all = ["skeleton", "show", "pretty", "full"], help_heading = "Building")]
    pub dry_run: bool,

    /// What callers rely on.
    #[command(flatten)]
    pub abi: AbiArgs,

    /// Write a livepatch source with the changed functions to a new folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Output")]
    pub skeleton: Option<PathBuf>,
    /// Draw what changes because of what, as SVG
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "dry_run", help_heading = "Output")]
    pub graph: Option<PathBuf>,
    /// How the outcome is shown.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Object file, archive or folder of the original side, or one symbol of it
    #[arg(value_name = "ORIGINAL[:SYMBOL]", value_hint = ValueHint::AnyPath)]
    pub original: OsString,
    /// The same of the patched side
    #[arg(value_name = "PATCHED[:SYMBOL]", value_hint = ValueHint::AnyPath)]
    pub patched: OsString,
    /// How assembly files are read.
    #[command(flatten)]
    pub text: TextArgs,
    /// How the outcome is shown.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How assembly files are read.
#[derive(Debug, Clone, Copy, Args)]
pub struct TextArgs {
    /// Architecture of assembly files [default: what their text tells]
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(SYNTAXES.iter().map(|s| s.arch)).map(|name| named(&name)))]
    arch: Option<Named>,
}

/// How the text of an architecture is written.
#[derive(Debug, Clone, Copy)]
struct Named(Option<&'static Syntax>);

fn named(name: &str) -> Named {
    Named(SYNTAXES.iter().copied().find(|s| s.arch == name))
}

impl TextArgs {
    /// How the text of the architecture is written that was named.
    pub fn syntax(self) -> Option<&'static Syntax> {
        self.arch.and_then(|named| named.0)
    }
}

/// Arguments of the commands that compare.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// How a report is shown.
    #[command(flatten)]
    pub view: ViewArgs,
    /// List unchanged functions and data objects too
    #[arg(long, help_heading = "Output")]
    pub all: bool,
    /// Jobs to run at a time [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// How a report is shown.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// Show what changed in functions and data objects: instructions, contents, and what they refer to
    #[arg(short, long, help_heading = "Output")]
    pub show: bool,
    /// The same with both sides beside each other, as wide as the terminal or $COLUMNS
    #[arg(short, long, help_heading = "Output")]
    pub pretty: bool,
    /// Show changed functions and data objects whole, not only the lines around what changed
    #[arg(long, conflicts_with = "context", help_heading = "Output")]
    pub full: bool,
    /// Equal lines to show around changed ones
    #[arg(short = 'U', long = "context", value_name = "N", help_heading = "Output")]
    #[arg(help = "Equal lines to show around changed ones [default: 3]")]
    pub context: Option<usize>,
    /// Tell how much of which unit differs, one line a unit
    #[arg(long, conflicts_with_all = ["show", "pretty", "full", "format"], help_heading = "Output")]
    pub stat: bool,
    /// Write to the terminal as it is, without $FIXSCOPE_PAGER, $PAGER or less
    #[arg(long, help_heading = "Output")]
    pub no_pager: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub format: Format,
    /// Write the report to a file, whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Tell more: sizes, offsets, cold parts, compilers, cost
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: bool,
    /// Show neither progress nor warnings
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// Show names of C++ and Rust as they stand in the files
    #[arg(long, help_heading = "Output")]
    pub no_demangle: bool,
    /// When to colour text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto, help_heading = "Output")]
    pub color: Colour,
}

/// Kinds of builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Build {
    /// Choose by what the tree holds
    Auto,
    /// A configured Linux kernel tree
    Kbuild,
    /// compile_commands.json
    Compdb,
    /// Any command, with its compilations recorded
    Make,
}

/// What to make beside object files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// Assembly
    Asm,
}

/// Forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A list for people
    Text,
    /// For programs; `src/report/schema.json` describes it
    Json,
    /// For a merge request or a mailing list, at most 60 KB
    Markdown,
    /// A page for a browser, in one file
    Html,
    /// SARIF 2.1.0, for tools that review code
    Sarif,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR or CLICOLOR=0 says otherwise
    Auto,
    /// In any case
    Always,
    /// In no case
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn one_letter_means_one_thing_in_all_subcommands() {
        let command = Cli::command();
        let meanings: Vec<(char, String)> = command
            .get_subcommands()
            .flat_map(clap::Command::get_arguments)
            .filter_map(|a| Some((a.get_short()?, a.get_long().unwrap_or_default().to_owned())))
            .collect();
        for (letter, long) in &meanings {
            assert!(meanings.iter().all(|(l, other)| l != letter || other == long), "-{letter}");
        }
        let mut letters: Vec<char> = meanings.iter().map(|(letter, _)| *letter).collect();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters, ['U', 'j', 'o', 'p', 'q', 's', 'v']);
    }
}
