//! What may be typed about what callers rely on.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum, ValueHint};

use super::{Build, Colour, Format};

const EXAMPLES: &str = "\
Examples:
  fixscope abi kernel/audit.o
  fixscope abi kernel/audit.o:audit_log_end
  fixscope abi --tree linux --unit kernel/audit.c audit_log_end
  fixscope abi --tree linux --unit kernel/audit.c --prove=all --format json

An object file shows what its symbols, code and debug information show. With a
tree, the unit is compiled, the compiler's records are read too, and --prove
compiles it again with one thing taken away at a time.";

const EXIT_STATUS: &str = "\
Exit status:
  0  nobody relies on more than the calling convention, as far as was looked at
  1  somebody does
  2  trouble: something could not be read or built; standard error says what";

/// The text behind the help of `abi`.
pub fn help() -> String {
    format!("{EXAMPLES}\n\n{EXIT_STATUS}")
}

/// How closely `analyze` looks at what callers rely on.
#[derive(Debug, Args)]
pub struct AbiArgs {
    /// Tell what callers of each changed function rely on beyond the calling convention
    #[arg(long, help_heading = "What callers rely on")]
    pub abi: bool,
    /// Tell which functions must be replaced together; as --abi, and for unchanged ones too
    #[arg(long, help_heading = "What callers rely on")]
    pub closure: bool,
    /// What is shown by compiling again [default: off; changed with --closure]
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "What callers rely on")]
    pub prove: Option<Prove>,
    /// Seconds after which nothing more is compiled again
    #[arg(long, value_name = "SECONDS", default_value_t = 300, help_heading = "What callers rely on")]
    pub prove_limit: u64,
}

/// Arguments of `abi`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("units").args(["unit"]).requires("tree").multiple(true))]
pub struct AbiCommandArgs {
    /// Object files, or one function of each; with --unit names of functions
    #[arg(value_name = "FILE[:FUNCTION]|FUNCTION", value_hint = ValueHint::AnyPath)]
    pub names: Vec<OsString>,
    /// Root of the source tree; it is never written to
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "unit", help_heading = "A tree")]
    pub tree: Option<PathBuf>,
    /// Sources to look at, relative to the tree
    #[arg(long, value_name = "SOURCE", help_heading = "A tree")]
    pub unit: Vec<PathBuf>,
    /// How the tree is built
    #[arg(long, value_enum, default_value_t = Build::Auto, requires = "unit", help_heading = "A tree")]
    pub build: Build,
    /// The command that builds the tree, for --build make
    #[arg(long, value_name = "CMD", requires = "unit", help_heading = "A tree")]
    pub build_command: Option<String>,
    /// Flags to add to every compilation, split as a shell does
    #[arg(
        long,
        value_name = "FLAGS",
        allow_hyphen_values = true,
        requires = "unit",
        help_heading = "A tree"
    )]
    pub cflags: Vec<String>,
    /// Folder for everything that is built [default: one for each tree in the user's cache folder]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "A tree")]
    pub work_dir: Option<PathBuf>,
    /// What is shown by compiling again [default: changed, the functions that were named]
    #[arg(long, value_enum, value_name = "WHAT", requires = "unit", help_heading = "A tree")]
    pub prove: Option<Prove>,
    /// Seconds after which nothing more is compiled again
    #[arg(long, value_name = "SECONDS", default_value_t = 300, help_heading = "A tree")]
    pub prove_limit: u64,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub format: Format,
    /// Write the report to a file, whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Jobs to run at a time [default: the number of processors]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Tell more: all evidence, what is no reliance, cost
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: bool,
    /// Show neither progress nor warnings
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// When to colour text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto, help_heading = "Output")]
    pub color: Colour,
}

/// What is shown by compiling again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Prove {
    /// Nothing
    Off,
    /// Who relies on the functions that the fix changes, or that were named
    Changed,
    /// Who relies on each function of the unit
    Functions,
    /// Which function was shaped by which optimisation
    Optimisations,
    /// Both of the last two
    All,
}
