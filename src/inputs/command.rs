//! One compilation as it was recorded, and what has to change in it to compile a unit for comparison.

use std::ffi::OsString;
use std::path::PathBuf;

/// One compilation of one source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileCommand {
    /// Working directory, absolute, as the user's tree has it (not the shadow's path).
    pub directory: PathBuf,
    /// The compiler as called: a path or a name to be found in `PATH`.
    pub compiler: OsString,
    /// Its arguments, the response files expanded.
    pub arguments: Vec<OsString>,
    /// Environment variables that the compiler reads and that differ from fixscope's own, such as `CPATH`.
    pub environment: Vec<(OsString, OsString)>,
    /// The source as named in the arguments.
    pub source: PathBuf,
    /// The output as named in the arguments or derived from the source.
    pub output: PathBuf,
}
